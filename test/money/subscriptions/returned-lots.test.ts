import { eq } from 'drizzle-orm';
import { beforeEach, describe, expect, it } from 'vitest';
import { testContext } from '#test/support/context';
import { withFaults } from '#test/support/faults';
import { changeEconomy, coinsOf, diamondsOf, once } from '#test/support/money';
import { recordingContext } from '#test/support/outbox';
import { prove } from '#test/support/proof';
import { aBuyer, aPurchase, eventsOf, tell } from '#test/support/purchases';
import { sweepOut } from '#test/support/queues';
import { aTier } from '#test/support/subscriptions';
import { asCreator, type Person } from '#test/support/users';
import { awardTargets } from '@/domains/money/earnings/award-targets';
import { readDiamonds } from '@/domains/money/earnings/maturity';
import { followReturned } from '@/domains/money/subscriptions/give-back';
import { renewSubscriptions } from '@/domains/money/subscriptions/renew';
import { subscriptionCharges, subscriptions } from '@/domains/money/subscriptions/tables';
import { endWithdrawn } from '@/domains/money/subscriptions/withdraw';
import { block } from '@/domains/people/social/block';
import { coinLots } from '@/ledger/tables';
import { DAY_MS } from '@/shared/time';

const PRICE = 100;

async function bought(buyer: Person, coins: number) {
  const events = eventsOf(await aPurchase(buyer, { coins, bonusCoins: 0, priceMinor: 100 }));
  await tell(events.paid);
  return events;
}

/** A month that was paid from two purchases, the older one first. */
async function aMonthOfTwoLots() {
  const [creator, viewer] = [await asCreator(), await aBuyer()];
  const older = await bought(viewer, 60);
  const newer = await bought(viewer, 60);
  const tierId = await aTier(creator, PRICE);
  const { data } = await viewer.post('payment/subscribe', { creatorId: creator.userId, tierId }, once());
  const row = await testContext().db.select().from(subscriptions).where(eq(subscriptions.id, data.id)).get();
  const charge = await testContext()
    .db.select()
    .from(subscriptionCharges)
    .where(eq(subscriptionCharges.subscriptionId, data.id))
    .get();
  if (!row || !charge) throw new Error('Not subscribed');
  return { creator, viewer, older, newer, row, chargeId: charge.id };
}

const lotsOf = (userId: string) =>
  testContext()
    .db.select({ spent: coinLots.spent, reversed: coinLots.reversed, remaining: coinLots.remaining })
    .from(coinLots)
    .where(eq(coinLots.userId, userId))
    .orderBy(coinLots.id);

/** Blocks, and ends the month with this many days left. Runs what follows. */
async function giveBackWith(daysLeft: number, month: Awaited<ReturnType<typeof aMonthOfTwoLots>>) {
  const { creator, viewer, row, chargeId } = month;
  await block(testContext(), creator.userId, viewer.userId);
  const now = row.periodEndsAt - daysLeft * DAY_MS - 1;
  const { ctx, events } = recordingContext({ now: () => now });
  await endWithdrawn(ctx, { kind: 'creator-withdrew', creatorId: creator.userId });
  await sweepOut(renewSubscriptions, ctx);
  expect(events).toContainEqual({ kind: 'task', task: { type: 'follow-return', chargeId } });
  await followReturned(ctx, chargeId);
  await followReturned(ctx, chargeId);
  const days = (row.periodEndsAt - row.startedAt) / DAY_MS;
  return Math.floor((PRICE * daysLeft) / days);
}

beforeEach(async () => {
  await testContext().db.update(subscriptions).set({ dueAt: null });
});

