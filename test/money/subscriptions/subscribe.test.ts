import { eq } from 'drizzle-orm';
import { describe, expect, it, test } from 'vitest';
import { client } from '#test/support/api';
import { testContext } from '#test/support/context';
import { coinsOf, diamondsOf, giveCoins, once } from '#test/support/money';
import { eventually, joinRoom } from '#test/support/rooms';
import { anOpenStream, aStream } from '#test/support/streams';
import { aTier } from '#test/support/subscriptions';
import { asCreator, asUser, asViewer } from '#test/support/users';
import { notifications } from '@/domains/base/notifications/tables';
import { readPass } from '@/domains/live/rooms/pass';
import { earningDays } from '@/domains/money/earnings/tables';
import { periodEnd } from '@/domains/money/subscriptions/periods';
import { subscriptionCharges, subscriptions } from '@/domains/money/subscriptions/tables';
import { block } from '@/domains/people/social/block';
import { ledgerTransfers } from '@/ledger/tables';
import { newId } from '@/shared/ids';

async function aShow(coins = 1_000) {
  const [creator, viewer] = [await asCreator(), await asViewer()];
  const tierId = await aTier(creator);
  if (coins > 0) await giveCoins(viewer.userId, coins);
  return { creator, viewer, tierId, body: { creatorId: creator.userId, tierId } };
}

const rowsOf = (userId: string) =>
  testContext().db.select().from(subscriptions).where(eq(subscriptions.subscriberId, userId));
const chargesOf = (userId: string) =>
  testContext().db.select().from(subscriptionCharges).where(eq(subscriptionCharges.subscriberId, userId));

