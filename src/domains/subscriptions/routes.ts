/** Subscriptions to creators, and their tiers. */
import type { Endpoint } from '@/http/endpoint';

export const subscriptionEndpoints: Endpoint[] = [];
