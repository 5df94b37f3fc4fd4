/** What a user has, and how it came about. */
import type { Endpoint } from '@/http/endpoint';

export const walletEndpoints: Endpoint[] = [];
