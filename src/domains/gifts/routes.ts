/** Gifts and tips, and the catalogue. */
import type { Endpoint } from '@/http/endpoint';

export const giftEndpoints: Endpoint[] = [];
