/** The subscription tiers on creators' pages. The subscriptions domain writes them. */
import type { z } from '@hono/zod-openapi';
import { and, asc, eq, type SQL } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { literal } from '@/db/sql';
import { subscriptionTiers, type TierRow } from '@/domains/money/subscriptions/tables';
import type { Tiers } from './schemas';

export const onOffer: SQL = eq(subscriptionTiers.active, literal(1));

/** A creator's active tiers, cheapest first. */
export function tiersQuery(ctx: Context, creatorId: string | SQL) {
  return ctx.db
    .select()
    .from(subscriptionTiers)
    .where(and(eq(subscriptionTiers.creatorId, creatorId), onOffer))
    .orderBy(asc(subscriptionTiers.coinsPerMonth), asc(subscriptionTiers.id));
}

export function presentTier({ id, name, description, coinsPerMonth }: TierRow): z.input<typeof Tiers>['tiers'][number] {
  return { id, name, description, coinsPerMonth };
}
