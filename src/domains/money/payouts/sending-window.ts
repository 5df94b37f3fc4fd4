/**
 * How long the provider may be asked to send a payout. It forgets idempotency keys after a day; well before that,
 * sending stops and only staff decide the outcome.
 */

import { HOUR_MS, MINUTE_MS } from '@/shared/time';
import type { PayoutRow } from './tables';

const UNKNOWN_MS = 20 * HOUR_MS;
/** Longer than a call to the provider takes: after this long, none that began before is in progress. */
export const LAST_CALL_MS = 10 * MINUTE_MS;

type Sent = Pick<PayoutRow, 'status' | 'processingAt'>;

/** Whether the outcome has been unknown for so long that staff must decide. */
export function needsDecision(payout: Sent, now: number): boolean {
  return isUnknownFor(payout, now, UNKNOWN_MS);
}

/** Whether the provider may be asked, or asked again, to send it. */
export function maySend(payout: Sent, now: number): boolean {
  return payout.status === 'processing' && !isUnknownFor(payout, now, UNKNOWN_MS - LAST_CALL_MS);
}

function isUnknownFor({ status, processingAt }: Sent, now: number, ms: number): boolean {
  return status === 'processing' && processingAt !== null && now - processingAt >= ms;
}
