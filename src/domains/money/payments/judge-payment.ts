/** Judges a payment from its facts alone, whatever order they arrived in. Takes no Context. */
import type { Unpaid } from './judge-unpaid';
import type { PaymentStatus } from './tables';

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
  /** A refund stands; a dispute is open until it is won or lost. */
  readonly state: 'stands' | 'open' | 'won' | 'lost';
}

export interface PaymentVerdict {
  readonly status: PaymentStatus;
  /** The total that is taken back. */
  readonly reversedMinor: number;
  /** All of it is gone for good: an open dispute can still be won. */
  readonly isGone: boolean;
}

export function judgePayment(
  { amountMinor, isPaid, unpaid }: PaymentFacts,
  claims: readonly PaymentClaim[],
): PaymentVerdict {
  if (!isPaid) return { status: unpaid, reversedMinor: 0, isGone: false };
  const reversedMinor = Math.min(amountMinor, sum(claims.filter(({ state }) => state !== 'won')));
  const final = sum(claims.filter(({ state }) => state === 'stands' || state === 'lost'));
  return { status: statusOf(amountMinor, reversedMinor, claims), reversedMinor, isGone: final >= amountMinor };
}

function statusOf(amountMinor: number, reversedMinor: number, claims: readonly PaymentClaim[]): PaymentStatus {
  if (claims.some(({ state }) => state === 'open' || state === 'lost')) return 'disputed';
  if (reversedMinor === amountMinor) return 'refunded';
  return reversedMinor > 0 ? 'partially_refunded' : 'paid';
}

/** Merges a repeated report of a claim: its amount only grows, and a decided dispute stays decided. */
export function mergeClaim(known: PaymentClaim | undefined, reported: PaymentClaim): PaymentClaim {
  if (!known) return reported;
  return {
    kind: known.kind,
    amountMinor: Math.max(known.amountMinor, reported.amountMinor),
    state: known.state === 'open' ? reported.state : known.state,
  };
}

function sum(claims: readonly PaymentClaim[]): number {
  return claims.reduce((total, { amountMinor }) => total + amountMinor, 0);
}
