/**
 * Requests that move money carry an `Idempotency-Key`. The key and a hash of the request are columns of the use case's
 * own row, unique for each user and kept for ever: a repeat is answered from that row, and with another body refused.
 */
import { sha256 } from '@/shared/crypto';
import { httpError } from './errors';

export const IDEMPOTENCY_HEADER = 'idempotency-key';
const KEY = /^[\x21-\x7e]{1,255}$/;

export interface Once {
  readonly idempotencyKey: string;
  readonly bodyHash: string;
}

/** @param route `POST /payment/gift` @param body as it was validated. Throws IDEMPOTENCY_KEY_REQUIRED. */
export function readOnce(request: Request, route: string, body: unknown): Once {
  const idempotencyKey = request.headers.get(IDEMPOTENCY_HEADER) ?? '';
  if (!KEY.test(idempotencyKey)) throw httpError('IDEMPOTENCY_KEY_REQUIRED');
  return { idempotencyKey, bodyHash: sha256(`${route}\n${JSON.stringify(body)}`) };
}

/**
 * Does it once for each key, and answers the row. Two requests with one key at the same time make one row: whichever
 * fails because of the other finds the other's.
 * @param find the row that this key made before
 * @param perform makes the row, or throws. Throws what it throws, and IDEMPOTENCY_KEY_REUSED.
 */
export async function performOnce<Row extends { readonly bodyHash: string }>(
  { bodyHash }: Once,
  find: () => Promise<Row | undefined>,
  perform: () => Promise<Row>,
): Promise<Row> {
  const known = await find();
  if (known) return asBefore(known, bodyHash);
  try {
    return await perform();
  } catch (error) {
    const twin = await find();
    if (twin) return asBefore(twin, bodyHash);
    throw error;
  }
}

function asBefore<Row extends { readonly bodyHash: string }>(row: Row, bodyHash: string): Row {
  if (row.bodyHash !== bodyHash) throw httpError('IDEMPOTENCY_KEY_REUSED');
  return row;
}
