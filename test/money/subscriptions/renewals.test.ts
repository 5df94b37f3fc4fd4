import { eq, sql } from 'drizzle-orm';
import { beforeEach, describe, expect, it } from 'vitest';
import { testContext } from '#test/support/context';
import { changeEconomy, coinsOf, diamondsOf, giveCoins, once } from '#test/support/money';
import { recordingContext } from '#test/support/outbox';
import { databaseWithout, sweepOut } from '#test/support/queues';
import { aStream } from '#test/support/streams';
import { aSubscriber, aTier } from '#test/support/subscriptions';
import { asCreator, asViewer } from '#test/support/users';
import type { Context } from '@/contracts/context';
import { outbox } from '@/db/outbox';
import { users } from '@/domains/base/users/tables';
import { findRoomRelation } from '@/domains/live/rooms/relation';
import { GRACE_MS, periodEnd } from '@/domains/money/subscriptions/periods';
import { renewSubscriptions } from '@/domains/money/subscriptions/renew';
import { subscriptionCharges, subscriptions } from '@/domains/money/subscriptions/tables';
import { block } from '@/domains/people/social/block';
import { newId } from '@/shared/ids';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '@/shared/time';

const PRICE = 100;

/** A subscription whose first month is paid. @param coins what is left in the wallet then */
async function aSubscription(coins: number) {
  const creator = await asCreator();
  const viewer = await aSubscriber(creator, await aTier(creator, PRICE), coins + PRICE);
  const row = await subscriptionOf(viewer.subscriptionId);
  return { creator, viewer, id: row.id, startedAt: row.startedAt, over: row.periodEndsAt };
}

async function subscriptionOf(id: string) {
  const row = await testContext().db.select().from(subscriptions).where(eq(subscriptions.id, id)).get();
  if (!row) throw new Error('No such subscription');
  return row;
}

const monthsOf = async (id: string) => {
  const charges = await testContext()
    .db.select({ month: subscriptionCharges.month })
    .from(subscriptionCharges)
    .where(eq(subscriptionCharges.subscriptionId, id));
  return charges.map(({ month }) => month).sort();
};

/** The minute's sweep at that time (ms), and what it told. */
async function sweepAt(now: number, overrides: Partial<Context> = {}) {
  const { ctx, events } = recordingContext({ now: () => now, ...overrides });
  await sweepOut(renewSubscriptions, ctx);
  return events;
}

beforeEach(async () => {
  const { db } = testContext();
  await db.delete(outbox);
  // What other tests left running is not looked at here.
  await db.update(subscriptions).set({ dueAt: null });
});

describe('a month that is over', () => {
  it('is followed by exactly one more, paid from the wallet', async () => {
    const { creator, viewer, id, startedAt, over } = await aSubscription(250);
    await sweepAt(over - 1);
    expect(await monthsOf(id)).toEqual([1]);
    await sweepAt(over);
    await sweepAt(over + MINUTE_MS);
    expect(await monthsOf(id)).toEqual([1, 2]);
    const next = periodEnd(startedAt, 2);
    expect(await subscriptionOf(id)).toMatchObject({ status: 'active', months: 2, periodEndsAt: next, dueAt: next });
    expect([await coinsOf(viewer.userId), await diamondsOf(creator.userId)]).toEqual([150, 100]);
    await sweepAt(next);
    expect((await subscriptionOf(id)).periodEndsAt).toBe(periodEnd(startedAt, 3));
  });

  it('is charged once by sweeps at the same time', async () => {
    const { viewer, id, over } = await aSubscription(1_000);
    await Promise.all([1, 2, 3].map(() => sweepAt(over)));
    expect(await monthsOf(id)).toEqual([1, 2]);
    expect(await coinsOf(viewer.userId)).toBe(900);
  });

  it('is followed by one that ends on the 31st again after a February', async () => {
    const { id } = await aSubscription(1_000);
    const startedAt = Date.parse('2027-01-31T10:00:00.000Z');
    const over = periodEnd(startedAt, 1);
    await testContext()
      .db.update(subscriptions)
      .set({ startedAt, periodEndsAt: over, dueAt: over })
      .where(eq(subscriptions.id, id));
    expect(new Date(over).toISOString()).toBe('2027-02-28T10:00:00.000Z');
    await sweepAt(over);
    expect(new Date((await subscriptionOf(id)).periodEndsAt).toISOString()).toBe('2027-03-31T10:00:00.000Z');
  });

  it('is renewed even for more subscriptions than a page holds', async () => {
    const creator = await asCreator();
    const { db } = testContext();
    const one = await subscriptionOf((await aSubscriber(creator, await aTier(creator, PRICE), PRICE)).subscriptionId);
    const rich = await asViewer();
    await giveCoins(rich.userId, 60 * PRICE);
    // The same viewer pays for all of them, each to a creator of their own.
    const copies = await Promise.all(
      Array.from({ length: 60 }, async () => {
        const { userId: creatorId } = await asCreator();
        return { ...one, id: newId(), subscriberId: rich.userId, creatorId, idempotencyKey: newId() };
      }),
    );
    for (const copy of copies) await db.insert(subscriptions).values(copy);
    await sweepAt(one.periodEndsAt);
    expect(await coinsOf(rich.userId)).toBe(0);
    for (const { id } of copies) expect(await monthsOf(id)).toEqual([2]);
  });

  it('is renewed at the old price if the tier becomes more expensive or is retired', async () => {
    const { creator, viewer, id, over } = await aSubscription(1_000);
    await creator.put('payment/tiers', { tiers: [] });
    await sweepAt(over);
    expect(await monthsOf(id)).toEqual([1, 2]);
    expect(await coinsOf(viewer.userId)).toBe(900);
  });
});

