/**
 * Judges what a checkout comes to while no money has arrived, from reports in any order. Money that is on its way is
 * waited for: only the failure of that same attempt, or thirty days, end the waiting. Takes no Context.
 */
import { DAY_MS } from '@/shared/time';

/** Bank debits and transfers take days; after this long, the money will not come. */
export const PROCESSING_MS_MAX = 30 * DAY_MS;

export interface Unpaid {
  readonly status: 'pending' | 'processing' | 'failed' | 'expired';
  /** When (ms) we first learned that the money is on its way; null if it never was. */
  readonly processingAt: number | null;
  /** The provider's id of the latest attempt to pay. */
  readonly paymentId: string | null;
}

export interface UnpaidReport {
  readonly type: 'processing' | 'failed' | 'expired';
  readonly paymentId: string | null;
}

/** Undefined if the report changes nothing. */
export function judgeUnpaid(known: Unpaid, { type, paymentId }: UnpaidReport, now: number): Unpaid | undefined {
  const { status, processingAt } = known;
  const isAnotherAttempt = known.paymentId !== null && paymentId !== null && known.paymentId !== paymentId;
  const reported = { ...known, paymentId: paymentId ?? known.paymentId };
  switch (type) {
    case 'processing':
      if (isOvertaken(known, paymentId))
        return status === 'failed' && processingAt === null ? { ...known, processingAt: now } : undefined;
      if (status === 'processing' && !isAnotherAttempt) return undefined;
      return { ...reported, status: 'processing', processingAt: now };
    case 'failed':
      if (status === 'pending' || (status === 'processing' && !isAnotherAttempt))
        return { ...reported, status: 'failed' };
      return undefined;
    case 'expired':
      if (status === 'expired' || isAwaited(known, now)) return undefined;
      return { ...known, status: 'expired' };
  }
}

/** The attempt has ended already: the report that it had begun came late. */
function isOvertaken({ status, paymentId }: Unpaid, reportedId: string | null): boolean {
  return (status === 'failed' || status === 'expired') && paymentId !== null && paymentId === reportedId;
}

function isAwaited({ status, processingAt }: Unpaid, now: number): boolean {
  return status === 'processing' && processingAt !== null && now < processingAt + PROCESSING_MS_MAX;
}

/** Nothing more will come. A checkout that failed at once can be paid until it expires; a finished one cannot. */
export function isOverUnpaid({ status, processingAt }: Pick<Unpaid, 'status' | 'processingAt'>): boolean {
  return status === 'expired' || (status === 'failed' && processingAt !== null);
}
