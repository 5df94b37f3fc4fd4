/** Who of the staff may do what. */
import type { Endpoint } from '@/http/endpoint';

export const staffEndpoints: Endpoint[] = [];
