import { and, desc, eq, sql } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { client } from '#test/support/api';
import { testContext } from '#test/support/context';
import { changeEconomy } from '#test/support/money';
import { asStaff, asViewer } from '#test/support/users';
import { everyOfferEarns, listWorthless } from '@/domains/base/economy/worth';
import { mediaUrl, newKey } from '@/domains/base/media/keys';
import { staffLog } from '@/domains/base/permissions/tables';
import { newId } from '@/shared/ids';

const guest = client();
const keeper = () => asStaff('admin_l3');
const offered = async () =>
  (await guest.get('payment/gifts?perPage=100')).data.items as { id: string; coins: number }[];
const find = async (id: string) => (await offered()).find((gift) => gift.id === id);
const logOf = (id: string) =>
  testContext()
    .db.select()
    .from(staffLog)
    .where(and(eq(staffLog.targetId, id), eq(staffLog.outcome, 'done')))
    .orderBy(desc(staffLog.id));

test('anyone can list the gifts on offer, cheapest first, by page', async () => {
  const { status, data } = await guest.get('payment/gifts?perPage=2');
  expect(status).toBe(200);
  expect(data.items[0]).toEqual({
    id: '01900000-0000-7000-9001-000000000001',
    name: 'Rose',
    icon: '🌹',
    coins: 10,
    animationUrl: null,
  });
  expect(data.pagination).toMatchObject({ page: 1, perPage: 2 });
  const prices = (await offered()).map(({ coins }) => coins);
  expect(prices).toEqual(prices.toSorted((a, b) => a - b));
});

test('staff add, change and retire a gift; the public sees it at once, and each change is logged', async () => {
  const staff = await keeper();
  const ctx = testContext();
  const animationUrl = mediaUrl(ctx.config, newKey('thumbnail'));
  const added = await staff.post('owner/panel/gifts', { name: 'Balloon', icon: '🎈', coins: 7, animationUrl });
  expect(added.status).toBe(201);
  const { id } = added.data;
  expect(added.data).toMatchObject({ id, name: 'Balloon', icon: '🎈', coins: 7, animationUrl, active: true });
  expect(await find(id)).toEqual({ id, name: 'Balloon', icon: '🎈', coins: 7, animationUrl });

  const changed = await staff.put(`owner/panel/gifts/${id}`, { coins: 8, animationUrl: null });
  expect(changed.data).toMatchObject({ name: 'Balloon', coins: 8, animationUrl: null, active: true });
  expect(await find(id)).toMatchObject({ coins: 8, animationUrl: null });

  expect((await staff.put(`owner/panel/gifts/${id}`, { active: false })).data.active).toBe(false);
  expect(await find(id)).toBeUndefined();
  expect((await staff.put(`owner/panel/gifts/${id}`, { active: true })).status).toBe(200);
  expect(await find(id)).toBeDefined();

  const log = await logOf(id);
  expect(log.map(({ action }) => action)).toEqual(['gift.change', 'gift.change', 'gift.change', 'gift.add']);
  expect(log.at(-1)).toMatchObject({ staffId: staff.userId, before: null, after: { coins: 7, active: true } });
  expect(log.at(-2)).toMatchObject({ before: { coins: 7 }, after: { coins: 8 } });
});

test('concurrent changes build on what they read, or are refused', async () => {
  const staff = await keeper();
  const { id } = (await staff.post('owner/panel/gifts', { name: 'Kite', icon: '🪁', coins: 10 })).data;
  const prices = [11, 12, 13];
  const answers = await Promise.all(prices.map((coins) => staff.put(`owner/panel/gifts/${id}`, { coins })));
  const refused = answers.filter(({ status }) => status !== 200);
  expect(refused.map(({ error }) => error.code)).toEqual(refused.map(() => 'GIFT_CHANGED'));
  expect(await logOf(id)).toHaveLength(1 + prices.length - refused.length);
});

