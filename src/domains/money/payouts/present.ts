/** Turns rows of payouts into wire shapes. */

import type { z } from '@hono/zod-openapi';
import { type CardRow, cardColumns, presentCard } from '@/domains/base/users/present';
import { creatorApplications } from '@/domains/people/creators/tables';
import { toIso, toIsoOrNull } from '@/shared/time';
import type { Payout, PayoutInReview } from './schemas';
import { needsDecision } from './sending-window';
import { type PayoutRow, payouts } from './tables';

/** For the creator who owns the payout. */
export function presentPayout(row: PayoutRow): z.input<typeof Payout> {
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
    ...(reason === null ? {} : { reason }),
    ...(reference === null ? {} : { reference }),
    requestedAt: toIso(row.requestedAt),
    decidedAt: toIsoOrNull(row.decidedAt),
    paidAt: toIsoOrNull(row.paidAt),
  };
}

/** For staff: includes the creator's card, and the last characters of the bank account, which need no key to read. */
export const reviewedColumns = {
  payout: payouts,
  creator: cardColumns,
  accountLast4: creatorApplications.accountLast4,
};

export interface Reviewed {
  readonly payout: PayoutRow;
  readonly creator: CardRow;
  readonly accountLast4: string | null;
}

/** For staff. @param now milliseconds */
export function presentReview(reviewed: Reviewed, now: number): z.input<typeof PayoutInReview> {
  const { payout, creator, accountLast4 } = reviewed;
  return {
    ...presentPayout(payout),
    creator: presentCard(creator),
    decidedBy: payout.decidedBy,
    ...(payout.method === 'bank' && accountLast4 !== null ? { accountLast4 } : {}),
    needsDecision: needsDecision(payout, now),
  };
}