describe('coins that are given back', () => {
  it('go to the lots that they came from, the newest first', async () => {
    const month = await aMonthOfTwoLots();
    expect(await lotsOf(month.viewer.userId)).toMatchObject([
      { spent: 60, remaining: 0 },
      { spent: 40, remaining: 20 },
    ]);
    const unused = await giveBackWith(20, month);
    expect(unused).toBeGreaterThan(40);
    expect(await lotsOf(month.viewer.userId)).toMatchObject([
      { spent: 100 - unused, remaining: unused - 40 },
      { spent: 0, remaining: 60 },
    ]);
    expect(await coinsOf(month.viewer.userId)).toBe(20 + unused);
    expect(await prove()).toMatchObject({ state: 'clean', findings: [] });
  });

  it('go to the untraced lot if they were spent before there were lots', async () => {
    const month = await aMonthOfTwoLots();
    const { userId } = month.viewer;
    const values = [userId];
    // As a database is after migration 0051: the month names no lot, and what the wallet has is untraced.
    const asBefore = [
      { sql: 'DELETE FROM lot_uses WHERE ref_id = ?', values: [month.chargeId] },
      { sql: 'UPDATE subscription_charges SET lot_id = 0, lot_coins = 0 WHERE id = ?', values: [month.chargeId] },
      { sql: 'DELETE FROM coin_lots WHERE user_id = ?', values },
      { sql: 'UPDATE purchases SET traced = 0 WHERE user_id = ?', values },
      {
        sql: `INSERT INTO coin_lots (user_id, source_type, source_id, coins, remaining, created_at)
          VALUES (?1, 'untraced', ?1, 20, 20, 0)`,
        values,
      },
    ];
    await withFaults(asBefore, async () => {
      const unused = await giveBackWith(10, month);
      expect(await lotsOf(userId)).toMatchObject([{ spent: 0, remaining: 20 + unused }]);
      expect(await prove()).toMatchObject({ state: 'clean', findings: [] });
    });
  });
});

describe('a purchase that is reversed', () => {
  it('after its month was given back takes only what the rest of the month earned', async () => {
    const month = await aMonthOfTwoLots();
    await giveBackWith(20, month);
    await tell(month.older.refunded(100));
    await tell(month.newer.refunded(100));
    expect(await coinsOf(month.viewer.userId)).toBeLessThan(0);
    expect(await diamondsOf(month.creator.userId)).toBe(0);
    expect(await prove()).toMatchObject({ state: 'clean', findings: [] });
  });

  it('before its month is given back leaves the creator with nothing more, and nothing less', async () => {
    const month = await aMonthOfTwoLots();
    await tell(month.older.refunded(100));
    await tell(month.newer.refunded(100));
    expect(await diamondsOf(month.creator.userId)).toBe(0);
    await giveBackWith(20, month);
    expect(await diamondsOf(month.creator.userId)).toBe(0);
    expect(await prove()).toMatchObject({ state: 'clean', findings: [] });
  });
});

describe('diamonds that were given back', () => {
  it('undo an exchange that had spent them, once, and the reward that hung on them', async () => {
    const month = await aMonthOfTwoLots();
    const { userId } = month.creator;
    const ctx = testContext();
    const target = { id: 'month', tier: 1, metric: 'diamonds', threshold: 50, period: 'ever' } as const;
    await changeEconomy({ targets: [{ ...target, reward: { diamonds: 8 } }], limits: { maturingDays: 0 } });
    await awardTargets(ctx, null);
    expect(await diamondsOf(userId)).toBe(58);
    const exchanged = await month.creator.post('earnings/exchange', { diamonds: 58 }, once());
    expect(exchanged.status).toBe(201);
    const coins = await coinsOf(userId);
    const unused = await giveBackWith(20, month);
    const returned = 50 - Math.floor((50 * (PRICE - unused)) / PRICE);
    // The reward's diamonds are owed as well, and both are made good by undoing the exchange.
    expect(await diamondsOf(userId)).toBeLessThanOrEqual(0);
    expect(await coinsOf(userId)).toBeLessThanOrEqual(coins - returned / 2);
    const charge = await ctx.db
      .select()
      .from(subscriptionCharges)
      .where(eq(subscriptionCharges.id, month.chargeId))
      .get();
    // The reward fell with the month, and was exchanged with it.
    expect(charge).toMatchObject({ returnedDiamonds: returned, returnFollowed: returned + 8 });
    expect(
      (await month.creator.get('payment/transactions')).data.items.map(({ kind }: { kind: string }) => kind),
    ).toEqual(expect.arrayContaining(['reward_reversal', 'exchange_coins_reversal', 'subscription_earning_return']));
    expect(await prove()).toMatchObject({ state: 'clean', findings: [] });
    await changeEconomy({ targets: [], limits: { maturingDays: 14 } });
  });

  it('are taken from the maturing ones first', async () => {
    const month = await aMonthOfTwoLots();
    await giveBackWith(10, month);
    const { total, maturing } = await readDiamonds(testContext(), month.creator.userId);
    expect(maturing).toBe(total);
  });
});
