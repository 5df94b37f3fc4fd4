/** A creator's subscribers: who pays, since when and until when. */
import { env } from 'cloudflare:workers';
import { expect, it } from 'vitest';
import { client } from '#test/support/api';
import { plansOf } from '#test/support/plans';
import { aSubscriber, aTier } from '#test/support/subscriptions';
import { actorOf, asCreator, asViewer, type Person } from '#test/support/users';
import { listSubscribers } from '@/domains/money/subscriptions/subscribers';
import { encodeCursor } from '@/http/envelope';

const SUBSCRIBERS = 'payment/subscribers';

async function aShow(): Promise<{ creator: Person; tierId: string }> {
  const creator = await asCreator();
  return { creator, tierId: await aTier(creator) };
}

it('a creator sees each subscriber’s card, tier, price and dates, newest first', async () => {
  const { creator, tierId } = await aShow();
  const first = await aSubscriber(creator, tierId, 500);
  const second = await aSubscriber(creator, tierId, 500);
  const { status, data } = await creator.get(SUBSCRIBERS);
  expect(status).toBe(200);
  expect(data.items.map((item: { id: string }) => item.id)).toEqual([second.subscriptionId, first.subscriptionId]);
  const [, oldest] = data.items;
  expect(oldest).toEqual({
    id: first.subscriptionId,
    subscriber: expect.objectContaining({ id: first.userId, username: first.username, followerCount: 0 }),
    tier: { id: tierId, name: 'Friends', description: '', coinsPerMonth: 100 },
    coinsPerMonth: 100,
    ...{ status: 'active', cancelled: false, paused: false, months: 1 },
    startedAt: expect.any(String),
    periodEndsAt: oldest.renewsAt,
    renewsAt: expect.any(String),
    endsAt: null,
  });
});

it('a cancelled subscription ends with its month instead of renewing, and an ended one is in a list of its own', async () => {
  const { creator, tierId } = await aShow();
  const cancelling = await aSubscriber(creator, tierId, 500);
  const gone = await aSubscriber(creator, tierId, 500);
  await cancelling.post('payment/unsubscribe', { creatorId: creator.userId });
  const endedAt = Date.now();
  await env.DB.prepare("UPDATE subscriptions SET status = 'ended', ended_at = ?, due_at = NULL WHERE id = ?")
    .bind(endedAt, gone.subscriptionId)
    .run();
  const { data } = await creator.get(SUBSCRIBERS);
  expect(data.items).toMatchObject([{ id: cancelling.subscriptionId, cancelled: true, renewsAt: null }]);
  expect(data.items[0].endsAt).toBe(data.items[0].periodEndsAt);
  const ended = (await creator.get(`${SUBSCRIBERS}?status=ended`)).data.items;
  expect(ended).toMatchObject([{ id: gone.subscriptionId, renewsAt: null, endsAt: new Date(endedAt).toISOString() }]);
  expect((await creator.get(`${SUBSCRIBERS}?status=all`)).data.items).toHaveLength(2);
  expect((await creator.get(`${SUBSCRIBERS}?status=gone`)).status).toBe(422);
});

it('a subscriber who blocked the creator or was banned stays in the list without a card, and nothing says why', async () => {
  const { creator, tierId } = await aShow();
  const blocker = await aSubscriber(creator, tierId, 500);
  const banned = await aSubscriber(creator, tierId, 500);
  await blocker.post(`social/block/${creator.userId}`);
  await env.DB.prepare("UPDATE users SET status = 'banned' WHERE id = ?").bind(banned.userId).run();
  const { data } = await creator.get(`${SUBSCRIBERS}?status=all`);
  expect(data.items.map((item: { subscriber: unknown }) => item.subscriber)).toEqual([null, null]);
  expect(JSON.stringify(data)).not.toMatch(/block|ban/i);
});

it('the list pages by a cursor that fits no other filter, and exports as CSV', async () => {
  const { creator, tierId } = await aShow();
  const [first, second] = [await aSubscriber(creator, tierId, 500), await aSubscriber(creator, tierId, 500)];
  const page = (await creator.get(`${SUBSCRIBERS}?perPage=1`)).data;
  const next = await creator.get(`${SUBSCRIBERS}?perPage=1&cursor=${page.pagination.nextCursor}`);
  expect(next.data).toMatchObject({ items: [{ id: first.subscriptionId }], pagination: { nextCursor: null } });
  const other = await creator.get(`${SUBSCRIBERS}?status=all&cursor=${page.pagination.nextCursor}`);
  expect(other.error.code).toBe('CURSOR_INVALID');
  const { status, headers, body } = await creator.get(`${SUBSCRIBERS}?format=csv`);
  expect([status, headers.get('content-type')]).toEqual([200, 'text/csv; charset=utf-8; header=present']);
  const lines = body.trim().split('\r\n');
  expect(lines[0]).toBe(
    'id,username,displayName,tier,coinsPerMonth,status,cancelled,paused,months,startedAt,periodEndsAt,renewsAt,endsAt',
  );
  expect(lines.slice(1).map((line: string) => line.split(',').slice(0, 2))).toEqual([
    [second.subscriptionId, second.username],
    [first.subscriptionId, first.username],
  ]);
});

it('only a creator has subscribers, and each sees only their own', async () => {
  const { creator, tierId } = await aShow();
  await aSubscriber(creator, tierId, 500);
  expect((await (await asCreator()).get(SUBSCRIBERS)).data.items).toEqual([]);
  expect((await (await asViewer()).get(SUBSCRIBERS)).status).toBe(403);
  expect((await client().get(SUBSCRIBERS)).status).toBe(401);
});

it.each([
  ['active', 'subscriptions_of_creator (creator_id=? AND id<?)'],
  ['ended', 'subscriptions_ended_of_creator (creator_id=? AND id<?)'],
  ['all', 'subscriptions_ever_of_creator (creator_id=? AND id<?)'],
] as const)('the list of %s ones is read by its index alone', async (status, index) => {
  const actor = actorOf({ userId: 'u', email: 'e' } as Person);
  const query = { status, perPage: 20, format: 'json', cursor: encodeCursor(`subscribers ${status}`, ['x']) } as const;
  const [plan = ''] = await plansOf((ctx) => listSubscribers(ctx, actor, query));
  expect(plan).toContain(index);
  expect(plan).not.toMatch(/TEMP B-TREE|SCAN (?!subscriptions)/);
});
