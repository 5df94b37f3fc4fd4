/** Cash-outs: asked for, decided, sent. */
import type { Endpoint } from '@/http/endpoint';

export const payoutEndpoints: Endpoint[] = [];
