/** Judges a payment from its facts alone, whatever order they arrived in. Takes no Context. */
import type { Unpaid } from './judge-unpaid';
import type { ClaimState, PaymentStatus } from './tables';

export interface PaymentFacts {
  readonly amountMinor: number;
  /** Whether the money arrived, whatever the checkout reported before or after. */
  readonly isPaid: boolean;
  /** The state of the checkout; meaningless once the money arrived. */
  readonly unpaid: Unpaid['status'];
}

export interface PaymentClaim {
  readonly kind: 'refund' | 'dispute';
  readonly amountMinor: number;
  readonly state: ClaimState;
  /** The time of the provider's event (ms). */
  readonly eventAt: number;
}

export interface PaymentVerdict {
  readonly status: PaymentStatus;
  /** The total that is taken back. A refund and a dispute of the same money take it once. */
  readonly reversedMinor: number;
}

/** The claims that take money back. A failed refund, an inquiry and a won dispute take nothing. */
export const TAKING: readonly ClaimState[] = ['stands', 'open', 'lost'];

export function judgePayment(
  { amountMinor, isPaid, unpaid }: PaymentFacts,
  claims: readonly PaymentClaim[],
): PaymentVerdict {
  if (!isPaid) return { status: unpaid, reversedMinor: 0 };
  const taken = claims.filter(({ state }) => TAKING.includes(state));
  const reversedMinor = Math.min(
    amountMinor,
    taken.reduce((total, claim) => total + claim.amountMinor, 0),
  );
  return { status: statusOf(amountMinor, reversedMinor, claims), reversedMinor };
}

function statusOf(amountMinor: number, reversedMinor: number, claims: readonly PaymentClaim[]): PaymentStatus {
  if (claims.some(({ state }) => state === 'open')) return 'disputed';
  if (claims.some(({ state }) => state === 'lost')) return 'charged_back';
  if (reversedMinor === amountMinor) return 'refunded';
  return reversedMinor > 0 ? 'partially_refunded' : 'paid';
}

/**
 * Providers' times may be whole seconds. Of two reports in the same second, the one further along counts; an appeal in
 * the second of its verdict counts from its next event.
 */
const STAGE: Readonly<Record<ClaimState, number>> = { stands: 0, failed: 1, inquiry: 0, open: 1, won: 2, lost: 3 };

/** The claim after another report: the newest report wins, in any order of arrival. */
export function mergeClaim(known: PaymentClaim | undefined, reported: PaymentClaim): PaymentClaim {
  return known && comesAfter(known, reported) ? known : reported;
}

/** A total order, so that merging in any order has the same result. */
function comesAfter(one: PaymentClaim, other: PaymentClaim): boolean {
  if (one.eventAt !== other.eventAt) return one.eventAt > other.eventAt;
  if (one.state !== other.state) return STAGE[one.state] > STAGE[other.state];
  return one.amountMinor >= other.amountMinor;
}

/** Whether two reports cannot both be true: a dispute that was won and lost at the same time, or two kinds of claim. */
export function contradicts(known: PaymentClaim, reported: PaymentClaim): boolean {
  if (known.kind !== reported.kind) return true;
  const states = [known.state, reported.state];
  return known.eventAt === reported.eventAt && states.includes('won') && states.includes('lost');
}
