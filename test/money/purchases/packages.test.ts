/** The packages on offer, and staff keeping them. */
import { beforeAll, describe, expect, it } from 'vitest';
import { client } from '#test/support/api';
import { clientWith } from '#test/support/app';
import { changeEconomy } from '#test/support/money';
import { aCode, aPackage, staffLogOf } from '#test/support/purchases';
import { STRIPE_ENV } from '#test/support/stripe';
import { asStaff, asViewer } from '#test/support/users';
import { newId } from '@/shared/ids';

const OFFER = { name: 'Sack', coins: 3_000, bonusCoins: 100, priceMinor: 2_499, currency: 'EUR' };

beforeAll(async () => {
  await changeEconomy({ conversions: { currencyRates: [{ currency: 'EUR', numerator: 11, denominator: 10 }] } });
});

async function onOffer(): Promise<{ id: string; coins: number }[]> {
  const { status, data } = await client().get('payment/packages?perPage=100');
  expect(status).toBe(200);
  return data.items;
}
/** A package as everyone sees it, without the times that staff see. */
const offerOf = ({ createdAt: _made, updatedAt: _changed, retiredAt: _retired, ...offer }: Record<string, unknown>) =>
  offer;
const findOffer = async (id: string) => (await onOffer()).find((one) => one.id === id);

describe('GET /payment/packages', () => {
  it('shows anyone the initial packages, smallest first, and may be cached briefly', async () => {
    const { data, headers } = await client().get('payment/packages');
    const coins = data.items.map((item: { coins: number }) => item.coins);
    expect(coins).toEqual(coins.toSorted((a: number, b: number) => a - b));
    expect(data.items).toContainEqual({
      ...{ id: '01900000-0000-7000-9000-000000000003', name: 'Chest', coins: 2_000, bonusCoins: 200 },
      ...{ priceMinor: 1_999, currency: 'USD', active: true },
    });
    expect(headers.get('cache-control')).toBe('public, max-age=30');
  });

  it('pages', async () => {
    const { data } = await client().get('payment/packages?perPage=1&page=2');
    expect(data.items).toHaveLength(1);
    expect(data.pagination).toMatchObject({ page: 2, perPage: 1, total: (await onOffer()).length });
  });
});

