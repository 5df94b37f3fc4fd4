/** Lists every refusal of an endpoint: those of http, of the guard and of its domain, each code once. */
import { z } from '@hono/zod-openapi';
import type { Endpoint } from './endpoint';
import { httpError, type Refusal } from './errors';

/** @param guarded the guard's refusals for this endpoint */
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
    // A provider is guarded by its signature, and its requests are not counted.
    ...(who === 'signed' && limit !== 'signIn' ? [] : [httpError.TOO_MANY_REQUESTS]),
  ];
}
