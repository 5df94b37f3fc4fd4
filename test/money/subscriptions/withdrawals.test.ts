import { eq } from 'drizzle-orm';
import { beforeEach, describe, expect, it } from 'vitest';
import { givePassword, PASSWORD } from '#test/support/accounts';
import { testContext } from '#test/support/context';
import { coinsOf, diamondsOf, giveCoins, once } from '#test/support/money';
import { recordingContext } from '#test/support/outbox';
import { prove } from '#test/support/proof';
import { databaseWithout, sweepOut } from '#test/support/queues';
import { eventually } from '#test/support/rooms';
import { aSubscriber, aTier } from '#test/support/subscriptions';
import { asCreator } from '#test/support/users';
import type { Context } from '@/contracts/context';
import { commit } from '@/db/commit';
import { users } from '@/domains/base/users/tables';
import { periodEnd } from '@/domains/money/subscriptions/periods';
import { renewSubscriptions } from '@/domains/money/subscriptions/renew';
import { subscriptionCharges, subscriptions } from '@/domains/money/subscriptions/tables';
import { unusedOf } from '@/domains/money/subscriptions/unused';
import { creatorWithdrew, endWithdrawn } from '@/domains/money/subscriptions/withdraw';
import { block, blockUser, unblockUser } from '@/domains/people/social/block';
import { DAY_MS } from '@/shared/time';

const PRICE = 100;

/** A month that was paid from exactly its price, in the middle of which ten whole days are left. */
async function aMonth(coins = PRICE) {
  const creator = await asCreator();
  const viewer = await aSubscriber(creator, await aTier(creator, coins), coins);
  const row = await rowOf(viewer.subscriptionId);
  const tenDaysLeft = row.periodEndsAt - 10 * DAY_MS - 1;
  const days = (row.periodEndsAt - row.startedAt) / DAY_MS;
  const unused = Math.floor((coins * 10) / days);
  return { creator, viewer, id: row.id, over: row.periodEndsAt, tenDaysLeft, unused };
}

async function rowOf(id: string) {
  const row = await testContext().db.select().from(subscriptions).where(eq(subscriptions.id, id)).get();
  if (!row) throw new Error('No such subscription');
  return row;
}

const chargeOf = (id: string) =>
  testContext().db.select().from(subscriptionCharges).where(eq(subscriptionCharges.subscriptionId, id)).get();

/** What the event's receiver does at that time (ms), and what it told. */
async function withdraw(creatorId: string, now: number, subscriberId?: string, overrides: Partial<Context> = {}) {
  const { ctx, events } = recordingContext({ now: () => now, ...overrides });
  await endWithdrawn(ctx, { kind: 'creator-withdrew', creatorId, ...(subscriberId ? { subscriberId } : {}) });
  await sweepOut(renewSubscriptions, ctx);
  return events;
}

beforeEach(async () => {
  await testContext().db.update(subscriptions).set({ dueAt: null });
});

