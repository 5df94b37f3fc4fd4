/** The owner's figures. */
import type { Endpoint } from '@/http/endpoint';

export const dashboardEndpoints: Endpoint[] = [];