describe('POST and PUT /owner/panel/packages', () => {
  it('change what is on offer, and log who did it, before and after', async () => {
    const owner = await asStaff('owner');
    const made = await owner.post('owner/panel/packages', OFFER);
    expect([made.status, made.data]).toMatchObject([201, { ...OFFER, active: true }]);
    const { id } = made.data;
    expect(await findOffer(id)).toEqual(offerOf(made.data));

    const changed = await owner.put(`owner/panel/packages/${id}`, { priceMinor: 1_999, bonusCoins: 0 });
    expect([changed.status, offerOf(changed.data)]).toEqual([
      200,
      { ...offerOf(made.data), priceMinor: 1_999, bonusCoins: 0 },
    ]);
    expect(await findOffer(id)).toEqual(offerOf(changed.data));

    const retired = await owner.put(`owner/panel/packages/${id}`, { active: false });
    expect(await findOffer(id)).toBeUndefined();

    expect(await staffLogOf(id)).toEqual([
      { staffId: owner.userId, action: 'package.create', before: null, after: offerOf(made.data) },
      { staffId: owner.userId, action: 'package.change', before: offerOf(made.data), after: offerOf(changed.data) },
      { staffId: owner.userId, action: 'package.change', before: offerOf(changed.data), after: offerOf(retired.data) },
    ]);
  });

  it('log concurrent changes so that each starts where the one before ended', async () => {
    const owner = await asStaff('owner');
    const { id } = (await owner.post('owner/panel/packages', OFFER)).data;
    const answers = await Promise.all(
      [2_001, 2_002, 2_003, 2_004].map((priceMinor) => owner.put(`owner/panel/packages/${id}`, { priceMinor })),
    );
    const held = answers.filter(({ status }) => status === 200);
    for (const { status, error } of answers.filter((answer) => answer.status !== 200))
      expect([status, error.code]).toEqual([409, 'PACKAGE_CHANGED']);
    const log = await staffLogOf(id);
    expect(log).toHaveLength(held.length + 1);
    for (const [index, row] of log.slice(1).entries()) expect(row.before).toEqual(log[index]?.after);
  });

  it.each([
    [{ coins: 0 }],
    [{ coins: 1.5 }],
    [{ coins: '100' }],
    [{ coins: -5 }],
    [{ coins: 1e15 }],
    [{ bonusCoins: -1 }],
    [{ priceMinor: 0 }],
    [{ priceMinor: 1e12 }],
    [{ currency: 'usd' }],
    [{ currency: 'EUF' }],
    [{ name: '' }],
    [{ colour: 'red' }],
  ])('refuse %j', async (fault) => {
    const owner = await asStaff('owner');
    const { id } = (await owner.post('owner/panel/packages', OFFER)).data;
    const refused = await owner.post('owner/panel/packages', { ...OFFER, ...fault });
    expect([refused.status, refused.error.code]).toEqual([422, 'VALIDATION_FAILED']);
    expect((await owner.put(`owner/panel/packages/${id}`, fault)).status).toBe(422);
  });

  it('refuse a price that the provider would refuse at the checkout', async () => {
    const staff = await asStaff('owner');
    const owner = clientWith(STRIPE_ENV, staff.headers);
    await changeEconomy({
      conversions: {
        currencyRates: ['EUR', 'KWD', 'CLF'].map((currency) => ({ currency, numerator: 10, denominator: 1 })),
      },
    });
    const small = { ...OFFER, coins: 10, bonusCoins: 0 };
    for (const [fault, path, message] of [
      [{ priceMinor: 49 }, 'priceMinor', 'must be at least 0.50 EUR for Stripe'],
      [{ priceMinor: 1_234, currency: 'KWD' }, 'priceMinor', 'must be a multiple of 0.010 KWD for Stripe'],
      [{ priceMinor: 1_234, currency: 'CLF' }, 'currency', 'is not a currency that Stripe charges'],
    ] as const) {
      const { status, error } = await owner.post('owner/panel/packages', { ...small, ...fault });
      expect([status, error.code]).toEqual([422, 'PACKAGE_PRICE_REFUSED']);
      expect(error.details).toEqual([{ path, message }]);
    }
    const { data } = await owner.post('owner/panel/packages', { ...small, priceMinor: 50 });
    const changed = await owner.put(`owner/panel/packages/${data.id}`, { priceMinor: 49 });
    expect([changed.status, changed.error.code]).toEqual([422, 'PACKAGE_PRICE_REFUSED']);
    expect((await owner.put(`owner/panel/packages/${data.id}`, { priceMinor: 49, active: false })).status).toBe(200);
  });

  it('refuse coins that cost less than they can be cashed out for, with the best code', async () => {
    const owner = await asStaff('owner');
    const sack = { ...OFFER, currency: 'USD', coins: 1_000, bonusCoins: 0 };
    const tooCheap = await owner.post('owner/panel/packages', { ...sack, priceMinor: 549 });
    expect([tooCheap.status, tooCheap.error.code]).toEqual([409, 'COINS_TOO_CHEAP']);
    expect(tooCheap.error.details).toMatchObject([
      { name: 'Sack', code: 'a reward code', coins: 1_100, priceMinor: 549, costsMinor: 549, worthMinor: 550 },
    ]);
    const { status, data } = await owner.post('owner/panel/packages', { ...sack, priceMinor: 550 });
    expect(status).toBe(201);
    const { code, id } = await aCode({ bonusCoins: 500, packageIds: [data.id] });
    const withCode = await owner.put(`owner/panel/packages/${data.id}`, { bonusCoins: 1, priceMinor: 750 });
    expect([withCode.status, withCode.error.code]).toEqual([409, 'COINS_TOO_CHEAP']);
    expect(withCode.error.details).toMatchObject([{ packageId: data.id, code, coins: 1_501, worthMinor: 751 }]);
    expect((await owner.put(`owner/panel/discounts/${id}`, { active: false })).status).toBe(200);
    expect((await owner.put(`owner/panel/packages/${data.id}`, { bonusCoins: 1, priceMinor: 750 })).status).toBe(200);
  });

  it('refuse a currency without a rate to compare it by', async () => {
    const owner = await asStaff('owner');
    const { status, error } = await owner.post('owner/panel/packages', { ...OFFER, currency: 'CHF' });
    expect([status, error.code]).toEqual([422, 'CURRENCY_RATE_MISSING']);
    expect(error.details).toMatchObject([{ name: 'Sack', currency: 'CHF' }]);
    const { id } = await aPackage({ currency: 'CHF' }); // from before rates were asked for
    expect((await owner.put(`owner/panel/packages/${id}`, { name: 'Purse' })).status).toBe(422);
    expect((await owner.put(`owner/panel/packages/${id}`, { active: false })).status).toBe(200);
  });

  it('require the permission, and are 404 for an unknown package', async () => {
    expect((await client().post('owner/panel/packages', OFFER)).status).toBe(401);
    expect((await (await asViewer()).post('owner/panel/packages', OFFER)).status).toBe(403);
    expect((await (await asStaff('admin_l2')).post('owner/panel/packages', OFFER)).status).toBe(403);
    const { status, error } = await (await asStaff('admin_l3')).put(`owner/panel/packages/${newId()}`, OFFER);
    expect([status, error.code]).toEqual([404, 'PACKAGE_NOT_FOUND']);
  });
});