describe('subscribing', () => {
  it('charges the first month, and the creator earns it and is notified', async () => {
    const { creator, viewer, tierId, body } = await aShow();
    const { status, data } = await viewer.post('payment/subscribe', body, once());
    expect(status).toBe(201);
    expect(data).toEqual({
      id: expect.any(String),
      creator: expect.objectContaining({ id: creator.userId, username: creator.username }),
      tier: { id: tierId, name: 'Friends', description: '', coinsPerMonth: 100 },
      coinsPerMonth: 100,
      status: 'active',
      cancelled: false,
      paused: false,
      months: 1,
      startedAt: expect.any(String),
      periodEndsAt: new Date(periodEnd(Date.parse(data.startedAt), 1)).toISOString(),
      renewsAt: data.periodEndsAt,
      endsAt: null,
      balanceAfter: 900,
      graceUntil: null,
      endedAt: null,
      endedBecause: null,
    });
    expect([await coinsOf(viewer.userId), await diamondsOf(creator.userId)]).toEqual([900, 50]);
    const [charge, ...others] = await chargesOf(viewer.userId);
    expect(others).toEqual([]);
    expect(charge).toMatchObject({ subscriptionId: data.id, month: 1, coins: 100, diamonds: 50 });
    const transfers = await testContext()
      .db.select()
      .from(ledgerTransfers)
      .where(eq(ledgerTransfers.refId, charge?.id ?? ''));
    expect(transfers.map(({ refType, kind, leg, amount }) => [refType, kind, leg, amount])).toEqual([
      ['subscription', 'subscription', 1, 100],
      ['subscription', 'subscription_earning', 2, 50],
    ]);
    const earned = await testContext().db.select().from(earningDays).where(eq(earningDays.userId, creator.userId));
    expect(earned).toMatchObject([{ source: 'subscription', diamonds: 50, count: 1 }]);
    await eventually(async () => {
      const rows = await testContext().db.select().from(notifications).where(eq(notifications.userId, creator.userId));
      expect(rows).toMatchObject([{ kind: 'subscription', data: { subscriptionId: data.id, tierId } }]);
    });
    const { balanceAfter: _, ...listed } = data;
    expect((await viewer.get('payment/subscriptions')).data).toEqual({
      items: [listed],
      pagination: { nextCursor: null, perPage: 20 },
    });
  });

  it('twenty times at once with one key is charged once, with the same response each time', async () => {
    const { viewer, body } = await aShow();
    const key = once();
    const answers = await Promise.all(Array.from({ length: 20 }, () => viewer.post('payment/subscribe', body, key)));
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(201));
    expect(new Set(answers.map(({ data }) => data.id)).size).toBe(1);
    expect(await coinsOf(viewer.userId)).toBe(900);
  });

  it('with different keys at once is charged once, and the other requests are refused', async () => {
    const { viewer, body } = await aShow();
    const answers = await Promise.all([1, 2, 3, 4].map(() => viewer.post('payment/subscribe', body, once())));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409]);
    const refused = answers.filter(({ status }) => status === 409);
    expect(refused.map(({ error }) => error.code)).toEqual(Array(3).fill('ALREADY_SUBSCRIBED'));
    expect(await coinsOf(viewer.userId)).toBe(900);
  });

  it('again with the same key and another body is refused', async () => {
    const { creator, viewer, body } = await aShow();
    const key = once();
    await viewer.post('payment/subscribe', body, key);
    const other = await aTier(creator, 200, 'Patrons');
    const { status, error } = await viewer.post('payment/subscribe', { ...body, tierId: other }, key);
    expect([status, error.code]).toEqual([422, 'IDEMPOTENCY_KEY_REUSED']);
  });

  it('without enough coins is refused with the balance and the price, and leaves no trace', async () => {
    const { creator, viewer, body } = await aShow(99);
    const { status, error } = await viewer.post('payment/subscribe', body, once());
    expect([status, error.code, error.details]).toEqual([402, 'NOT_ENOUGH_COINS', { balance: 99, price: 100 }]);
    const poor = await asViewer();
    expect((await poor.post('payment/subscribe', body, once())).error.details).toEqual({ balance: 0, price: 100 });
    expect([...(await rowsOf(viewer.userId)), ...(await chargesOf(viewer.userId))]).toEqual([]);
    expect(await diamondsOf(creator.userId)).toBe(0);
  });

  it('requires a key, a token, a creator, and a tier of theirs that is on offer', async () => {
    const { creator, viewer, body } = await aShow();
    expect((await viewer.post('payment/subscribe', body)).error.code).toBe('IDEMPOTENCY_KEY_REQUIRED');
    expect((await client().post('payment/subscribe', body, once())).status).toBe(401);
    const refusal = async (change: object) => {
      const { status, error } = await viewer.post('payment/subscribe', { ...body, ...change }, once());
      return [status, error.code];
    };
    expect(await refusal({ tierId: newId() })).toEqual([404, 'TIER_NOT_FOUND']);
    expect(await refusal({ tierId: await aTier(await asCreator()) })).toEqual([404, 'TIER_NOT_FOUND']);
    expect(await refusal({ creatorId: newId() })).toEqual([404, 'USER_NOT_FOUND']);
    const pending = await asUser({ role: 'creator', creatorStatus: 'PENDING' });
    expect(await refusal({ creatorId: pending.userId })).toEqual([409, 'NOT_A_CREATOR']);
    expect(await refusal({ coins: 1 })).toEqual([422, 'VALIDATION_FAILED']);
    await creator.put('payment/tiers', { tiers: [] });
    expect(await refusal({})).toEqual([404, 'TIER_NOT_FOUND']);
    expect(await coinsOf(viewer.userId)).toBe(1_000);
  });

  it('to oneself, or across a block, is refused', async () => {
    const { creator, viewer, body } = await aShow();
    await giveCoins(creator.userId, 1_000);
    expect((await creator.post('payment/subscribe', body, once())).error.code).toBe('NOT_ONESELF');
    await block(testContext(), creator.userId, viewer.userId);
    const { status, error } = await viewer.post('payment/subscribe', body, once());
    expect([status, error.code]).toEqual([404, 'USER_NOT_FOUND']);
  });
});

