/**
 * Subscribes: one batch creates the subscription and charges the first month. A cancelled subscription that still runs
 * is resumed without a charge. A row for each resumption keeps its key, so no key is ever forgotten.
 */

import type { z } from '@hono/zod-openapi';
import { and, eq, getTableColumns, inArray, isNotNull, ne, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { OutboxEvent } from '@/contracts/messages';
import { noticeTo } from '@/contracts/notification-data';
import { commit, requireChange, requireThat } from '@/db/commit';
import { int, literal } from '@/db/sql';
import { type Economy, economyOf, economyQuery } from '@/domains/base/economy/read';
import { type CardRow, cardColumnsFor } from '@/domains/base/users/present';
import { users } from '@/domains/base/users/tables';
import { isStayingCreator, whileActive } from '@/domains/base/visibility/people';
import { placeOf } from '@/domains/base/visibility/regions';
import { relationChanged } from '@/domains/live/rooms/open-rooms';
import { BANNED_MEANWHILE } from '@/domains/people/auth/errors';
import { requireSupportable, type Supported, supportColumns } from '@/domains/people/social/support';
import { type Envelope, reply } from '@/http/envelope';
import { type Once, performOnce } from '@/http/idempotency';
import { coinsLeftBy, commitSpending, requirePrice } from '@/ledger/spend';
import type { Actor } from '@/shared/actor';
import { newId } from '@/shared/ids';
import { chargeMonth, diamondsOf } from './charge';
import { subscriptionError } from './errors';
import { periodEnd } from './periods';
import { presentSubscription } from './present';
import { nextPrice } from './price';
import type { NewSubscription, Subscription } from './schemas';
import {
  type SubscriptionRow,
  subscriptionResumptions,
  subscriptions,
  subscriptionTiers,
  type TierRow,
} from './tables';

type Input = z.output<typeof NewSubscription>;
type Party = CardRow & Supported;

/** A subscription that a request created or resumed. */
interface SubscriptionMade extends SubscriptionRow {
  /** The coins that its first month left in the wallet. Null: it was resumed, and nothing was charged. */
  readonly balanceAfter: number | null;
}

interface Facts {
  /** The subscription that this key has already created or resumed. */
  readonly known: SubscriptionMade | undefined;
  /** The subscription that currently runs between the two users. */
  readonly running: SubscriptionRow | undefined;
  readonly economy: Economy;
  readonly tier: TierRow | undefined;
  readonly subscriber: Party | undefined;
  readonly creator: Party | undefined;
}

/**
 * Throws NOT_ONESELF, USER_NOT_FOUND, NOT_A_CREATOR, TIER_NOT_FOUND, TIER_WORTHLESS, ALREADY_SUBSCRIBED, PRICE_CHANGED,
 * NOT_ENOUGH_COINS, SUBSCRIPTION_CHANGED.
 */
export async function subscribe(
  ctx: Context,
  subscriber: Actor,
  input: Input,
  once: Once,
): Promise<Envelope<z.input<typeof Subscription>>> {
  const facts = await readFacts(ctx, subscriber, input, once);
  const row = await performOnce(
    once,
    facts.known,
    () => begin(ctx, subscriber.userId, input, once, facts),
    () => findMade(ctx, subscriber.userId, once),
  );
  if (!facts.tier) throw new Error(`The subscription ${row.id} has no tier`);
  const shown = presentSubscription(row, facts.tier, facts.creator ?? null);
  const { balanceAfter } = row;
  return balanceAfter === null ? reply(shown, { status: 200 }) : reply({ ...shown, balanceAfter }, { status: 201 });
}

async function readFacts(ctx: Context, subscriber: Actor, { creatorId, tierId }: Input, once: Once): Promise<Facts> {
  const subscriberId = subscriber.userId;
  const [[known], [running], economy, [tier], people] = await ctx.db.batch([
    madeQuery(ctx, subscriberId, once),
    ctx.db.select().from(subscriptions).where(runsBetween(subscriberId, creatorId)),
    economyQuery(ctx),
    ctx.db
      .select()
      .from(subscriptionTiers)
      .where(and(eq(subscriptionTiers.id, tierId), eq(subscriptionTiers.creatorId, creatorId))),
    ctx.db
      .select({ ...cardColumnsFor(subscriber), ...supportColumns(subscriberId, placeOf(subscriber)) })
      .from(users)
      .where(inArray(users.id, [subscriberId, creatorId])),
  ]);
  const person = (userId: string) => people.find(({ id }) => id === userId);
  return {
    known: known && asMade(known),
    running,
    economy: economyOf(economy),
    tier,
    subscriber: person(subscriberId),
    creator: person(creatorId),
  };
}

/** The subscription that this key created or resumed, and the hash of the request that resumed it. */
function madeQuery(ctx: Context, subscriberId: string, { idempotencyKey }: Once) {
  const byKey = sql`subscriber_id = ${subscriberId} AND idempotency_key = ${idempotencyKey}`;
  return ctx.db
    .select({
      ...getTableColumns(subscriptions),
      resumedBy: sql<string | null>`(SELECT body_hash FROM subscription_resumptions WHERE ${byKey})`.as('resumed_by'),
      balanceAfter: coinsLeftBy(
        'subscription',
        sql`(SELECT id FROM subscription_charges WHERE subscription_id = subscriptions.id AND month = 1)`,
      ).as('balance_after'),
    })
    .from(subscriptions)
    .where(
      sql`${subscriptions.id} IN (SELECT id FROM subscriptions WHERE ${byKey}
        UNION ALL SELECT subscription_id FROM subscription_resumptions WHERE ${byKey})`,
    );
}

async function findMade(ctx: Context, subscriberId: string, once: Once): Promise<SubscriptionMade | undefined> {
  const [made] = await madeQuery(ctx, subscriberId, once);
  return made && asMade(made);
}

/** Returns the row with the hash of this key's request. */
function asMade({ resumedBy, ...row }: SubscriptionMade & { resumedBy: string | null }): SubscriptionMade {
  return resumedBy === null ? row : { ...row, bodyHash: resumedBy, balanceAfter: null };
}

export function runsBetween(subscriberId: string, creatorId: string) {
  return and(
    eq(subscriptions.subscriberId, subscriberId),
    eq(subscriptions.creatorId, creatorId),
    ne(subscriptions.status, literal('ended')),
  );
}

async function begin(
  ctx: Context,
  subscriberId: string,
  input: Input,
  once: Once,
  facts: Facts,
): Promise<SubscriptionMade> {
  const { tier, running, economy, subscriber } = facts;
  if (!subscriber) throw new Error(`The subscriber ${subscriberId} has no account`);
  requireSupportable(facts.creator, subscriberId);
  if (!tier) throw subscriptionError('TIER_NOT_FOUND');
  if (running) return takeUpAgain(ctx, running, tier, input, once);
  if (!tier.active) throw subscriptionError('TIER_NOT_FOUND');
  requirePrice(tier.coinsPerMonth, input.expectedCoins);
  if (diamondsOf(tier, economy) < 1) throw subscriptionError('TIER_WORTHLESS');

  const now = ctx.now();
  const periodEndsAt = periodEnd(now, 1);
  const row: SubscriptionRow = {
    id: newId(),
    subscriberId,
    creatorId: input.creatorId,
    tierId: tier.id,
    coinsPerMonth: tier.coinsPerMonth,
    status: 'active',
    cancelledAt: null,
    months: 1,
    startedAt: now,
    periodEndsAt,
    graceUntil: null,
    dueAt: periodEndsAt,
    endedAt: null,
    endedBecause: null,
    ...once,
    resumedKey: null,
    resumedHash: null,
    createdAt: now,
    pausedAt: null,
    pausedMs: 0,
  };
  const asRead = sql`EXISTS (SELECT 1 FROM ${users} WHERE id = ${input.creatorId} AND ${isStayingCreator()})
    AND EXISTS (SELECT 1 FROM subscription_tiers
    WHERE id = ${tier.id} AND active = 1 AND coins_per_month = ${int(tier.coinsPerMonth)})
    AND NOT EXISTS (SELECT 1 FROM subscription_resumptions
      WHERE subscriber_id = ${subscriberId} AND idempotency_key = ${once.idempotencyKey})`;
  const changed = await relationChanged(ctx, { userId: subscriberId, creatorId: input.creatorId });
  const results = await commitSpending(
    ctx,
    { userId: subscriberId, price: tier.coinsPerMonth },
    [
      requireThat(ctx, whileActive(subscriberId, asRead)),
      ctx.db.insert(subscriptions).values(row),
      ...chargeMonth(ctx, row, 1, economy),
      madeQuery(ctx, subscriberId, once),
    ],
    {
      events: [...changed, newSubscriberEvent(row, tier)],
      refusals: {
        'subscriptions.creator_id': () => subscriptionError('ALREADY_SUBSCRIBED'),
        DEMAND_NOT_MET: () => subscriptionError('SUBSCRIPTION_CHANGED'),
        ...BANNED_MEANWHILE,
      },
    },
  );
  ctx.log.event('subscription.begun', { subscriptionId: row.id, coins: row.coinsPerMonth });
  const [made] = results.at(-1) as SubscriptionMade[]; // of the last statement
  if (!made) throw new Error(`The subscription ${row.id} is not there`);
  return made;
}

/** Charges nothing: `expectedCoins` is what the months after this one cost. */
async function takeUpAgain(
  ctx: Context,
  running: SubscriptionRow,
  tier: TierRow,
  { expectedCoins }: Input,
  once: Once,
): Promise<SubscriptionMade> {
  if (running.cancelledAt === null || running.tierId !== tier.id) throw subscriptionError('ALREADY_SUBSCRIBED');
  requirePrice(nextPrice(running.coinsPerMonth, tier), expectedCoins);
  const { id, subscriberId } = running;
  await commit(
    ctx,
    [
      ctx.db
        .update(subscriptions)
        .set({ cancelledAt: null })
        .where(
          and(
            eq(subscriptions.id, id),
            ne(subscriptions.status, literal('ended')),
            isNotNull(subscriptions.cancelledAt),
            sql`NOT EXISTS (SELECT 1 FROM subscriptions made
              WHERE made.subscriber_id = ${subscriberId} AND made.idempotency_key = ${once.idempotencyKey})`,
          ),
        ),
      requireChange(ctx),
      ctx.db
        .insert(subscriptionResumptions)
        .values({ ...once, subscriberId, subscriptionId: id, createdAt: ctx.now() }),
    ],
    { refusals: { DEMAND_NOT_MET: () => subscriptionError('SUBSCRIPTION_CHANGED') } },
  );
  return { ...running, cancelledAt: null, bodyHash: once.bodyHash, balanceAfter: null };
}

function newSubscriberEvent(
  { id, creatorId, subscriberId, coinsPerMonth }: SubscriptionRow,
  tier: TierRow,
): OutboxEvent {
  const data = { subscriptionId: id, subscriberId, tierId: tier.id, tierName: tier.name, coinsPerMonth };
  return noticeTo(creatorId, 'subscription', data);
}
