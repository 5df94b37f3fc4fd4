/** What a gift, a tip and a subscription leave in the wallet: in the answer itself, and the same in a repeat. */
import { expect, it } from 'vitest';
import { giveCoins, once } from '#test/support/money';
import { aTier } from '#test/support/subscriptions';
import { asCreator, asViewer } from '#test/support/users';

it.each([
  ['tip', 40],
  ['gift', 10],
] as const)('a %s is answered with the coins that it left, also when it is repeated later', async (kind, coins) => {
  const [viewer, creator] = [await asViewer(), await asCreator()];
  await giveCoins(viewer.userId, 100);
  const what = kind === 'tip' ? { coins } : { giftId: '01900000-0000-7000-9001-000000000001' };
  const body = { ...what, recipientId: creator.userId };
  const key = once();
  const sent = await viewer.post(`payment/${kind}`, body, key);
  expect(sent.data).toMatchObject({ coins, balanceAfter: 100 - coins });
  await viewer.post(`payment/${kind}`, body, once());
  const repeated = await viewer.post(`payment/${kind}`, body, key);
  expect([repeated.status, repeated.data]).toEqual([201, sent.data]);
  expect((await viewer.get('payment/wallet')).data.coins).toBe(100 - 2 * coins);
});

it('gifts that race each leave another balance, and one key leaves one', async () => {
  const [viewer, creator] = [await asViewer(), await asCreator()];
  await giveCoins(viewer.userId, 100);
  const tip = (key = once()) => viewer.post('payment/tip', { coins: 10, recipientId: creator.userId }, key);
  const different = await Promise.all([tip(), tip(), tip()]);
  expect(different.map(({ data }) => data.balanceAfter).toSorted()).toEqual([70, 80, 90]);
  const key = once();
  const same = await Promise.all([tip(key), tip(key), tip(key)]);
  expect(same.map(({ data }) => data.balanceAfter)).toEqual([60, 60, 60]);
});

it('only the answer to the sender has it: no list does', async () => {
  const [viewer, creator] = [await asViewer(), await asCreator()];
  await giveCoins(viewer.userId, 100);
  await viewer.post('payment/tip', { coins: 10, recipientId: creator.userId }, once());
  expect((await viewer.get('payment/gifts-sent')).data.items[0]).not.toHaveProperty('balanceAfter');
  expect((await creator.get('payment/gifts-received')).data.items[0]).not.toHaveProperty('balanceAfter');
});

it('a new subscription says what its first month left, and a resumed one, which costs nothing, does not', async () => {
  const [viewer, creator] = [await asViewer(), await asCreator()];
  await giveCoins(viewer.userId, 250);
  const body = { creatorId: creator.userId, tierId: await aTier(creator) };
  const key = once();
  const begun = await viewer.post('payment/subscribe', body, key);
  expect([begun.status, begun.data.balanceAfter]).toEqual([201, 150]);
  await viewer.post('payment/tip', { coins: 50, recipientId: creator.userId }, once());
  expect((await viewer.post('payment/subscribe', body, key)).data.balanceAfter).toBe(150);
  await viewer.post('payment/unsubscribe', { creatorId: creator.userId });
  const resumed = await viewer.post('payment/subscribe', body, once());
  expect(resumed.status).toBe(200);
  expect(resumed.data).not.toHaveProperty('balanceAfter');
});