describe('a creator who blocks a subscriber', () => {
  it('ends the subscription at once and gives back the unused days, coins and diamonds', async () => {
    const { creator, viewer, id, tenDaysLeft, unused } = await aMonth();
    await block(testContext(), creator.userId, viewer.userId);
    const events = await withdraw(creator.userId, tenDaysLeft, viewer.userId);
    expect(await rowOf(id)).toMatchObject({ status: 'ended', endedBecause: 'blocked', endedAt: tenDaysLeft });
    expect(await coinsOf(viewer.userId)).toBe(unused);
    // The creator keeps what the other coins earn, rounded down.
    expect(await diamondsOf(creator.userId)).toBe(Math.floor((PRICE - unused) / 2));
    expect(events).toContainEqual({
      kind: 'notify',
      notification: expect.objectContaining({
        userId: viewer.userId,
        kind: 'subscription-ended',
        data: expect.objectContaining({ creatorId: creator.userId, returnedCoins: unused }),
      }),
    });
    expect(JSON.stringify(events)).not.toMatch(/block(?!ed")/);
    expect((await viewer.get('payment/transactions')).data.items[0]).toMatchObject({
      kind: 'subscription_return',
      amount: unused,
    });
    expect(await prove()).toMatchObject({ state: 'clean', findings: [] });
  });

  it('does so through the block itself', async () => {
    const { creator, viewer, id } = await aMonth();
    expect((await creator.post(`social/block/${viewer.userId}`)).status).toBe(200);
    await eventually(async () => expect((await rowOf(id)).status).toBe('ended'));
    expect(await coinsOf(viewer.userId)).toBeGreaterThan(90);
    expect((await creator.get('earnings/history')).data.items[0]).toMatchObject({ kind: 'subscription-returned' });
  });

  it('gives back once, however often and concurrently it runs', async () => {
    const { creator, viewer, tenDaysLeft, unused } = await aMonth();
    await block(testContext(), creator.userId, viewer.userId);
    await Promise.all([1, 2, 3].map(() => withdraw(creator.userId, tenDaysLeft)));
    await withdraw(creator.userId, tenDaysLeft + DAY_MS);
    expect(await coinsOf(viewer.userId)).toBe(unused);
    expect(await prove()).toMatchObject({ state: 'clean', findings: [] });
  });

  it('also gives back the rest of a month whose subscription was cancelled', async () => {
    const { creator, viewer, id, tenDaysLeft, unused } = await aMonth();
    await viewer.post('payment/unsubscribe', { creatorId: creator.userId });
    await block(testContext(), creator.userId, viewer.userId);
    await withdraw(creator.userId, tenDaysLeft);
    expect(await rowOf(id)).toMatchObject({ status: 'ended', endedBecause: 'blocked' });
    expect(await coinsOf(viewer.userId)).toBe(unused);
  });

  it('keeps the subscription if the block is gone before the sweep, and charges nothing early', async () => {
    const { creator, viewer, id, over, tenDaysLeft } = await aMonth();
    await giveCoins(viewer.userId, 1_000);
    await blockUser(testContext(), creator.userId, viewer.userId);
    await unblockUser(testContext(), creator.userId, viewer.userId);
    await withdraw(creator.userId, tenDaysLeft);
    expect(await rowOf(id)).toMatchObject({ status: 'active', months: 1, dueAt: over });
    expect(await coinsOf(viewer.userId)).toBe(1_000);
  });

  it('gives nothing back and moves nothing when the sweep fails half-way, and all of it later', async () => {
    const { creator, viewer, id, tenDaysLeft, unused } = await aMonth();
    await block(testContext(), creator.userId, viewer.userId);
    const { db } = testContext({ DB: databaseWithout('ledger_transfers') });
    await withdraw(creator.userId, tenDaysLeft, undefined, { db });
    expect([(await rowOf(id)).status, await coinsOf(viewer.userId)]).toEqual(['active', 0]);
    await withdraw(creator.userId, tenDaysLeft);
    expect(await coinsOf(viewer.userId)).toBe(unused);
  });
});

describe('a subscriber who blocks the creator', () => {
  it('keeps the month, and is given nothing back', async () => {
    const { creator, viewer, id, over, tenDaysLeft } = await aMonth();
    await block(testContext(), viewer.userId, creator.userId);
    await withdraw(creator.userId, tenDaysLeft);
    expect(await rowOf(id)).toMatchObject({ status: 'active', dueAt: over });
    expect(await coinsOf(viewer.userId)).toBe(0);
  });
});

describe('a creator who is banned', () => {
  it('gives back the unused days of every subscriber by one use case, and may owe diamonds for it', async () => {
    const { creator, viewer, id, tenDaysLeft, unused } = await aMonth();
    const tierId = (await rowOf(id)).tierId;
    const others = await Promise.all(Array.from({ length: 6 }, () => aSubscriber(creator, tierId, PRICE)));
    const { ctx, events } = recordingContext();
    await commit(ctx, [ctx.db.update(users).set({ status: 'banned' }).where(eq(users.id, creator.userId))], {
      events: [creatorWithdrew(creator.userId)],
    });
    expect(events).toEqual([{ kind: 'creator-withdrew', creatorId: creator.userId }]);
    await withdraw(creator.userId, tenDaysLeft);
    for (const { userId } of [viewer, ...others]) expect(await coinsOf(userId)).toBe(unused);
    expect(await rowOf(id)).toMatchObject({ status: 'ended', endedBecause: 'creator-gone' });
    expect(await prove()).toMatchObject({ state: 'clean', findings: [] });
  });
});

describe('a creator who leaves', () => {
  it('gives back as soon as the deletion is planned, and nothing renews until then', async () => {
    const { creator, viewer, id } = await aMonth();
    await givePassword(creator.userId);
    const losing = { coins: 0, diamonds: PRICE / 2, debts: [] };
    expect((await creator.delete('user', { body: { password: PASSWORD, losing } })).status).toBe(200);
    await eventually(async () => expect((await rowOf(id)).status).toBe('ended'));
    expect(await rowOf(id)).toMatchObject({ endedBecause: 'creator-gone' });
    expect(await coinsOf(viewer.userId)).toBeGreaterThan(90);
  });

  it('is charged for no more months while the account awaits its deletion', async () => {
    const { creator, viewer, id, over } = await aMonth();
    await giveCoins(viewer.userId, 1_000);
    await testContext()
      .db.update(users)
      .set({ deletesAt: over + DAY_MS })
      .where(eq(users.id, creator.userId));
    await testContext().db.update(subscriptions).set({ dueAt: over }).where(eq(subscriptions.id, id));
    await sweepOut(renewSubscriptions, { ...testContext(), now: () => over });
    expect(await rowOf(id)).toMatchObject({ status: 'ended', endedBecause: 'creator-gone', months: 1 });
    expect(await coinsOf(viewer.userId)).toBe(1_000);
  });
});

describe('a month that was given back', () => {
  it('cannot be given back again or changed, whatever code tries to', async () => {
    const { creator, viewer, id, tenDaysLeft } = await aMonth();
    await block(testContext(), creator.userId, viewer.userId);
    await withdraw(creator.userId, tenDaysLeft);
    const change = testContext()
      .db.update(subscriptionCharges)
      .set({ returnedCoins: 1 })
      .where(eq(subscriptionCharges.subscriptionId, id));
    await expect(change).rejects.toThrow();
    expect(await chargeOf(id)).toMatchObject({ returnedAt: tenDaysLeft });
  });

  it('lets the viewer subscribe again once the creator is back, for a whole month', async () => {
    const { creator, viewer, id, tenDaysLeft } = await aMonth();
    await block(testContext(), creator.userId, viewer.userId);
    await withdraw(creator.userId, tenDaysLeft);
    await unblockUser(testContext(), creator.userId, viewer.userId);
    await giveCoins(viewer.userId, PRICE);
    const { tierId } = await rowOf(id);
    expect((await viewer.post('payment/subscribe', { creatorId: creator.userId, tierId }, once())).status).toBe(201);
  });
});

describe('the days that are left', () => {
  it('count as whole days of the calendar month, rounded down, never more than was paid', () => {
    const startedAt = Date.parse('2027-02-01T12:00:00.000Z');
    const month = { startedAt, months: 1, pausedMs: 0 };
    const at = (now: number) => unusedOf(month, { coins: 100, diamonds: 50 }, now);
    expect(at(startedAt)).toEqual({ coins: 100, diamonds: 50 });
    expect(at(startedAt + 1)).toEqual({ coins: 96, diamonds: 48 }); // 27 of 28 days
    expect(at(periodEnd(startedAt, 1) - DAY_MS)).toEqual({ coins: 3, diamonds: 2 });
    expect(at(periodEnd(startedAt, 1) - DAY_MS + 1)).toEqual({ coins: 0, diamonds: 0 });
    expect(at(periodEnd(startedAt, 2))).toEqual({ coins: 0, diamonds: 0 });
  });

  it('never leave the creator more diamonds than the coins that were kept earn', () => {
    const startedAt = Date.parse('2027-01-01T00:00:00.000Z');
    for (let coins = 2; coins <= 60; coins += 1)
      for (let day = 0; day <= 31; day += 1) {
        const diamonds = Math.floor(coins / 2);
        const unused = unusedOf({ startedAt, months: 1, pausedMs: 0 }, { coins, diamonds }, startedAt + day * DAY_MS);
        expect(diamonds - unused.diamonds).toBeLessThanOrEqual(Math.floor((coins - unused.coins) / 2));
        expect(unused.diamonds).toBeLessThanOrEqual(diamonds);
      }
  });
});
