/** How many purchases an account can begin a day: counted before the provider hears of one, and once for each key. */
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { travel } from '#test/support/accounts';
import { clientWith } from '#test/support/app';
import { usedBy } from '#test/support/budgets';
import { testContext } from '#test/support/context';
import { aCode, aPackage, buy, leaveCheckout, RETURN_URLS } from '#test/support/purchases';
import { actorOf, asUser, asViewer } from '#test/support/users';
import { buyCoins } from '@/domains/money/purchases/buy';
import { paymentProviderError } from '@/providers/payment-errors';
import { newId } from '@/shared/ids';
import { DAY_MS } from '@/shared/time';

const times = (count: number) => Array.from({ length: count }, (_, index) => index);
const rowsOf = (userId: string) =>
  env.DB.prepare('SELECT count(*) AS n FROM purchases WHERE user_id = ?').bind(userId).first<number>('n');

/** A buyer at a shop whose provider refuses while `isAway`, and what the provider was asked. */
async function aShop(limits = '2/2') {
  const [buyer, { id: packageId }] = [await asViewer(), await aPackage()];
  const { payments, ...base } = testContext({ DAILY_CHECKOUTS: limits });
  const shop = { isAway: false, asked: 0 };
  const current = {
    ...payments.current,
    createCheckout: async (request: Parameters<typeof payments.current.createCheckout>[0]) => {
      shop.asked += 1;
      if (shop.isAway) throw paymentProviderError('PAYMENT_UNAVAILABLE');
      return payments.current.createCheckout(request);
    },
  };
  const ctx = { ...base, payments: { ...payments, current } };
  const wish = { packageId, discountCode: undefined, ...RETURN_URLS };
  const begin = (key: string = newId()) =>
    buyCoins(ctx, actorOf(buyer), { idempotencyKey: key, bodyHash: 'a-hash' }, wish);
  return { buyer, shop, begin };
}

describe('the purchases that are begun in a day', () => {
  it('are five on the first day of an account and twenty after it, and 429 says when there are more', async () => {
    const { id: packageId } = await aPackage();
    for (const [createdAt, limit] of [
      [Date.now(), 5],
      [Date.now() - DAY_MS, 20],
    ] as const) {
      const buyer = await asUser({ createdAt });
      for (const _ of times(limit)) {
        const { status, data } = await buy(buyer, { packageId });
        expect(status).toBe(201);
        await leaveCheckout(data.purchaseId);
      }
      const refused = await buy(buyer, { packageId });
      expect([refused.status, refused.error.code]).toEqual([429, 'DAILY_BUDGET_SPENT']);
      expect(refused.error.details).toMatchObject({ kind: 'checkouts', limit, used: limit });
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(DAY_MS / 1_000 - 120);
      expect(await rowsOf(buyer.userId)).toBe(limit);
    }
  });

  it('are never more than allowed, however many come at once', async () => {
    const [buyer, { id: packageId }] = [await asViewer(), await aPackage()];
    const shop = clientWith({ DAILY_CHECKOUTS: '2/2' }, buyer.headers); // below the limit of open checkouts
    const answers = await Promise.all(times(50).map(() => buy(shop, { packageId })));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(2);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(48);
    expect(await rowsOf(buyer.userId)).toBe(2);
  });

  it('count once for each key, also past the limit', async () => {
    const { shop, buyer, begin } = await aShop('1/1');
    const first = await begin('a-key');
    for (const _ of times(3)) expect(await begin('a-key')).toEqual(first);
    expect(await Promise.all(times(5).map(() => begin('a-key')))).toEqual(times(5).map(() => first));
    expect(await usedBy(buyer)).toEqual({ checkouts: 1 });
    const asked = shop.asked;
    await expect(begin('another')).rejects.toMatchObject({ status: 429, code: 'DAILY_BUDGET_SPENT' });
    expect(shop.asked).toBe(asked);
  });

  it('cost nothing if the request is refused: no such package, no such code, a code that is used up', async () => {
    const [buyer, { id: packageId }] = [await asViewer(), await aPackage()];
    const { code } = await aCode({ usesMax: 1 });
    expect((await buy(await asViewer(), { packageId, discountCode: code })).status).toBe(201);
    expect((await buy(buyer, { packageId: newId() })).status).toBe(404);
    expect((await buy(buyer, { packageId, discountCode: 'NONE' })).status).toBe(422);
    expect((await buy(buyer, { packageId, discountCode: code })).status).toBe(409);
    expect(await usedBy(buyer)).toEqual({});
  });

  it('are allowed again a day after the first of them', async () => {
    const [person, { id: packageId }] = [await asUser({ createdAt: 0 }), await aPackage()];
    const buyer = clientWith({ DAILY_CHECKOUTS: '1/1' }, { authorization: `Bearer ${person.sessionToken}` });
    expect((await buy(buyer, { packageId })).status).toBe(201);
    expect((await buy(buyer, { packageId })).status).toBe(429);
    travel(DAY_MS);
    expect((await buy(buyer, { packageId })).status).toBe(201);
  });
});

describe('a purchase whose provider refuses to open a checkout', () => {
  it('is given back at once', async () => {
    const { shop, buyer, begin } = await aShop();
    shop.isAway = true;
    for (const _ of times(5)) await expect(begin()).rejects.toMatchObject({ code: 'PAYMENT_UNAVAILABLE' });
    expect(await usedBy(buyer)).toEqual({});
    shop.isAway = false;
    for (const _ of times(2)) await begin();
    await expect(begin()).rejects.toMatchObject({ code: 'DAILY_BUDGET_SPENT' });
  });

  it('counts again when its key is sent again, once', async () => {
    const { shop, buyer, begin } = await aShop();
    shop.isAway = true;
    await expect(begin('a-key')).rejects.toMatchObject({ code: 'PAYMENT_UNAVAILABLE' });
    await expect(begin('a-key')).rejects.toMatchObject({ code: 'PAYMENT_UNAVAILABLE' });
    expect(await usedBy(buyer)).toEqual({});
    shop.isAway = false;
    await Promise.all(times(4).map(() => begin('a-key')));
    expect(await usedBy(buyer)).toEqual({ checkouts: 1 });
  });

  it('opens none past the limit when its key is sent again', async () => {
    const { shop, begin } = await aShop('1/1');
    shop.isAway = true;
    await expect(begin('a-key')).rejects.toMatchObject({ code: 'PAYMENT_UNAVAILABLE' });
    shop.isAway = false;
    await begin('another');
    const asked = shop.asked;
    await expect(begin('a-key')).rejects.toMatchObject({ code: 'DAILY_BUDGET_SPENT' });
    expect(shop.asked).toBe(asked);
  });
});
