/** Targets of guides: what they did in rooms is rewarded as creators' earnings are, and exchangeable at once. */
import { eq } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { testContext } from '#test/support/context';
import { changeEconomy, coinsOf, diamondsOf, giveCoins, once } from '#test/support/money';
import { recordingContext } from '#test/support/outbox';
import { prove } from '#test/support/proof';
import { aStage } from '#test/support/stages';
import { asCreator, asGuide, asViewer, type Person } from '#test/support/users';
import type { EconomyConfig } from '@/contracts/economy';
import { commit } from '@/db/commit';
import { users } from '@/domains/base/users/tables';
import { awardTargets } from '@/domains/money/earnings/award-targets';
import { followReversal } from '@/domains/money/earnings/follow-reversal';
import { reverseLot } from '@/domains/money/earnings/reversals';
import { targetRewards } from '@/domains/money/earnings/tables';
import { purchases } from '@/domains/money/purchases/tables';
import { guideTerms, guideWork } from '@/domains/people/guides/tables';
import { post } from '@/ledger/transfers';
import { toDay } from '@/shared/time';

type Target = EconomyConfig['targets'][number];

const target = (id: string, change: Partial<Target>): Target => ({
  ...{ id, tier: 1, metric: 'stageMinutes', threshold: 60, period: 'month', reward: { diamonds: 50 } },
  audience: 'guide',
  ...change,
});

/** Time on the stage of a room today, in minutes. */
async function work(
  guide: Person,
  figures: { counted?: number; alone?: number; unapproved?: number; guests?: number },
) {
  const { counted = 0, alone = 0, unapproved = 0, guests = 0 } = figures;
  await testContext()
    .db.insert(guideWork)
    .values({
      ...{ userId: guide.userId, day: toDay(Date.now()), roomId: await aStage(guide), updatedAt: Date.now() },
      ...{
        seconds: counted * 60,
        guests,
        aloneSeconds: alone * 60,
        aloneGuests: 0,
        unapprovedSeconds: unapproved * 60,
      },
    });
}

async function pass() {
  const { ctx, events } = recordingContext();
  await awardTargets(ctx, null);
  return events;
}

const rewardsOf = async ({ userId }: Person) =>
  (await testContext().db.select().from(targetRewards).where(eq(targetRewards.userId, userId))).map(
    ({ targetId, audience }) => `${audience} ${targetId}`,
  );

const tip = (sender: Person, to: Person, roomId: string, coins: number) =>
  sender.post('payment/tip', { coins, recipientId: to.userId, roomId }, once());

const listed = async (guide: Person) => (await guide.get('guide/application/targets')).data.items;

describe('a target of guides', () => {
  it('that is reached is rewarded once, listed and notified, and the books stay right', async () => {
    await changeEconomy({ targets: [target('talk', {})] });
    const guide = await asGuide();
    await work(guide, { counted: 45, alone: 20, unapproved: 10 });
    await pass();
    expect(await listed(guide)).toMatchObject([
      {
        ...{ id: 'talk', progress: 45 },
        notCounted: [
          { reason: 'FEW_OTHERS', amount: 20 },
          { reason: 'NOT_APPROVED', amount: 10 },
        ],
      },
    ]);
    expect(await rewardsOf(guide)).toEqual([]);
    await work(guide, { counted: 15 });
    const events = (await Promise.all([pass(), pass()])).flat();
    expect(await rewardsOf(guide)).toEqual(['guide talk']);
    const told = events.filter((event) => event.kind === 'notify' && event.notification.userId === guide.userId);
    expect(told).toMatchObject([{ notification: { kind: 'target-reached' } }]);
    expect(await listed(guide)).toMatchObject([{ progress: 60, reachedAt: expect.any(String) }]);
    expect(await diamondsOf(guide.userId)).toBe(50);
    expect(await prove()).toMatchObject({ state: 'clean', findings: [] });
  });

  it('is not rewarded to a suspended guide, nor to a creator who is none', async () => {
    await changeEconomy({
      targets: [target('talk', {}), target('show', { metric: 'diamonds', audience: 'creator', threshold: 1 })],
    });
    const [suspended, creator] = [await asGuide(), await asCreator()];
    for (const person of [suspended, creator]) await work(person, { counted: 60 });
    await testContext().db.update(users).set({ guideStatus: 'SUSPENDED' }).where(eq(users.id, suspended.userId));
    await pass();
    expect([await rewardsOf(suspended), await rewardsOf(creator)]).toEqual([[], []]);
  });

  it('counts guests and active days of half an hour', async () => {
    await changeEconomy({
      targets: [
        target('guests', { metric: 'roomGuestsServed', threshold: 5 }),
        target('days', { metric: 'activeDays', threshold: 1, period: 'week' }),
      ],
    });
    const guide = await asGuide();
    await work(guide, { counted: 29, guests: 2 });
    expect(await listed(guide)).toMatchObject([
      { id: 'guests', progress: 2, notCounted: [] },
      { id: 'days', progress: 0, notCounted: [{ reason: 'TOO_SHORT', amount: 1 }] },
    ]);
    await work(guide, { counted: 1, guests: 3 });
    await pass();
    expect((await rewardsOf(guide)).toSorted()).toEqual(['guide days', 'guide guests']);
  });

  it('counts gifts in rooms while the approval lasts, and no others', async () => {
    await changeEconomy({ targets: [target('gifts', { metric: 'giftsInRooms', threshold: 100 })] });
    const [guide, sender] = [await asCreator({ guideStatus: 'APPROVED' }), await asViewer()];
    await giveCoins(sender.userId, 1_000);
    const roomId = await aStage(guide);
    await sender.post('payment/tip', { coins: 500, recipientId: guide.userId }, once());
    await tip(sender, guide, roomId, 40);
    await testContext().db.update(guideTerms).set({ toAt: 1 }).where(eq(guideTerms.userId, guide.userId));
    await tip(sender, guide, roomId, 60);
    expect(await listed(guide)).toMatchObject([{ progress: 20, notCounted: [{ reason: 'NOT_APPROVED', amount: 30 }] }]);
    await testContext().db.insert(guideTerms).values({ userId: guide.userId, fromAt: 2 });
    await tip(sender, guide, roomId, 160);
    await pass();
    expect(await rewardsOf(guide)).toEqual(['guide gifts']);
    expect((await guide.get('guide/application/targets')).data.items).toMatchObject([{ progress: 100 }]);
  });
});

