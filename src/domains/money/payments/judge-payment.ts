/**
 * What a purchase is and what of it is taken back, from its facts alone: the order in which they came does not matter.
 * Takes no Context.
 */
import type { PurchaseStatus } from '@/domains/money/purchases/tables';

export interface PurchaseFacts {
  readonly coins: number;
  readonly bonusCoins: number;
  readonly amountMinor: number;
  /** Whether the money came, whatever the checkout said before or after. */
  readonly isPaid: boolean;
  /** Of the checkout; without meaning once it is paid. */
  readonly unpaid: 'pending' | 'failed' | 'expired';
}

export interface Claim {
  readonly kind: 'refund' | 'dispute';
  readonly amountMinor: number;
  /** A refund stands; a dispute is open until it is won or lost. */
  readonly state: 'stands' | 'open' | 'won' | 'lost';
}

export interface Settled {
  readonly status: PurchaseStatus;
  /** Of the purchase's amount, altogether. */
  readonly reversedMinor: number;
  /** Of its coins and bonus, altogether: floor(coins × reversedMinor / amount). */
  readonly reversedCoins: number;
  /** All of it, and for good: an open dispute may still be won. */
  readonly isGone: boolean;
}

export function settle(facts: PurchaseFacts, claims: readonly Claim[]): Settled {
  if (!facts.isPaid) return { status: facts.unpaid, reversedMinor: 0, reversedCoins: 0, isGone: false };
  const { amountMinor } = facts;
  const reversedMinor = Math.min(amountMinor, sum(claims.filter(({ state }) => state !== 'won')));
  const final = sum(claims.filter(({ state }) => state === 'stands' || state === 'lost'));
  return {
    status: statusOf(amountMinor, reversedMinor, claims),
    reversedMinor,
    // Past 2^53 in between.
    reversedCoins: Number((BigInt(facts.coins + facts.bonusCoins) * BigInt(reversedMinor)) / BigInt(amountMinor)),
    isGone: final >= amountMinor,
  };
}

function statusOf(amountMinor: number, reversedMinor: number, claims: readonly Claim[]): PurchaseStatus {
  if (claims.some(({ state }) => state === 'open' || state === 'lost')) return 'disputed';
  if (reversedMinor === amountMinor) return 'refunded';
  return reversedMinor > 0 ? 'partially_refunded' : 'paid';
}

/** One claim, told again: its amount only grows, and a dispute that is decided stays so. */
export function mergeClaim(known: Claim | undefined, said: Claim): Claim {
  if (!known) return said;
  return {
    kind: known.kind,
    amountMinor: Math.max(known.amountMinor, said.amountMinor),
    state: known.state === 'open' ? said.state : known.state,
  };
}

function sum(claims: readonly Claim[]): number {
  return claims.reduce((total, { amountMinor }) => total + amountMinor, 0);
}
