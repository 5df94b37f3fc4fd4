/** Lists what an endpoint may be refused with: by http, by the guard and by its domain, each code once. */
import { z } from '@hono/zod-openapi';
import type { Endpoint } from './endpoint';
import { httpError, type Refusal } from './errors';

/** @param guarded what the guard may answer here */
export function refusalsOf(endpoint: Endpoint, guarded: readonly Refusal[]): Refusal[] {
  const all = [...refusedByHttp(endpoint), ...guarded, ...(endpoint.refusals ?? [])];
  return [...new Map(all.map((refusal) => [refusal.code, refusal])).values()];
}

function refusedByHttp({ who, params, query, body, movesMoney, limit }: Endpoint): Refusal[] {
  const hasCursor = query instanceof z.ZodObject && 'cursor' in query.shape;
  return [
    ...(body ? [httpError.MALFORMED_JSON, httpError.BODY_TOO_LARGE, httpError.WRONG_CONTENT_TYPE] : []),
    ...(body || query || params ? [httpError.VALIDATION_FAILED] : []),
    ...(hasCursor ? [httpError.CURSOR_INVALID] : []),
    ...(movesMoney ? [httpError.IDEMPOTENCY_KEY_REQUIRED, httpError.IDEMPOTENCY_KEY_REUSED] : []),
    // A provider's signature is its guard, and nothing counts what it sends.
    ...(who === 'signed' && limit !== 'signIn' ? [] : [httpError.TOO_MANY_REQUESTS]),
  ];
}
