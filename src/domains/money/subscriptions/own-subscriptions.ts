/** Lists a user's own subscriptions, and cancels one. */
import type { z } from '@hono/zod-openapi';
import { and, desc, eq, lt, ne } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { commit, requireChange } from '@/db/commit';
import { literal } from '@/db/sql';
import { cardColumnsFor } from '@/domains/base/users/present';
import { users } from '@/domains/base/users/tables';
import { decodeCursor, encodeCursor, presentCursorPage } from '@/http/envelope';
import { subscriptionError } from './errors';
import { presentSubscription } from './present';
import { CursorPosition, type Subscription } from './schemas';
import { runsBetween } from './subscribe';
import { subscriptions, subscriptionTiers } from './tables';

const LIST = 'subscriptions';

function subscriptionsQuery(ctx: Context, userId: string) {
  return ctx.db
    .select({ row: subscriptions, tier: subscriptionTiers, creator: cardColumnsFor({ userId }) })
    .from(subscriptions)
    .innerJoin(subscriptionTiers, eq(subscriptionTiers.id, subscriptions.tierId))
    .leftJoin(users, eq(users.id, subscriptions.creatorId))
    .$dynamic();
}

/** Newest first, ended ones too. Throws CURSOR_INVALID. */
export async function listSubscriptions(
  ctx: Context,
  userId: string,
  { cursor, perPage }: { cursor?: string | undefined; perPage: number },
) {
  const before = cursor === undefined ? undefined : decodeCursor(LIST, CursorPosition, cursor)[0];
  const rows = await subscriptionsQuery(ctx, userId)
    .where(and(eq(subscriptions.subscriberId, userId), before === undefined ? undefined : lt(subscriptions.id, before)))
    .orderBy(desc(subscriptions.id))
    .limit(perPage + 1);
  return presentCursorPage(
    rows,
    perPage,
    ({ row, tier, creator }) => presentSubscription(row, tier, creator),
    ({ row }) => encodeCursor(LIST, [row.id]),
  );
}

/**
 * Cancels the subscription: it runs to the end of its period and is not renewed. During the grace period it ends with
 * the next sweep. Idempotent. Throws NOT_SUBSCRIBED, SUBSCRIPTION_CHANGED.
 */
export async function unsubscribe(
  ctx: Context,
  userId: string,
  creatorId: string,
): Promise<z.input<typeof Subscription>> {
  const found = await subscriptionsQuery(ctx, userId).where(runsBetween(userId, creatorId)).get();
  if (!found) throw subscriptionError('NOT_SUBSCRIBED');
  const { row, tier, creator } = found;
  if (row.cancelledAt !== null) return presentSubscription(row, tier, creator);
  const cancelled = { cancelledAt: ctx.now(), dueAt: row.periodEndsAt };
  const asRead = and(
    eq(subscriptions.id, row.id),
    eq(subscriptions.months, row.months),
    ne(subscriptions.status, literal('ended')),
  );
  await commit(ctx, [ctx.db.update(subscriptions).set(cancelled).where(asRead), requireChange(ctx)], {
    refusals: { DEMAND_NOT_MET: () => subscriptionError('SUBSCRIPTION_CHANGED') },
  });
  ctx.log.event('subscription.cancelled', { subscriptionId: row.id });
  return presentSubscription({ ...row, ...cancelled }, tier, creator);
}
