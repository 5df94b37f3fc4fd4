/** Codes that add to what is bought. */
import type { Endpoint } from '@/http/endpoint';

export const discountEndpoints: Endpoint[] = [];
