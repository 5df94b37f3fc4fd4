/** Buying coins: packages and purchases. */
import type { Endpoint } from '@/http/endpoint';

export const purchaseEndpoints: Endpoint[] = [];