test('a gift that would earn nothing cannot be added, changed or restored', async () => {
  const staff = await keeper();
  const worthless = await staff.post('owner/panel/gifts', { name: 'Crumb', icon: '🍞', coins: 1 });
  expect([worthless.status, worthless.error.code]).toEqual([409, 'GIFT_WORTHLESS']);
  const { id } = (await staff.post('owner/panel/gifts', { name: 'Bread', icon: '🍞', coins: 2 })).data;
  expect((await staff.put(`owner/panel/gifts/${id}`, { coins: 1 })).error.code).toBe('GIFT_WORTHLESS');
  expect(await find(id)).toMatchObject({ coins: 2 });
  expect((await staff.put(`owner/panel/gifts/${id}`, { coins: 1, active: false })).status).toBe(200);
  expect((await staff.put(`owner/panel/gifts/${id}`, { active: true })).error.code).toBe('GIFT_WORTHLESS');
});

test('gifts that a rate would make worthless are listed, and the batch that sets the rate can require that there are none', async () => {
  const staff = await keeper();
  const { id } = (await staff.post('owner/panel/gifts', { name: 'Pin', icon: '📌', coins: 4 })).data;
  const ctx = testContext();
  const holds = async (denominator: number) =>
    (await ctx.db.get<{ ok: number }>(sql`SELECT ${everyOfferEarns({ numerator: 1, denominator })} AS ok`)).ok;
  expect(await listWorthless(ctx, { numerator: 1, denominator: 5 })).toContainEqual({
    kind: 'gift',
    id,
    name: 'Pin',
    coins: 4,
  });
  expect(await holds(5)).toBe(0);
  expect((await listWorthless(ctx, { numerator: 1, denominator: 1 })).map((one) => one.id)).not.toContain(id);
  expect(await holds(1)).toBe(1);
});

test('the price is checked against the current economy', async () => {
  const staff = await keeper();
  await changeEconomy({ conversions: { diamondsPerCoin: { numerator: 1, denominator: 5 } } });
  const { error } = await staff.post('owner/panel/gifts', { name: 'Nut', icon: '🌰', coins: 4 });
  await changeEconomy({ conversions: { diamondsPerCoin: { numerator: 1, denominator: 2 } } });
  expect(error.code).toBe('GIFT_WORTHLESS');
});

test.each([
  ['a price of zero', { coins: 0 }],
  ['a price below zero', { coins: -1 }],
  ['half a coin', { coins: 10.5 }],
  ['a price in words', { coins: '10' }],
  ['a huge price', { coins: 1e15 }],
  ['a picture from elsewhere', { icon: 'https://evil.test/a.png' }],
  ['a long text as its icon', { icon: 'a very long icon indeed' }],
  ['an animation from elsewhere', { animationUrl: 'https://evil.test/a.gif' }],
  ['a private file', { animationUrl: 'http://localhost:8787/media/identity-document/x' }],
  ['no name', { name: ' ' }],
  ['an unknown field', { price: 3 }],
])('%s is refused', async (_, change) => {
  const staff = await keeper();
  const body = { name: 'Balloon', icon: '🎈', coins: 10, ...change };
  expect((await staff.post('owner/panel/gifts', body)).status).toBe(422);
});

test('only staff with the permission can change the catalogue, and only existing gifts', async () => {
  const body = { name: 'Balloon', icon: '🎈', coins: 10 };
  expect((await guest.post('owner/panel/gifts', body)).status).toBe(401);
  expect((await (await asViewer()).post('owner/panel/gifts', body)).status).toBe(403);
  expect((await (await asStaff('admin_l2')).put(`owner/panel/gifts/${newId()}`, body)).status).toBe(403);
  const missing = await (await keeper()).put(`owner/panel/gifts/${newId()}`, { coins: 10 });
  expect([missing.status, missing.error.code]).toEqual([404, 'GIFT_NOT_FOUND']);
});
