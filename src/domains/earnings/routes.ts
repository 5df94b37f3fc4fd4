/** What creators earn. */
import type { Endpoint } from '@/http/endpoint';

export const earningEndpoints: Endpoint[] = [];
