/** Turns rows of payouts into wire shapes. */

import type { z } from '@hono/zod-openapi';
import { sql } from 'drizzle-orm';
import { cardAmong, cardOf } from '@/domains/base/users/card-of';
import { type CardRow, cardColumns, presentCard } from '@/domains/base/users/present';
import { exchanges } from '@/domains/money/earnings/tables';
import { creatorApplications } from '@/domains/people/creators/tables';
import { toIso, toIsoOrNull } from '@/shared/time';
import { NO_RISK, type Risk } from './risk';
import type { Payout, PayoutInReview } from './schemas';
import { needsDecision } from './sending-window';
import { OPEN, type PayoutRow, payouts } from './tables';

/** The exchange that paid a debt first, for a SELECT that joins it. */
interface SetOff {
  readonly diamonds: number;
  readonly coins: number;
}

/** Needs a left join of `exchanges`. */
export const ownColumns = { payout: payouts, setOff: { diamonds: exchanges.diamonds, coins: exchanges.coins } };

/** For the creator who owns the payout. */
export function presentPayout(row: PayoutRow, setOff: SetOff | null): z.input<typeof Payout> {
  const { id, source, diamonds, amountMinor, currency, feeMinor, method, status, reason, reference } = row;
  return {
    id,
    source,
    ...(diamonds === null ? {} : { diamonds }),
    amountMinor,
    currency,
    feeMinor,
    method,
    status,
    ...(reason === null || status === 'processing' ? {} : { reason }),
    ...(reference === null ? {} : { reference }),
    requestedAt: toIso(row.requestedAt),
    decidedAt: toIsoOrNull(row.decidedAt),
    paidAt: toIsoOrNull(row.paidAt),
    returnedAt: toIsoOrNull(row.returnedAt),
    setOff,
  };
}

/** For staff: includes the creator's card, and the last characters of the bank account, which need no key to read. */
export const reviewedColumns = {
  ...ownColumns,
  creator: cardColumns,
  accountLast4: creatorApplications.accountLast4,
  decider: cardOf(sql`payouts.decided_by`).as('decider'),
};

export interface Reviewed {
  readonly payout: PayoutRow;
  readonly setOff: SetOff | null;
  readonly creator: CardRow;
  readonly accountLast4: string | null;
  readonly risk?: Risk | undefined;
  readonly decider: CardRow | null;
  /** Who reads it, if they can decide. */
  readonly me?: CardRow | null;
}

/** For staff. @param now milliseconds */
export function presentReview(reviewed: Reviewed, now: number): z.input<typeof PayoutInReview> {
  const { payout, setOff, creator, accountLast4, risk = NO_RISK, decider, me } = reviewed;
  return {
    ...presentPayout(payout, setOff),
    creator: presentCard(creator),
    decidedBy: cardAmong(payout.decidedBy, decider, me),
    ...(payout.method === 'bank' && accountLast4 !== null ? { accountLast4 } : {}),
    ...(payout.providerReason === null ? {} : { providerReason: payout.providerReason }),
    needsDecision: needsDecision(payout, now),
    stoppedAt: OPEN.includes(payout.status) ? toIsoOrNull(payout.stoppedAt) : null,
    risk,
  };
}
