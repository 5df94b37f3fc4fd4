import { expect, test } from 'vitest';
import { client } from '#test/support/api';
import { testContext } from '#test/support/context';
import { aSubscriber, aTier } from '#test/support/subscriptions';
import { asCreator, asUser, asViewer } from '#test/support/users';
import { listWorthless } from '@/domains/base/economy/worth';
import { newId } from '@/shared/ids';

const guest = client();
const tier = { name: 'Friends', coinsPerMonth: 100 };

test('a creator sets tiers, and anyone sees them, cheapest first', async () => {
  const creator = await asCreator();
  expect((await creator.get('payment/tiers')).data).toEqual({ tiers: [] });
  const { status, data } = await creator.put('payment/tiers', {
    tiers: [{ name: 'Patrons', description: 'A badge and a wave', coinsPerMonth: 500 }, tier],
  });
  expect(status).toBe(200);
  expect(data.tiers).toEqual([
    { id: expect.any(String), name: 'Friends', description: '', coinsPerMonth: 100 },
    { id: expect.any(String), name: 'Patrons', description: 'A badge and a wave', coinsPerMonth: 500 },
  ]);
  expect((await guest.get(`payment/tiers/${creator.userId}`)).data).toEqual(data);
  expect((await creator.get('payment/tiers')).data).toEqual(data);
});

test('the list is replaced: named tiers change, the others are retired, and subscriptions keep their price', async () => {
  const creator = await asCreator();
  const [friends, patrons] = [await aTier(creator, 100), await aTier(creator, 500, 'Patrons')];
  const viewer = await aSubscriber(creator, friends, 1_000);
  const dearer = await creator.put('payment/tiers', {
    tiers: [{ id: friends, name: 'Best friends', coinsPerMonth: 200 }],
  });
  expect(dearer.data.tiers).toEqual([{ id: friends, name: 'Best friends', description: '', coinsPerMonth: 200 }]);
  expect((await guest.get(`payment/tiers/${creator.userId}`)).data).toEqual(dearer.data);
  const [mine] = (await viewer.get('payment/subscriptions')).data.items;
  expect(mine).toMatchObject({ coinsPerMonth: 100, tier: { name: 'Best friends', coinsPerMonth: 200 } });
  const again = await creator.put('payment/tiers', { tiers: [{ id: patrons, ...tier }] });
  expect([again.status, again.error.code]).toEqual([404, 'TIER_NOT_FOUND']);
  expect((await creator.put('payment/tiers', { tiers: [] })).data).toEqual({ tiers: [] });
});

test('a tier can only be changed by its creator', async () => {
  const [creator, other] = [await asCreator(), await asCreator()];
  const id = await aTier(creator);
  const { status, error } = await other.put('payment/tiers', { tiers: [{ id, ...tier }] });
  expect([status, error.code]).toEqual([404, 'TIER_NOT_FOUND']);
  expect((await guest.get(`payment/tiers/${creator.userId}`)).data.tiers).toHaveLength(1);
});

test('lists set at the same time leave at most five tiers', async () => {
  const creator = await asCreator();
  const tiers = Array.from({ length: 5 }, () => tier);
  const answers = await Promise.all([1, 2, 3].map(() => creator.put('payment/tiers', { tiers })));
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
  expect((await creator.get('payment/tiers')).data.tiers).toHaveLength(5);
});

test('a tier that would earn nothing is refused, and a rate that would make one worthless is detected', async () => {
  const creator = await asCreator();
  const { status, error } = await creator.put('payment/tiers', { tiers: [{ ...tier, coinsPerMonth: 1 }] });
  expect([status, error.code]).toEqual([409, 'TIER_WORTHLESS']);
  const id = await aTier(creator, 2, 'Cheap');
  expect(await listWorthless(testContext(), { numerator: 1, denominator: 3 })).toContainEqual({
    kind: 'tier',
    id,
    name: 'Cheap',
    coins: 2,
  });
});

test.each([
  ['six tiers', Array.from({ length: 6 }, () => tier)],
  ['one tier twice', [1, 2].map(() => ({ id: '01900000-0000-7000-9001-000000000001', ...tier }))],
  ['no price', [{ name: 'Friends' }]],
  ['a price of zero', [{ ...tier, coinsPerMonth: 0 }]],
  ['a price below zero', [{ ...tier, coinsPerMonth: -5 }]],
  ['half a coin', [{ ...tier, coinsPerMonth: 1.5 }]],
  ['a price in words', [{ ...tier, coinsPerMonth: '100' }]],
  ['a huge price', [{ ...tier, coinsPerMonth: 1e15 }]],
  ['no name', [{ ...tier, name: '' }]],
  ['an unknown field', [{ ...tier, active: false }]],
])('%s is refused', async (_, tiers) => {
  expect((await (await asCreator()).put('payment/tiers', { tiers })).status).toBe(422);
});

test('only approved creators can have tiers', async () => {
  const viewer = await asViewer();
  expect((await viewer.get('payment/tiers')).status).toBe(403);
  expect((await viewer.put('payment/tiers', { tiers: [] })).status).toBe(403);
  expect((await guest.get('payment/tiers')).status).toBe(401);
  const pending = await asUser({ role: 'creator', creatorStatus: 'PENDING' });
  for (const id of [viewer.userId, pending.userId, newId()])
    expect((await guest.get(`payment/tiers/${id}`)).status).toBe(404);
});