/** As a dispute that takes the whole purchase back. */
async function takeBack(purchaseId: string, { userId }: Person, coins: number) {
  const ctx = testContext();
  const { statements, event } = reverseLot(ctx, { sourceType: 'purchase', sourceId: purchaseId, userId, coins });
  await commit(ctx, [
    ctx.db
      .update(purchases)
      .set({ status: 'refunded', reversedCoins: coins, legs: 3 })
      .where(eq(purchases.id, purchaseId)),
    ...post(ctx, [
      { kind: 'purchase_reversal', refType: 'purchase', refId: purchaseId, leg: 3, userId, amount: coins },
    ]),
    ...statements,
  ]);
  if (event.kind === 'task' && event.task.type === 'follow-reversal') await followReversal(ctx, event.task);
}

describe('a reward of a guide', () => {
  it('can be exchanged at once, which gifts cannot, and cashed out by creators alone', async () => {
    await changeEconomy({ targets: [target('talk', {})] });
    const [guide, sender] = [await asGuide(), await asViewer()];
    await giveCoins(sender.userId, 1_000);
    await tip(sender, guide, await aStage(guide), 200);
    await work(guide, { counted: 60 });
    await pass();
    expect(await diamondsOf(guide.userId)).toBe(150);
    const exchange = (diamonds: number) => guide.post('earnings/exchange', { diamonds }, once());
    expect((await exchange(60)).error).toMatchObject({
      code: 'NOT_ENOUGH_DIAMONDS',
      details: { matured: 50, maturing: 100, asked: 60 },
    });
    expect((await exchange(50)).status).toBe(201);
    expect(await coinsOf(guide.userId)).toBeGreaterThan(0);
    expect((await exchange(10)).error.code).toBe('NOT_ENOUGH_DIAMONDS');
    const payout = { source: 'diamonds', diamonds: 50, method: 'bank' };
    expect((await guide.post('payment/payout', payout, once())).status).toBe(403);
    expect(await prove()).toMatchObject({ state: 'clean', findings: [] });
  });

  it('goes with the gifts that it hung on, and comes again with others', async () => {
    await changeEconomy({ targets: [target('gifts', { metric: 'giftsInRooms', threshold: 100 })] });
    const [guide, thief, sender] = [await asGuide(), await asViewer(), await asViewer()];
    const purchaseId = await giveCoins(thief.userId, 200);
    await giveCoins(sender.userId, 1_000);
    const roomId = await aStage(guide);
    await tip(thief, guide, roomId, 200);
    await pass();
    expect(await diamondsOf(guide.userId)).toBe(150);
    await takeBack(purchaseId, thief, 200);
    expect(await diamondsOf(guide.userId)).toBe(0);
    expect(await listed(guide)).toMatchObject([{ progress: 0, notCounted: [{ reason: 'REVERSED', amount: 100 }] }]);
    expect((await listed(guide))[0]).not.toHaveProperty('reachedAt');
    await tip(sender, guide, roomId, 200);
    await pass();
    expect(await diamondsOf(guide.userId)).toBe(150);
    expect(await rewardsOf(guide)).toEqual(['guide gifts']);
  });
});
