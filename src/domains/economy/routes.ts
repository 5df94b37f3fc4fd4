/** The economy's configuration. */
import type { Endpoint } from '@/http/endpoint';

export const economyEndpoints: Endpoint[] = [];
