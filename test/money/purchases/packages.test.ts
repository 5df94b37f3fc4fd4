/** The packages on offer, and staff keeping them. */
import { describe, expect, it } from 'vitest';
import { client } from '#test/support/api';
import { staffLogOf } from '#test/support/purchases';
import { asStaff, asViewer } from '#test/support/users';
import { newId } from '@/shared/ids';

const OFFER = { name: 'Sack', coins: 3_000, bonusCoins: 100, priceMinor: 2_499, currency: 'EUR' };

async function onOffer(): Promise<{ id: string; coins: number }[]> {
  const { status, data } = await client().get('payment/packages?perPage=100');
  expect(status).toBe(200);
  return data.items;
}
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
    expect(await findOffer(id)).toEqual(made.data);

    const changed = await owner.put(`owner/panel/packages/${id}`, { priceMinor: 1_999, bonusCoins: 0 });
    expect([changed.status, changed.data]).toEqual([200, { ...made.data, priceMinor: 1_999, bonusCoins: 0 }]);
    expect(await findOffer(id)).toEqual(changed.data);

    const retired = await owner.put(`owner/panel/packages/${id}`, { active: false });
    expect(await findOffer(id)).toBeUndefined();

    expect(await staffLogOf(id)).toEqual([
      { staffId: owner.userId, action: 'package.create', before: null, after: made.data },
      { staffId: owner.userId, action: 'package.change', before: made.data, after: changed.data },
      { staffId: owner.userId, action: 'package.change', before: changed.data, after: retired.data },
    ]);
  });

  it('log concurrent changes so that each starts where the one before ended', async () => {
    const owner = await asStaff('owner');
    const { id } = (await owner.post('owner/panel/packages', OFFER)).data;
    const answers = await Promise.all(
      [1, 2, 3, 4].map((priceMinor) => owner.put(`owner/panel/packages/${id}`, { priceMinor })),
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

  it('require the permission, and are 404 for an unknown package', async () => {
    expect((await client().post('owner/panel/packages', OFFER)).status).toBe(401);
    expect((await (await asViewer()).post('owner/panel/packages', OFFER)).status).toBe(403);
    expect((await (await asStaff('admin_l2')).post('owner/panel/packages', OFFER)).status).toBe(403);
    const { status, error } = await (await asStaff('admin_l3')).put(`owner/panel/packages/${newId()}`, OFFER);
    expect([status, error.code]).toEqual([404, 'PACKAGE_NOT_FOUND']);
  });
});
