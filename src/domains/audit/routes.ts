/** The ledger's proof. */
import type { Endpoint } from '@/http/endpoint';

export const auditEndpoints: Endpoint[] = [];
