/**
 * Requests that move money carry an `Idempotency-Key`. The use case stores the key and a hash of the request in its own
 * row, unique for each user and kept for ever. A repeat returns that row's response; the same key with another body is
 * refused.
 */
import { sha256 } from '@/shared/crypto';
import { httpError } from './errors';

export const IDEMPOTENCY_HEADER = 'idempotency-key';
const KEY = /^[\x21-\x7e]{1,255}$/;

export interface Once {
  readonly idempotencyKey: string;
  readonly bodyHash: string;
}

/** Throws IDEMPOTENCY_KEY_REQUIRED. @param route `POST /payment/gift` @param body after validation */
export function readOnce(request: Request, route: string, body: unknown): Once {
  const idempotencyKey = request.headers.get(IDEMPOTENCY_HEADER) ?? '';
  if (!KEY.test(idempotencyKey)) throw httpError('IDEMPOTENCY_KEY_REQUIRED');
  return { idempotencyKey, bodyHash: sha256(`${route}\n${JSON.stringify(body)}`) };
}

/**
 * Performs a request once for each key and returns its row. If two requests with one key run at the same time, one
 * creates the row; the other fails on the unique key, finds the row and returns it. Throws what `perform` throws, and
 * IDEMPOTENCY_KEY_REUSED.
 * @param known the row of an earlier request with this key, read together with the request's other data
 * @param perform creates the row, or throws
 * @param findTwin looks for the row again after `perform` threw
 */
export async function performOnce<Row extends { readonly bodyHash: string }>(
  { bodyHash }: Once,
  known: Row | undefined,
  perform: () => Promise<Row>,
  findTwin: () => Promise<Row | undefined>,
): Promise<Row> {
  if (known) return requireSameBody(known, bodyHash);
  try {
    return await perform();
  } catch (error) {
    const twin = await findTwin();
    if (twin) return requireSameBody(twin, bodyHash);
    throw error;
  }
}

function requireSameBody<Row extends { readonly bodyHash: string }>(row: Row, bodyHash: string): Row {
  if (row.bodyHash !== bodyHash) throw httpError('IDEMPOTENCY_KEY_REUSED');
  return row;
}
