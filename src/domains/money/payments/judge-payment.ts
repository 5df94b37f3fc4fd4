/**
 * What a payment comes to, from its facts alone: the order in which they came does not matter. Takes no Context.
 */
import type { PaymentStatus } from './tables';

export interface PaymentFacts {
  readonly amountMinor: number;
  /** Whether the money came, whatever the checkout said before or after. */
  readonly isPaid: boolean;
  /** The state of the checkout; without meaning once the money came. */
  readonly unpaid: 'pending' | 'failed' | 'expired';
}

export interface Claim {
  readonly kind: 'refund' | 'dispute';
  readonly amountMinor: number;
  /** A refund stands; a dispute is open until it is won or lost. */
  readonly state: 'stands' | 'open' | 'won' | 'lost';
}

export interface Verdict {
  readonly status: PaymentStatus;
  /** How much of the amount is taken back, altogether. */
  readonly reversedMinor: number;
  /** All of it, and for good: an open dispute may still be won. */
  readonly isGone: boolean;
}

export function judgePayment({ amountMinor, isPaid, unpaid }: PaymentFacts, claims: readonly Claim[]): Verdict {
  if (!isPaid) return { status: unpaid, reversedMinor: 0, isGone: false };
  const reversedMinor = Math.min(amountMinor, sum(claims.filter(({ state }) => state !== 'won')));
  const final = sum(claims.filter(({ state }) => state === 'stands' || state === 'lost'));
  return { status: statusOf(amountMinor, reversedMinor, claims), reversedMinor, isGone: final >= amountMinor };
}

function statusOf(amountMinor: number, reversedMinor: number, claims: readonly Claim[]): PaymentStatus {
  if (claims.some(({ state }) => state === 'open' || state === 'lost')) return 'disputed';
  if (reversedMinor === amountMinor) return 'refunded';
  return reversedMinor > 0 ? 'partially_refunded' : 'paid';
}

/** The same claim, reported again: its amount only grows, and a dispute that is decided stays so. */
export function mergeClaim(known: Claim | undefined, reported: Claim): Claim {
  if (!known) return reported;
  return {
    kind: known.kind,
    amountMinor: Math.max(known.amountMinor, reported.amountMinor),
    state: known.state === 'open' ? reported.state : known.state,
  };
}

function sum(claims: readonly Claim[]): number {
  return claims.reduce((total, { amountMinor }) => total + amountMinor, 0);
}