describe('too few coins', () => {
  it('start a grace of three days, notified once, in which the subscription stays valid', async () => {
    const { creator, viewer, id, over } = await aSubscription(99);
    const streamId = await aStream(creator);
    const events = await sweepAt(over);
    expect(events).toMatchObject([
      {
        kind: 'notify',
        notification: { userId: viewer.userId, kind: 'subscription-short', data: { subscriptionId: id } },
      },
    ]);
    const row = await subscriptionOf(id);
    expect(row).toMatchObject({ status: 'grace', graceUntil: over + GRACE_MS, dueAt: over + HOUR_MS, months: 1 });
    expect((await findRoomRelation(testContext(), { roomId: streamId }, viewer.userId))?.user.standing.subscriber).toBe(
      true,
    );
    expect(await sweepAt(over + HOUR_MS)).toEqual([]);
    expect((await subscriptionOf(id)).dueAt).toBe(over + 2 * HOUR_MS);
    expect(await coinsOf(viewer.userId)).toBe(99);
    expect((await viewer.get('payment/subscriptions')).data.items).toMatchObject([
      { status: 'grace', graceUntil: new Date(over + GRACE_MS).toISOString() },
    ]);
  });

  it('are notified once by sweeps at the same time', async () => {
    const { over } = await aSubscription(0);
    const events = (await Promise.all([1, 2, 3].map(() => sweepAt(over)))).flat();
    expect(events).toHaveLength(1);
  });

  it('that are topped up in time continue the subscription without a gap', async () => {
    const { viewer, id, startedAt, over } = await aSubscription(0);
    await sweepAt(over);
    await giveCoins(viewer.userId, PRICE);
    await sweepAt(over + HOUR_MS);
    expect(await subscriptionOf(id)).toMatchObject({
      status: 'active',
      months: 2,
      graceUntil: null,
      periodEndsAt: periodEnd(startedAt, 2),
    });
  });

  it('until the end of the grace end the subscription, notify the room and the subscriber, and remove the badge', async () => {
    const { creator, viewer, id, over } = await aSubscription(0);
    const streamId = await aStream(creator);
    await sweepAt(over);
    const events = await sweepAt(over + GRACE_MS);
    expect(events).toHaveLength(2);
    expect(events).toContainEqual({
      kind: 'room',
      roomId: streamId,
      command: { type: 'standing-changed', userId: viewer.userId },
    });
    expect(events).toContainEqual({
      kind: 'notify',
      notification: expect.objectContaining({ userId: viewer.userId, kind: 'subscription-ended' }),
    });
    expect(await subscriptionOf(id)).toMatchObject({ status: 'ended', endedBecause: 'unpaid', dueAt: null });
    expect((await findRoomRelation(testContext(), { roomId: streamId }, viewer.userId))?.user.standing.subscriber).toBe(
      false,
    );
    expect(await sweepAt(over + GRACE_MS + DAY_MS)).toEqual([]);
    await giveCoins(viewer.userId, PRICE);
    const again = await viewer.post(
      'payment/subscribe',
      { creatorId: creator.userId, tierId: (await subscriptionOf(id)).tierId },
      once(),
    );
    expect(again.status).toBe(201);
  });

  it('and a cancellation during the grace end the subscription at the next sweep', async () => {
    const { creator, viewer, id, over } = await aSubscription(0);
    await sweepAt(over);
    await viewer.post('payment/unsubscribe', { creatorId: creator.userId });
    await giveCoins(viewer.userId, PRICE);
    await sweepAt(over + MINUTE_MS);
    expect(await subscriptionOf(id)).toMatchObject({ status: 'ended', endedBecause: 'cancelled' });
    expect(await coinsOf(viewer.userId)).toBe(PRICE);
  });
});