describe('unsubscribing', () => {
  it('keeps the subscription until the period’s end, however often it is repeated', async () => {
    const { creator, viewer, body } = await aShow();
    const { balanceAfter: _, ...begun } = (await viewer.post('payment/subscribe', body, once())).data;
    const { status, data } = await viewer.post('payment/unsubscribe', { creatorId: creator.userId });
    const dates = { renewsAt: null, endsAt: begun.periodEndsAt };
    expect([status, data]).toEqual([200, { ...begun, ...dates, cancelled: true }]);
    expect((await viewer.post('payment/unsubscribe', { creatorId: creator.userId })).data).toEqual(data);
    expect((await viewer.get('payment/subscriptions')).data.items).toEqual([data]);
  });

  it('is 404 without a subscription', async () => {
    const { creator, viewer } = await aShow();
    const { status, error } = await viewer.post('payment/unsubscribe', { creatorId: creator.userId });
    expect([status, error.code]).toEqual([404, 'NOT_SUBSCRIBED']);
    expect((await viewer.post('payment/unsubscribe', {})).status).toBe(422);
    expect((await client().post('payment/unsubscribe', { creatorId: creator.userId })).status).toBe(401);
  });

  it('is undone by subscribing to the same tier, without a charge', async () => {
    const { creator, viewer, tierId, body } = await aShow();
    const first = once();
    const { balanceAfter, ...begun } = (await viewer.post('payment/subscribe', body, first)).data;
    await viewer.post('payment/unsubscribe', { creatorId: creator.userId });
    const other = await aTier(creator, 200, 'Patrons');
    const dearer = await viewer.post('payment/subscribe', { ...body, tierId: other }, once());
    expect([dearer.status, dearer.error.code]).toEqual([409, 'ALREADY_SUBSCRIBED']);
    const resumed = once();
    const again = await viewer.post('payment/subscribe', { ...body, tierId }, resumed);
    expect([again.status, again.data]).toEqual([200, begun]);
    const repeated = await viewer.post('payment/subscribe', { ...body, tierId }, resumed);
    expect([repeated.status, repeated.data]).toEqual([200, begun]);
    const misused = await viewer.post('payment/subscribe', { ...body, tierId: other }, resumed);
    expect(misused.error.code).toBe('IDEMPOTENCY_KEY_REUSED');
    expect((await viewer.post('payment/subscribe', body, first)).data).toEqual({ ...begun, balanceAfter });
    expect(await coinsOf(viewer.userId)).toBe(900);
    expect(await chargesOf(viewer.userId)).toHaveLength(1);
  });
});

test('subscriptions are listed newest first, by cursor, only to their subscriber', async () => {
  const viewer = await asViewer();
  await giveCoins(viewer.userId, 1_000);
  const ids: string[] = [];
  for (let count = 0; count < 3; count += 1) {
    const creator = await asCreator();
    const body = { creatorId: creator.userId, tierId: await aTier(creator) };
    ids.unshift((await viewer.post('payment/subscribe', body, once())).data.id);
  }
  const first = (await viewer.get('payment/subscriptions?perPage=2')).data;
  const second = (await viewer.get(`payment/subscriptions?perPage=2&cursor=${first.pagination.nextCursor}`)).data;
  expect([...first.items, ...second.items].map(({ id }) => id)).toEqual(ids);
  expect((await (await asViewer()).get('payment/subscriptions')).data.items).toEqual([]);
  expect((await client().get('payment/subscriptions')).status).toBe(401);
});

describe('a subscriber in the room', () => {
  it('gets the badge without rejoining', async () => {
    const { creator, viewer, body } = await aShow();
    const streamId = await anOpenStream(creator);
    const { data } = await viewer.post(`stream/${streamId}/join`);
    const pass = await readPass(testContext(), data.pass);
    if (!pass) throw new Error('No pass');
    const socket = await joinRoom(streamId, pass.viewer, { pass });
    await socket.say('a viewer');
    expect((await socket.next('new-message', ({ text }) => text === 'a viewer')).badges).toEqual([]);
    await viewer.post('payment/subscribe', body, once());
    await eventually(async () => {
      const id = newId();
      await socket.say(id);
      expect((await socket.next('new-message', ({ text }) => text === id)).badges).toEqual(['subscriber']);
    });
  });

  it('can write in a subscribers-only chat at once', async () => {
    const { creator, viewer, body } = await aShow();
    const streamId = await anOpenStream(creator, {}, { chatSubscribersOnly: true });
    const { data } = await viewer.post(`stream/${streamId}/join`);
    const pass = await readPass(testContext(), data.pass);
    if (!pass) throw new Error('No pass');
    const socket = await joinRoom(streamId, pass.viewer, { pass });
    expect(await socket.say('let me')).toMatchObject({ type: 'error', code: 'SUBSCRIBERS_ONLY' });
    await viewer.post('payment/subscribe', body, once());
    await eventually(async () => expect((await socket.say('I may')).type).toBe('ack'));
  });

  it('can enter streams for subscribers only, as their creator can', async () => {
    const { creator, viewer, body } = await aShow();
    const streamId = await aStream(creator, { visibility: 'subscribers' });
    expect((await viewer.post(`stream/${streamId}/join`)).error.code).toBe('SUBSCRIBERS_ONLY');
    expect((await creator.post(`stream/${streamId}/join`)).status).toBe(200);
    await viewer.post('payment/subscribe', body, once());
    expect((await viewer.post(`stream/${streamId}/join`)).status).toBe(200);
    await viewer.post('payment/unsubscribe', { creatorId: creator.userId });
    expect((await viewer.post(`stream/${streamId}/join`)).status).toBe(200);
  });
});
