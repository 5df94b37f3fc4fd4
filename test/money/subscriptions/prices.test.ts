import { eq } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { testContext } from '#test/support/context';
import { withFaults } from '#test/support/faults';
import { coinsOf, giveCoins, once } from '#test/support/money';
import { prove } from '#test/support/proof';
import { sweepOut } from '#test/support/queues';
import { aSubscriber, aTier } from '#test/support/subscriptions';
import { asCreator, asViewer, type Person } from '#test/support/users';
import { renewSubscriptions } from '@/domains/money/subscriptions/renew';
import { subscriptionCharges, subscriptions } from '@/domains/money/subscriptions/tables';

const reprice = (creator: Person, id: string, coinsPerMonth: number) =>
  creator.put('payment/tiers', { tiers: [{ id, name: 'Friends', coinsPerMonth }] });

async function renewedPrices(subscriptionId: string): Promise<number[]> {
  const { db } = testContext();
  const row = await db.select().from(subscriptions).where(eq(subscriptions.id, subscriptionId)).get();
  if (!row) throw new Error('No such subscription');
  await sweepOut(renewSubscriptions, { ...testContext(), now: () => row.periodEndsAt });
  const charges = await db
    .select({ coins: subscriptionCharges.coins })
    .from(subscriptionCharges)
    .where(eq(subscriptionCharges.subscriptionId, subscriptionId))
    .orderBy(subscriptionCharges.month);
  return charges.map(({ coins }) => coins);
}

describe('a subscription with the price that the subscriber was shown', () => {
  it('is refused if the tier costs something else now, before the balance is looked at', async () => {
    const [creator, viewer] = [await asCreator(), await asViewer()];
    const tierId = await aTier(creator, 100);
    const body = { creatorId: creator.userId, tierId, expectedCoins: 100 };
    await reprice(creator, tierId, 200);
    const { status, error } = await viewer.post('payment/subscribe', body, once());
    expect([status, error.code, error.details]).toEqual([409, 'PRICE_CHANGED', { coins: 200 }]);
    await giveCoins(viewer.userId, 200);
    const begun = await viewer.post('payment/subscribe', { ...body, expectedCoins: 200 }, once());
    expect([begun.status, begun.data.coinsPerMonth]).toEqual([201, 200]);
  });

  it('is resumed only if the following months cost that', async () => {
    const creator = await asCreator();
    const tierId = await aTier(creator, 100);
    const viewer = await aSubscriber(creator, tierId, 100);
    await viewer.post('payment/unsubscribe', { creatorId: creator.userId });
    await reprice(creator, tierId, 200);
    const resume = (expectedCoins: number) =>
      viewer.post('payment/subscribe', { creatorId: creator.userId, tierId, expectedCoins }, once());
    expect((await resume(200)).error).toMatchObject({ code: 'PRICE_CHANGED', details: { coins: 100 } });
    expect((await resume(100)).status).toBe(200);
  });
});

describe("a tier's new price", () => {
  it('changes no running subscription if it is higher: nobody pays a price that they have not seen', async () => {
    const creator = await asCreator();
    const tierId = await aTier(creator, 100);
    const viewer = await aSubscriber(creator, tierId, 500);
    await reprice(creator, tierId, 200);
    expect(await renewedPrices(viewer.subscriptionId)).toEqual([100, 100]);
    expect(await coinsOf(viewer.userId)).toBe(300);
  });

  it('is for each month that begins under it if it is lower, and paid months stay as they were', async () => {
    const creator = await asCreator();
    const tierId = await aTier(creator, 100);
    const viewer = await aSubscriber(creator, tierId, 500);
    await reprice(creator, tierId, 60);
    expect(await coinsOf(viewer.userId)).toBe(400);
    expect(await renewedPrices(viewer.subscriptionId)).toEqual([100, 60]);
    await reprice(creator, tierId, 300);
    expect(await renewedPrices(viewer.subscriptionId)).toEqual([100, 60, 100]);
  });
});

describe('the proof of paid months', () => {
  it('finds a month at a price that the tier never had, or a first month below the agreed one', async () => {
    const creator = await asCreator();
    const tierId = await aTier(creator, 100);
    const { subscriptionId } = await aSubscriber(creator, tierId, 500);
    await reprice(creator, tierId, 60);
    await renewedPrices(subscriptionId);
    await reprice(creator, tierId, 300);
    expect(await prove()).toMatchObject({ state: 'clean' });
    const charged = async (month: number, coins: number) => {
      const sql = 'UPDATE subscription_charges SET coins = ? WHERE subscription_id = ? AND month = ?';
      const { findings } = await withFaults([{ sql, values: [coins, subscriptionId, month] }], () => prove());
      return findings.filter(({ subject }) => subject === 'paid-months').map(({ problem }) => problem);
    };
    expect(await charged(2, 100)).toEqual([]);
    for (const [month, coins] of [
      [2, 1],
      [2, 61],
      [2, 300],
      [1, 60],
    ] as const)
      expect(await charged(month, coins)).toEqual([`costs 100 coins a month, but a month was charged ${coins}`]);
  });
});

describe('the key of a resumption', () => {
  it('is answered the same after later ones, and is never taken for another request', async () => {
    const creator = await asCreator();
    const tierId = await aTier(creator, 100);
    const viewer = await aSubscriber(creator, tierId, 1_000);
    const body = { creatorId: creator.userId, tierId };
    const keys = [once(), once(), once()];
    for (const key of keys) {
      await viewer.post('payment/unsubscribe', { creatorId: creator.userId });
      expect((await viewer.post('payment/subscribe', body, key)).status).toBe(200);
    }
    for (const key of keys) {
      const repeated = await viewer.post('payment/subscribe', body, key);
      expect([repeated.status, repeated.data.id]).toEqual([200, viewer.subscriptionId]);
      const misused = await viewer.post(
        'payment/subscribe',
        { ...body, tierId: await aTier(creator, 200, 'Two') },
        key,
      );
      expect([misused.status, misused.error.code]).toEqual([422, 'IDEMPOTENCY_KEY_REUSED']);
    }
    await viewer.post('payment/unsubscribe', { creatorId: creator.userId });
    const late = await viewer.post('payment/subscribe', body, keys[0]);
    expect([late.status, late.data.cancelled]).toEqual([200, true]);
    expect(await coinsOf(viewer.userId)).toBe(900);
  });

  it('resumes once, however many requests with it run at once', async () => {
    const creator = await asCreator();
    const tierId = await aTier(creator, 100);
    const viewer = await aSubscriber(creator, tierId, 1_000);
    await viewer.post('payment/unsubscribe', { creatorId: creator.userId });
    const key = once();
    const body = { creatorId: creator.userId, tierId };
    const answers = await Promise.all([1, 2, 3, 4].map(() => viewer.post('payment/subscribe', body, key)));
    expect(answers.map(({ status, data }) => [status, data.cancelled])).toEqual(Array(4).fill([200, false]));
  });
});
