/** Becoming a creator, and what a creator says of themselves. */
import type { Endpoint } from '@/http/endpoint';

export const creatorEndpoints: Endpoint[] = [];
