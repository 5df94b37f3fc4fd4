/** Turns rows of tiers and subscriptions into wire shapes. */

import type { z } from '@hono/zod-openapi';
import { type CardRow, presentCard } from '@/domains/base/users/present';
import { presentTier } from '@/domains/people/creators/tiers';
import { toIso, toIsoOrNull } from '@/shared/time';
import type { Subscription } from './schemas';
import type { SubscriptionRow, TierRow } from './tables';

/** @param creator null: nothing of the account is kept */
export function presentSubscription(
  row: SubscriptionRow,
  tier: TierRow,
  creator: CardRow | null,
): z.input<typeof Subscription> {
  return {
    id: row.id,
    creator: creator && presentCard(creator),
    tier: presentTier(tier),
    coinsPerMonth: row.coinsPerMonth,
    status: row.status,
    cancelled: row.cancelledAt !== null,
    paused: row.pausedAt !== null,
    months: row.months,
    startedAt: toIso(row.startedAt),
    periodEndsAt: toIso(row.periodEndsAt),
    ...presentDates(row),
    graceUntil: toIsoOrNull(row.graceUntil),
    endedAt: toIsoOrNull(row.endedAt),
    endedBecause: row.endedBecause,
  };
}

type Dates = Pick<SubscriptionRow, 'status' | 'cancelledAt' | 'pausedAt' | 'periodEndsAt' | 'graceUntil' | 'endedAt'>;

/** A paused subscription has no dates: how long the suspension lasts is added to them. */
export function presentDates(row: Dates): { renewsAt: string | null; endsAt: string | null } {
  const { status, cancelledAt, pausedAt, periodEndsAt, graceUntil, endedAt } = row;
  if (status === 'ended') return { renewsAt: null, endsAt: toIsoOrNull(endedAt) };
  if (pausedAt !== null) return { renewsAt: null, endsAt: null };
  if (cancelledAt !== null) return { renewsAt: null, endsAt: toIso(periodEndsAt) };
  if (status === 'grace') return { renewsAt: null, endsAt: toIsoOrNull(graceUntil) };
  return { renewsAt: toIso(periodEndsAt), endsAt: null };
}
