/**
 * A creator withdraws from a subscriber by a block, or from all of them by the end of the account. Their subscriptions
 * then end at once, and unused days are given back: the sweep of renewals does both. It also looks at the subscriptions
 * of either party after a ban, a suspension or its end.
 */
import { and, eq, gt, isNull, or, type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { EventOf } from '@/contracts/jobs';
import type { OutboxEvent } from '@/contracts/messages';
import { isOpenSubscription } from '@/domains/base/visibility/members';
import { renewSubscriptions } from './renew';
import { subscriptions } from './tables';

const ROWS_AT_ONCE = 500;

/** The event for the batch that takes a creator's approval or plans the end of their account. */
export function creatorWithdrew(creatorId: string): OutboxEvent {
  return { kind: 'creator-withdrew', creatorId };
}

/**
 * Makes the subscriptions due, and lets the sweep begin. Safe to repeat and to come late: the sweep looks at what is
 * true then, and keeps a subscription whose creator is back.
 */
export async function endWithdrawn(ctx: Context, event: EventOf<'creator-withdrew'>): Promise<void> {
  const { creatorId, subscriberId } = event;
  await makeDue(
    ctx,
    and(
      eq(subscriptions.creatorId, creatorId),
      subscriberId === undefined ? undefined : eq(subscriptions.subscriberId, subscriberId),
    ),
  );
  await renewSubscriptions(ctx);
}

/**
 * After a change of the user's status: the sweep pauses, resumes or ends the subscriptions by them and to them, as the
 * status then demands. Safe to repeat and to come late.
 */
export async function reviewSubscriptions(ctx: Context, userId: string): Promise<void> {
  await makeDue(ctx, eq(subscriptions.creatorId, userId));
  await makeDue(ctx, eq(subscriptions.subscriberId, userId));
  await renewSubscriptions(ctx);
}

async function makeDue(ctx: Context, whose: SQL | undefined): Promise<void> {
  while ((await makeSomeDue(ctx, whose)) === ROWS_AT_ONCE);
}

async function makeSomeDue(ctx: Context, whose: SQL | undefined): Promise<number> {
  const now = ctx.now();
  const later = ctx.db
    .select({ id: subscriptions.id })
    .from(subscriptions)
    .where(and(whose, isOpenSubscription(), or(isNull(subscriptions.dueAt), gt(subscriptions.dueAt, now))))
    .limit(ROWS_AT_ONCE);
  const { meta } = await ctx.db.update(subscriptions).set({ dueAt: now }).where(sql`${subscriptions.id} IN (${later})`);
  return meta.changes;
}