describe('a subscription ends without a charge', () => {
  it('when it was cancelled', async () => {
    const { creator, viewer, id, over } = await aSubscription(1_000);
    await viewer.post('payment/unsubscribe', { creatorId: creator.userId });
    await sweepAt(over - 1);
    expect((await subscriptionOf(id)).status).toBe('active');
    expect(await sweepAt(over)).toEqual([]);
    expect(await subscriptionOf(id)).toMatchObject({ status: 'ended', endedBecause: 'cancelled', endedAt: over });
    expect(await coinsOf(viewer.userId)).toBe(1_000);
  });

  it.each([
    ['creator-gone', 'the creator is banned', { status: 'banned' }],
    ['creator-gone', 'the creator is not approved any more', { creatorStatus: 'REJECTED' }],
  ] as const)('as %s when %s', async (because, _, change) => {
    const { creator, viewer, id, over } = await aSubscription(1_000);
    await testContext().db.update(users).set(change).where(eq(users.id, creator.userId));
    expect(await sweepAt(over)).toMatchObject([{ kind: 'notify', notification: { kind: 'subscription-ended' } }]);
    expect(await subscriptionOf(id)).toMatchObject({ status: 'ended', endedBecause: because });
    expect(await coinsOf(viewer.userId)).toBe(1_000);
  });

  it('when the subscriber is banned', async () => {
    const { viewer, id, over } = await aSubscription(1_000);
    await testContext().db.update(users).set({ status: 'banned' }).where(eq(users.id, viewer.userId));
    expect(await sweepAt(over)).toEqual([]);
    expect(await subscriptionOf(id)).toMatchObject({ status: 'ended', endedBecause: 'subscriber-gone' });
    expect(await coinsOf(viewer.userId)).toBe(1_000);
  });

  it.each(['creator', 'subscriber'])('when the %s has blocked the other', async (who) => {
    const { creator, viewer, id, over } = await aSubscription(1_000);
    const pair = [creator.userId, viewer.userId] as const;
    await block(testContext(), ...(who === 'creator' ? pair : ([pair[1], pair[0]] as const)));
    await sweepAt(over);
    expect(await subscriptionOf(id)).toMatchObject({ status: 'ended', endedBecause: 'blocked' });
    expect(await coinsOf(viewer.userId)).toBe(1_000);
  });

  it('when no sweep ran until the next month was over too', async () => {
    const { viewer, id, startedAt } = await aSubscription(1_000);
    await sweepAt(periodEnd(startedAt, 2));
    expect(await subscriptionOf(id)).toMatchObject({ status: 'ended', endedBecause: 'lapsed' });
    expect([await monthsOf(id), await coinsOf(viewer.userId)]).toEqual([[1], 1_000]);
  });

  it('when its price would no longer earn any diamonds', async () => {
    const { viewer, id, over } = await aSubscription(1_000);
    await changeEconomy({ conversions: { diamondsPerCoin: { numerator: 1, denominator: 1_000 } } });
    await sweepAt(over);
    await changeEconomy({ conversions: { diamondsPerCoin: { numerator: 1, denominator: 2 } } });
    expect(await subscriptionOf(id)).toMatchObject({ status: 'ended', endedBecause: 'worthless' });
    expect(await coinsOf(viewer.userId)).toBe(1_000);
  });
});

describe('a sweep', () => {
  it('that fails at a subscription charges nothing for it, and retries it later', async () => {
    const { viewer, id, over } = await aSubscription(1_000);
    const { db } = testContext({ DB: databaseWithout('earning_days') });
    await sweepAt(over, { db });
    expect([await monthsOf(id), await coinsOf(viewer.userId)]).toEqual([[1], 1_000]);
    expect(await subscriptionOf(id)).toMatchObject({ status: 'active', dueAt: over + HOUR_MS });
    await sweepAt(over + HOUR_MS);
    expect(await monthsOf(id)).toEqual([1, 2]);
  });

  it('that races with a cancellation either renews or ends the subscription', async () => {
    const { creator, viewer, id, over } = await aSubscription(1_000);
    const [, cancelled] = await Promise.all([
      sweepAt(over),
      viewer.post('payment/unsubscribe', { creatorId: creator.userId }),
    ]);
    const { months, cancelledAt, status } = await subscriptionOf(id);
    expect([200, 409]).toContain(cancelled.status);
    expect(cancelledAt !== null || status === 'ended').toBe(cancelled.status === 200);
    expect(await coinsOf(viewer.userId)).toBe(1_000 - (months - 1) * PRICE);
  });

  it('finds due subscriptions through an index', async () => {
    const plan = await testContext().db.all<{ detail: string }>(
      sql`EXPLAIN QUERY PLAN SELECT id FROM subscriptions WHERE due_at <= ${1} ORDER BY due_at LIMIT 50`,
    );
    expect(plan.map(({ detail }) => detail).join()).toContain('subscriptions_due');
  });
});
