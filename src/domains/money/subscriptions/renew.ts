/**
 * Run by the cron every minute: charges the next month of subscriptions whose month is over, or ends them. It also ends
 * those whose creator withdrew or whose party was banned, gives unused days back, and pauses those whose party is briefly
 * suspended. Each batch requires the subscription as it was read, so two
 * concurrent sweeps charge once and give back once.
 */

import { and, asc, eq, getTableColumns, isNull, lte, type SQL, sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/sqlite-core';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import type { OutboxEvent } from '@/contracts/messages';
import { commit, requireChange } from '@/db/commit';
import { type Economy, readEconomy } from '@/domains/base/economy/read';
import { users } from '@/domains/base/users/tables';
import { hasBlocked, isActive, isBrieflySuspended, isStayingCreator } from '@/domains/base/visibility/people';
import { hiddenIn } from '@/domains/base/visibility/regions';
import { relationChanged } from '@/domains/live/rooms/open-rooms';
import { AppError } from '@/http/errors';
import { SHORT_OF_COINS } from '@/ledger/spend';
import { HOUR_MS } from '@/shared/time';
import { chargeMonth, diamondsOf } from './charge';
import { subscriptionError } from './errors';
import { giveBack, type PaidMonth } from './give-back';
import { endedNotice, shortNotice } from './notices';
import { continued, GRACE_MS, givesBack, nextRetry, periodEnd, whyItEnds } from './periods';
import { nextPrice } from './price';
import {
  type EndedBecause,
  type SubscriptionRow,
  subscriptionCharges,
  subscriptions,
  subscriptionTiers,
} from './tables';
import { unusedOf } from './unused';

/** A month's charge takes about twelve statements. */
const RENEWED_AT_ONCE = 5;
/** Postpones a subscription that fails because of our fault, so that it does not hold up the others. */
const PUT_OFF_MS = HOUR_MS;

type Due = SubscriptionRow & {
  /** What the next month costs. */
  readonly coinsPerMonth: number;
  /** Null: put into the database without a charge. */
  readonly paid: PaidMonth | null;
  readonly subscriberStands: number | null;
  readonly subscriberSuspended: number | null;
  readonly subscriberBanned: number | null;
  readonly subscriberBannedAt: number | null;
  readonly creatorStands: number | null;
  readonly creatorSuspended: number | null;
  readonly creatorBannedAt: number | null;
  readonly creatorBlocks: number;
  readonly creatorHides: number;
  readonly subscriberBlocks: number;
};

/** Safe to run concurrently. Returns true if more are due. */
export async function renewSubscriptions(ctx: Context): Promise<boolean> {
  const due = await listDue(ctx);
  if (due.length === 0) return false;
  const economy = await readEconomy(ctx);
  await Promise.all(due.map((one) => attempt(ctx, one, economy)));
  return due.length === RENEWED_AT_ONCE;
}

const subscriber = alias(users, 'subscriber');

async function listDue(ctx: Context): Promise<Due[]> {
  const { id, subscriberId, creatorId, coins, diamonds, lotId } = subscriptionCharges;
  const rows = await ctx.db
    .select({
      ...getTableColumns(subscriptions),
      paid: { id, subscriberId, creatorId, coins, diamonds, lotId },
      tier: { active: subscriptionTiers.active, coinsPerMonth: subscriptionTiers.coinsPerMonth },
      // Null if the account is gone.
      subscriberStands: sql<number | null>`${isActive(sql`subscriber`)}`,
      subscriberSuspended: sql<number | null>`${isBrieflySuspended(sql`subscriber`)}`,
      subscriberBanned: sql<number | null>`subscriber.status = 'banned'`,
      subscriberBannedAt: subscriber.bannedAt,
      creatorStands: sql<number | null>`${isStayingCreator()}`,
      creatorSuspended: sql<number | null>`(${isBrieflySuspended()} AND users.deletes_at IS NULL
        AND users.creator_status = 'APPROVED')`,
      creatorBannedAt: users.bannedAt,
      creatorBlocks: hasBlocked(subscriptions.creatorId, subscriptions.subscriberId),
      creatorHides: hiddenIn({ country: sql`subscriber.country`, region: null }),
      subscriberBlocks: hasBlocked(subscriptions.subscriberId, subscriptions.creatorId),
    })
    .from(subscriptions)
    .innerJoin(subscriptionTiers, eq(subscriptionTiers.id, subscriptions.tierId))
    .leftJoin(
      subscriptionCharges,
      and(
        eq(subscriptionCharges.subscriptionId, subscriptions.id),
        eq(subscriptionCharges.month, subscriptions.months),
      ),
    )
    .leftJoin(users, eq(users.id, subscriptions.creatorId))
    .leftJoin(subscriber, eq(subscriber.id, subscriptions.subscriberId))
    .where(lte(subscriptions.dueAt, ctx.now()))
    .orderBy(asc(subscriptions.dueAt))
    .limit(RENEWED_AT_ONCE);
  return rows.map(({ tier, ...row }) => ({ ...row, coinsPerMonth: nextPrice(row.coinsPerMonth, tier) }));
}

async function attempt(ctx: Context, one: Due, economy: Economy): Promise<void> {
  try {
    await renew(ctx, one, economy);
  } catch (error) {
    // Someone else was faster: another sweep, or the subscriber.
    if (error instanceof AppError && error.code === 'SUBSCRIPTION_CHANGED') return;
    ctx.log.fault(`subscription ${one.id}`, error);
    await ctx.db
      .update(subscriptions)
      .set({ dueAt: ctx.now() + PUT_OFF_MS })
      .where(asRead(one));
  }
}

async function renew(ctx: Context, one: Due, economy: Economy): Promise<void> {
  const suspended = one.subscriberSuspended === 1 || one.creatorSuspended === 1;
  const renewable = {
    ...one,
    suspended,
    subscriberStands: one.subscriberStands === 1 || one.subscriberSuspended === 1,
    creatorStands: one.creatorStands === 1 || one.creatorSuspended === 1,
    creatorBlocks: one.creatorBlocks === 1,
    creatorHides: one.creatorHides === 1,
    subscriberBlocks: one.subscriberBlocks === 1,
    diamonds: diamondsOf(one, economy),
  };
  const because = whyItEnds(renewable, ctx.now());
  if (because) return end(ctx, one, because);
  if (suspended) return pause(ctx, one);
  if (one.pausedAt !== null) return resume(ctx, one);
  // Due because the creator withdrew, who is back.
  if (ctx.now() < one.periodEndsAt) return change(ctx, one, { dueAt: one.periodEndsAt });
  if (await charge(ctx, one, economy)) return;
  if (one.graceUntil === null) return fallShort(ctx, one);
  if (one.graceUntil <= ctx.now()) return end(ctx, one, 'unpaid');
  await change(ctx, one, { dueAt: nextRetry(one.graceUntil, ctx.now()) });
}

/** The condition that nobody has charged, cancelled or ended it since it was read. */
function asRead({ id, months, status, cancelledAt, pausedAt }: Due): SQL | undefined {
  return and(
    eq(subscriptions.id, id),
    eq(subscriptions.months, months),
    eq(subscriptions.status, status),
    pausedAt === null ? isNull(subscriptions.pausedAt) : eq(subscriptions.pausedAt, pausedAt),
    cancelledAt === null ? isNull(subscriptions.cancelledAt) : eq(subscriptions.cancelledAt, cancelledAt),
  );
}

const RACES = { DEMAND_NOT_MET: () => subscriptionError('SUBSCRIPTION_CHANGED') };

async function change(
  ctx: Context,
  one: Due,
  values: Partial<SubscriptionRow>,
  { events = [], statements = [] }: { events?: readonly OutboxEvent[]; statements?: readonly Statement[] } = {},
): Promise<void> {
  const update = ctx.db.update(subscriptions).set(values).where(asRead(one));
  await commit(ctx, [update, requireChange(ctx), ...statements], { events, refusals: RACES });
}

/** The period continues from its old end, even after a grace period. Returns false if the wallet held too little. */
async function charge(ctx: Context, one: Due, economy: Economy): Promise<boolean> {
  const months = one.months + 1;
  const periodEndsAt = periodEnd(one.startedAt, months, one.pausedMs);
  const paid = { months, periodEndsAt, dueAt: periodEndsAt, status: 'active', graceUntil: null } as const;
  try {
    await commit(
      ctx,
      [
        ctx.db.update(subscriptions).set(paid).where(asRead(one)),
        requireChange(ctx),
        ...chargeMonth(ctx, one, months, economy),
      ],
      { refusals: { ...SHORT_OF_COINS, ...RACES } },
    );
  } catch (error) {
    if (error instanceof AppError && error.code === 'NOT_ENOUGH_COINS') return false;
    throw error;
  }
  ctx.log.event('subscription.renewed', { subscriptionId: one.id, months });
  return true;
}

/** Takes it out of the sweep until neither party is suspended. */
async function pause(ctx: Context, one: Due): Promise<void> {
  const since = Math.min(...suspensionsOf(one));
  await change(ctx, one, { pausedAt: one.pausedAt ?? Math.max(one.startedAt, since), dueAt: null });
  ctx.log.event('subscription.paused', { subscriptionId: one.id });
}

/** When (ms) the suspensions that pause it began. */
function suspensionsOf(one: Due): number[] {
  return [
    one.subscriberSuspended === 1 ? one.subscriberBannedAt : null,
    one.creatorSuspended === 1 ? one.creatorBannedAt : null,
  ].filter((at) => at !== null);
}

async function resume(ctx: Context, one: Due): Promise<void> {
  const now = ctx.now();
  const values = continued(one, now);
  await change(ctx, one, { ...values, dueAt: one.graceUntil === null ? values.periodEndsAt : now });
  ctx.log.event('subscription.resumed', { subscriptionId: one.id, pausedMs: values.pausedMs - one.pausedMs });
}

/** The grace period starts with the subscriber's notification, which is sent once. */
async function fallShort(ctx: Context, one: Due): Promise<void> {
  const graceUntil = ctx.now() + GRACE_MS;
  const values = { status: 'grace', graceUntil, dueAt: nextRetry(graceUntil, ctx.now()) } as const;
  await change(ctx, one, values, { events: [shortNotice(one, graceUntil)] });
  ctx.log.event('subscription.short', { subscriptionId: one.id });
}

async function end(ctx: Context, read: Due, because: EndedBecause): Promise<void> {
  const now = ctx.now();
  const settled = continued(read, now);
  const one = { ...read, ...settled };
  const paid = givesBack(because, one.subscriberBanned === 1) && now < one.periodEndsAt ? one.paid : null;
  const unused = paid ? unusedOf(one, paid, now) : undefined;
  const notice = endedNotice(one, because, unused?.coins);
  const events = await relationChanged(ctx, { userId: one.subscriberId, creatorId: one.creatorId });
  if (notice) events.push(notice);
  if (paid && unused && unused.coins > 0)
    events.push({ kind: 'task', task: { type: 'follow-return', chargeId: paid.id } });
  const ended = { ...settled, status: 'ended', dueAt: null, endedAt: now, endedBecause: because } as const;
  await change(ctx, read, ended, {
    events,
    statements: paid && unused ? giveBack(ctx, paid, { ...unused, at: now }) : [],
  });
  ctx.log.event('subscription.ended', { subscriptionId: one.id, because, returnedCoins: unused?.coins ?? 0 });
}
