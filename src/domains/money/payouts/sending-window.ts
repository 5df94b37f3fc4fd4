/**
 * How long the provider is asked to send. It forgets idempotency keys after a day, so well before that nothing is sent
 * any more, and only staff decide what became of it.
 */

import { HOUR_MS, MINUTE_MS } from '@/shared/time';
import type { PayoutRow } from './tables';

const UNKNOWN_MS = 20 * HOUR_MS;
/** Longer than a call to the provider takes: none is under way once staff decide. */
const LAST_CALL_MS = 10 * MINUTE_MS;

type Sent = Pick<PayoutRow, 'status' | 'processingAt'>;

/** Whether the outcome has been unknown for so long that staff decide. */
export function needsDecision(payout: Sent, now: number): boolean {
  return isUnknownFor(payout, now, UNKNOWN_MS);
}

/** Whether the provider may be asked, for the first time or again, to send it. */
export function maySend(payout: Sent, now: number): boolean {
  return payout.status === 'processing' && !isUnknownFor(payout, now, UNKNOWN_MS - LAST_CALL_MS);
}

function isUnknownFor({ status, processingAt }: Sent, now: number, ms: number): boolean {
  return status === 'processing' && processingAt !== null && now - processingAt >= ms;
}
