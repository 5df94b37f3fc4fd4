/** A creator's tiers. A tier that is left out is retired, not deleted: its subscriptions continue at their price. */

import type { z } from '@hono/zod-openapi';
import { and, eq, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { commit, requireThat } from '@/db/commit';
import { differs } from '@/db/differs';
import { economyOf, economyQuery } from '@/domains/base/economy/read';
import { earnsNothing, economyIsUnchanged } from '@/domains/base/economy/worth';
import { users } from '@/domains/base/users/tables';
import { userVisibleTo } from '@/domains/base/visibility/people';
import type { Tiers } from '@/domains/people/creators/schemas';
import { onOffer, presentTier, tiersQuery } from '@/domains/people/creators/tiers';
import { socialError } from '@/domains/people/social/errors';
import type { Viewer } from '@/shared/actor';
import { newId } from '@/shared/ids';
import { subscriptionError } from './errors';
import type { NewTiers } from './schemas';
import { subscriptionTiers, type TierRow } from './tables';

export async function listOwnTiers(ctx: Context, creatorId: string): Promise<z.input<typeof Tiers>> {
  const rows = await tiersQuery(ctx, creatorId);
  return { tiers: rows.map(presentTier) };
}

/** Throws USER_NOT_FOUND if the user is not an approved creator, or is hidden from the viewer. */
export async function listTiers(ctx: Context, viewer: Viewer, creatorId: string): Promise<z.input<typeof Tiers>> {
  const [[creator], rows] = await ctx.db.batch([
    ctx.db
      .select({ id: users.id })
      .from(users)
      .where(and(eq(users.id, creatorId), eq(users.creatorStatus, 'APPROVED'), userVisibleTo(viewer))),
    tiersQuery(ctx, creatorId),
  ]);
  if (!creator)
    throw socialError('USER_NOT_FOUND', { message: 'This creator does not exist, or you cannot see them.' });
  return { tiers: rows.map(presentTier) };
}

/** Replaces the tiers on offer. Throws TIER_NOT_FOUND, TIER_WORTHLESS, SUBSCRIPTION_CHANGED. */
export async function setTiers(
  ctx: Context,
  creatorId: string,
  { tiers }: z.output<typeof NewTiers>,
): Promise<z.input<typeof Tiers>> {
  const [found, present] = await ctx.db.batch([economyQuery(ctx), tiersQuery(ctx, creatorId)]);
  const { version, conversions } = economyOf(found);
  const now = ctx.now();
  const rows = tiers.map(({ id, ...input }): TierRow => {
    if (id !== undefined && !present.some((tier) => tier.id === id)) throw subscriptionError('TIER_NOT_FOUND');
    if (earnsNothing(input.coinsPerMonth, conversions.diamondsPerCoin))
      throw subscriptionError('TIER_WORTHLESS', { details: { coinsPerMonth: input.coinsPerMonth } });
    return { id: id ?? newId(), creatorId, ...input, active: true, createdAt: now, updatedAt: now };
  });
  const kept = JSON.stringify(rows.map(({ id }) => id));
  await commit(
    ctx,
    [
      requireThat(ctx, economyIsUnchanged(version)),
      ctx.db
        .update(subscriptionTiers)
        .set({ active: false, updatedAt: now })
        .where(
          and(
            eq(subscriptionTiers.creatorId, creatorId),
            onOffer,
            sql`${subscriptionTiers.id} NOT IN (SELECT value FROM json_each(${kept}))`,
          ),
        ),
      ...rows.map(({ name, description, coinsPerMonth, ...row }) => {
        const offer = { name, description, coinsPerMonth, active: true };
        const values = { ...offer, updatedAt: now };
        return ctx.db
          .insert(subscriptionTiers)
          .values({ ...row, ...values })
          .onConflictDoUpdate({
            target: subscriptionTiers.id,
            set: values,
            setWhere: differs(subscriptionTiers, offer),
          });
      }),
    ],
    { refusals: { DEMAND_NOT_MET: () => subscriptionError('SUBSCRIPTION_CHANGED') } },
  );
  const order = (a: TierRow, b: TierRow) => a.coinsPerMonth - b.coinsPerMonth || (a.id < b.id ? -1 : 1);
  return { tiers: rows.toSorted(order).map(presentTier) };
}
