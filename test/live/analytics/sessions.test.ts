/** A session's figures over HTTP: whose they are, and what D1 adds to what the room counts. */
import { runDurableObjectAlarm } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { client } from '#test/support/api';
import { testContext } from '#test/support/context';
import { someFigures } from '#test/support/figures';
import { anOrder } from '#test/support/order-rows';
import { plansOf } from '#test/support/plans';
import { aGuest, joinRoom, stubOf } from '#test/support/rooms';
import { aProduct } from '#test/support/shop';
import { anOpenStream, aStream } from '#test/support/streams';
import { giveSubscribers } from '#test/support/subscriptions';
import { actorOf, asCreator, asStaff, asViewer } from '#test/support/users';
import { recordAnalytics } from '@/domains/live/analytics/record';
import { readSession } from '@/domains/live/analytics/session-read';
import { completeFigures } from '@/domains/live/analytics/session-sources';
import { recordListeners } from '@/domains/live/rooms/listeners';
import { endStream } from '@/domains/live/streams/end-stream';
import { recordClicks } from '@/domains/money/showcase/for-room';
import { readProductFigures } from '@/domains/money/showcase/product-analytics';
import { firstIdAt, newId } from '@/shared/ids';
import { HOUR_MS, MINUTE_MS } from '@/shared/time';

const PARTS = ['', '/viewers', '/engagement', '/products'];
const since = Date.parse('2026-03-02T20:00:30Z');
const until = since + 3 * MINUTE_MS;

/** A stream of three minutes that is over, with what its room reported. */
async function anEndedShow(
  creator: Awaited<ReturnType<typeof asCreator>>,
  given: Parameters<typeof someFigures>[0] = {},
) {
  const id = await aStream(creator, { status: 'ended', startedAt: since, endedAt: until });
  await recordAnalytics(testContext(), { streamId: id, creatorId: creator.userId, since, until }, someFigures(given));
  return id;
}

function aGiftRow(recipientId: string, streamId: string | null, at: number, coins: number) {
  const id = firstIdAt(at).slice(0, 24) + newId().slice(24);
  return env.DB.prepare(
    `INSERT INTO gifts_sent (id, quantity, coins, diamonds, sender_id, recipient_id, stream_id, economy_version,
       idempotency_key, body_hash, created_at) VALUES (?, 1, ?, ?, ?, ?, ?, 1, ?, '', ?)`,
  ).bind(id, coins, coins / 2, newId(), recipientId, streamId, newId(), at);
}

describe('the analytics of a session', () => {
  it('are the creator’s own: nobody else’s, also not of staff', async () => {
    const [creator, other, viewer] = [await asCreator(), await asCreator(), await asViewer()];
    const id = await aStream(creator, { status: 'ended' });
    const hidden = await aStream(creator, { status: 'ended', visibility: 'private' });
    for (const part of PARTS) {
      expect((await client().get(`sessions/${id}/analytics${part}`)).status).toBe(401);
      expect((await viewer.get(`sessions/${id}/analytics${part}`)).error.code).toBe('CREATOR_APPROVAL_REQUIRED');
      expect((await other.get(`sessions/${id}/analytics${part}`)).error.code).toBe('NOT_YOUR_STREAM');
      expect((await other.get(`sessions/${hidden}/analytics${part}`)).error.code).toBe('STREAM_NOT_FOUND');
      expect((await creator.get(`sessions/${newId()}/analytics${part}`)).error.code).toBe('STREAM_NOT_FOUND');
      expect((await creator.get(`sessions/${hidden}/analytics${part}`)).status).toBe(200);
    }
    expect((await (await asStaff('owner')).get(`sessions/${id}/analytics`)).status).toBe(403);
  });

  it.each(['scheduled', 'cancelled'] as const)('of a %s one are zeros', async (status) => {
    const creator = await asCreator();
    const id = await aStream(creator, { status, startedAt: null });
    const { data } = await creator.get(`sessions/${id}/analytics`);
    expect(data).toEqual({
      ...{ streamId: id, live: false, viewerCount: 0, startedAt: null, endedAt: null, uniqueViewers: 0, users: 0 },
      ...{ guests: 0, peakViewers: 0, peakAt: null, averageViewers: 0, watchSeconds: 0, averageWatchSeconds: 0 },
      ...{ messages: 0, chatters: 0, reactions: {}, gifts: { count: 0, coins: 0, diamonds: 0 }, newFollowers: 0 },
      ...{ newSubscribers: 0, productClicks: 0, orders: 0, unitsSold: 0, sales: [], conversionBps: 0 },
      audience: {
        ...{ newViewers: 0, returningViewers: 0, followersBps: 0 },
        sources: { following: 0, search: 0, recommended: 0, link: 0 },
      },
    });
    expect((await creator.get(`sessions/${id}/analytics/viewers`)).data).toEqual({
      stepSeconds: 60,
      points: [],
      retention: [],
    });
    expect((await creator.get(`sessions/${id}/analytics/engagement`)).data).toEqual({ stepSeconds: 60, points: [] });
    expect((await creator.get(`sessions/${id}/analytics/products`)).data.items).toEqual([]);
  });

  it('say how viewers came, from joining on, while it is live and afterwards', async () => {
    const creator = await asCreator();
    const id = await anOpenStream(creator);
    const earlier = await aStream(creator, { status: 'ended', startedAt: 0, endedAt: 1 });
    const enter = async (person: Pick<typeof creator, 'post'> & { userId?: string }, body?: object) => {
      const { status, data } = await person.post(`stream/${id}/join`, body);
      expect(status).toBe(200);
      const pass = JSON.parse(Buffer.from(String(data.pass).split('.')[1] ?? '', 'base64url').toString());
      await joinRoom(id, pass.viewer, { pass });
    };
    for (let index = 0; index < 5; index += 1) {
      const fan = await asViewer();
      await fan.post(`social/follow/${creator.userId}`, {});
      await recordListeners(testContext(), earlier, [{ userId: fan.userId, seconds: 60 }]);
      await enter(fan, { source: 'following' });
      await enter(await asViewer(), { source: 'search' });
      await enter(client());
    }
    const audience = {
      ...{ newViewers: 5, returningViewers: 5, followersBps: 3_333 },
      sources: { following: 5, search: 5, recommended: 0, link: 5 },
    };
    const live = (await creator.get(`sessions/${id}/analytics`)).data;
    expect(live).toMatchObject({ live: true, viewerCount: 15, uniqueViewers: 15, users: 10, guests: 5, audience });
    const ctx = testContext();
    await endStream(ctx, id, 'creator');
    await ctx.settle();
    await runDurableObjectAlarm(stubOf(id));
    expect((await creator.get(`sessions/${id}/analytics`)).data).toMatchObject({
      live: false,
      uniqueViewers: 15,
      audience,
    });
  });

  it('refuse an unknown source, and a body of the previous version stays good', async () => {
    const id = await anOpenStream(await asCreator());
    const viewer = await asViewer();
    expect((await viewer.post(`stream/${id}/join`, { source: 'nowhere' })).status).toBe(422);
    expect((await viewer.post(`stream/${id}/join`, {})).status).toBe(200);
    expect((await viewer.post(`stream/${id}/join`)).status).toBe(200);
  });

  it('have the gifts, followers and subscribers of the stream’s time', async () => {
    const creator = await asCreator();
    const id = await aStream(creator, { status: 'ended', startedAt: since, endedAt: until });
    const people = await Promise.all(Array.from({ length: 4 }, asViewer));
    const [early, first, second, late] = people.map(({ userId }) => userId);
    const follow = (userId: string | undefined, at: number) =>
      env.DB.prepare('INSERT INTO follows (follower_id, creator_id, created_at) VALUES (?, ?, ?)').bind(
        userId,
        creator.userId,
        at,
      );
    await env.DB.batch([
      ...[follow(early, since - 1), follow(first, since), follow(second, until), follow(late, until + 1)],
      aGiftRow(creator.userId, id, since + 10_000, 100),
      aGiftRow(creator.userId, id, since + MINUTE_MS, 40),
      aGiftRow(creator.userId, id, since + MINUTE_MS + 1, 60),
      aGiftRow(creator.userId, id, since - 1, 1_000),
      aGiftRow(creator.userId, id, until + 1, 1_000),
      aGiftRow(creator.userId, newId(), since + 10_000, 1_000),
    ]);
    await giveSubscribers(creator.userId, [first ?? ''], { startedAt: since + 1 });
    await giveSubscribers(creator.userId, [second ?? ''], { startedAt: since + 1, status: 'ended' });
    await giveSubscribers(creator.userId, [late ?? ''], { startedAt: until + 1 });
    const minute = (index: number) => Date.parse('2026-03-02T20:00:00Z') + index * MINUTE_MS;
    const figures = someFigures({ messages: 7, reactions: { heart: 3 }, activity: [[minute(1), 7, 3, 9, 9_000]] });
    await recordAnalytics(testContext(), { streamId: id, creatorId: creator.userId, since, until }, figures);
    const { data } = await creator.get(`sessions/${id}/analytics`);
    expect(data).toMatchObject({
      ...{ startedAt: new Date(since).toISOString(), endedAt: new Date(until).toISOString(), newFollowers: 2 },
      ...{ newSubscribers: 1, gifts: { count: 3, coins: 200, diamonds: 100 }, messages: 7 },
    });
    const none = { messages: 0, reactions: 0, gifts: 0, coins: 0, newFollowers: 0 };
    const points = (await creator.get(`sessions/${id}/analytics/engagement`)).data.points;
    expect(points).toEqual([
      { at: '2026-03-02T20:00:00.000Z', ...none, gifts: 1, coins: 100, newFollowers: 1 },
      { at: '2026-03-02T20:01:00.000Z', ...none, messages: 7, reactions: 3, gifts: 2, coins: 100 },
      { at: '2026-03-02T20:03:00.000Z', ...none, newFollowers: 1 },
    ]);
    await env.DB.prepare('DELETE FROM follows WHERE creator_id = ?').bind(creator.userId).run();
    expect((await creator.get(`sessions/${id}/analytics`)).data.newFollowers).toBe(2);
  });

  it('show the retention in the steps that the room measured', async () => {
    const creator = await asCreator();
    const id = await anEndedShow(creator, {
      ...{ uniqueViewers: 4, users: 1, guests: 3, watchSeconds: 360, peakViewers: 3, peakAt: since + 1_000 },
      audience: { ...someFigures().audience, newUsers: 1 },
      ...{ stepMinutes: 2, viewerCurve: [[since, 3]], retained: [4, 1] },
    });
    expect((await creator.get(`sessions/${id}/analytics`)).data).toMatchObject({
      ...{ averageViewers: 2, averageWatchSeconds: 90, peakAt: new Date(since + 1_000).toISOString() },
    });
    expect((await creator.get(`sessions/${id}/analytics/viewers`)).data).toEqual({
      stepSeconds: 120,
      points: [{ at: new Date(since).toISOString(), viewers: 3 }],
      retention: [
        { minute: 0, bps: 10_000 },
        { minute: 2, bps: 2_500 },
      ],
    });
  });

  it('are CSV files with local times, and no formula', async () => {
    const creator = await asCreator();
    const id = await anEndedShow(creator, {
      ...{ uniqueViewers: 2, users: 0, guests: 2, reactions: { heart: 4 }, viewerCurve: [[since - 30_000, 2]] },
      ...{ retained: [2], activity: [[since - 30_000, 5, 4, 0, 0]] },
    });
    const product = await aProduct(creator.userId, { title: '=1+1' });
    await anOrder(creator.userId, { streamId: id, productId: product, paidAt: until, quantity: 2 });
    const read = async (query: string) => {
      const { headers, body } = await creator.get(`sessions/${id}/analytics${query}`);
      expect(headers.get('content-type')).toContain('text/csv');
      return body.trim().split('\r\n');
    };
    const [header, line] = await read('?format=csv');
    const cells = Object.fromEntries(
      header.split(',').map((name: string, index: number) => [name, line.split(',')[index]]),
    );
    expect(cells).toMatchObject({
      ...{ streamId: id, live: 'no', uniqueViewers: '2', 'reactions heart': '4', 'reactions fire': '0', gifts: '0' },
      ...{ 'from link': '0', orders: '1', 'salesMinor USD': '2000' },
    });
    expect(await read('/viewers?format=csv&tz=Asia/Kathmandu')).toEqual([
      'at,localTime,viewers',
      '2026-03-02T20:00:00.000Z,2026-03-03 01:45,2',
    ]);
    expect(await read('/viewers?format=csv&table=retention')).toEqual(['minute,bps', '0,10000']);
    expect(await read('/engagement?format=csv')).toEqual([
      'at,localTime,messages,reactions,gifts,coins,newFollowers',
      '2026-03-02T20:00:00.000Z,2026-03-02 20:00,5,4,0,0,0',
    ]);
    expect(await read('/products?format=csv')).toEqual([
      'productId,title,clicks,clickers,checkouts,orders,units,conversionBps,sales',
      `${product},'=1+1,0,0,1,1,2,0,2000 USD`,
    ]);
  });

  it.each([
    ['?format=xml', 'format'],
    ['?tz=UTC', 'tz'],
    ['/viewers?tz=Mars/Olympus', 'tz'],
    ['/viewers?table=all', 'table'],
    ['/engagement?tz=', 'tz'],
    ['/products?page=0', 'page'],
  ])('refuse %s', async (query, path) => {
    const creator = await asCreator();
    const { status, error } = await creator.get(`sessions/${await aStream(creator)}/analytics${query}`);
    expect(status).toBe(422);
    expect(error.details).toMatchObject([{ path }]);
  });
});

describe('the sales of a session', () => {
  it('are its paid orders, whenever they were paid, with clicks and conversion of each product', async () => {
    const creator = await asCreator();
    const [mug, shirt, gone] = [
      await aProduct(creator.userId, { title: 'Mug' }),
      await aProduct(creator.userId, { title: 'Shirt', currency: 'EUR' }),
      newId(),
    ];
    const streamId = await anEndedShow(creator, { uniqueViewers: 20, guests: 20 });
    await env.DB.prepare(
      'INSERT INTO session_products (stream_id, product_id, position, created_at) VALUES (?1, ?2, 0, 0), (?1, ?3, 1, 0)',
    )
      .bind(streamId, mug, shirt)
      .run();
    const buyerId = newId();
    const ofMug = { streamId, productId: mug, paidAt: since + 1 };
    await anOrder(creator.userId, { ...ofMug, buyerId, quantity: 2, shippingMinor: 500 });
    await anOrder(creator.userId, { ...ofMug, buyerId, paidAt: until + HOUR_MS });
    await anOrder(creator.userId, { ...ofMug, paidAt: null });
    await anOrder(creator.userId, { streamId, productId: gone, paidAt: since, unitMinor: 300, currency: 'EUR' });
    await anOrder(creator.userId, { productId: mug, paidAt: since });
    const clicks = [
      { productId: mug, clicks: 9, clickers: 4 },
      { productId: shirt, clicks: 1, clickers: 1 },
    ];
    await recordClicks(testContext(), streamId, clicks);
    expect((await creator.get(`sessions/${streamId}/analytics`)).data).toMatchObject({
      ...{ productClicks: 10, orders: 3, unitsSold: 4, conversionBps: 1_000 },
      sales: [
        { currency: 'EUR', amountMinor: 300 },
        { currency: 'USD', amountMinor: 3_000 },
      ],
    });
    const { data } = await creator.get(`sessions/${streamId}/analytics/products`);
    const none = { clicks: 0, clickers: 0, checkouts: 0, orders: 0, units: 0, sales: [], conversionBps: 0 };
    expect(data.items).toMatchObject([
      {
        ...{
          productId: mug,
          product: { id: mug, title: 'Mug' },
          clicks: 9,
          clickers: 4,
          checkouts: 3,
          orders: 2,
          units: 3,
        },
        ...{ sales: [{ currency: 'USD', amountMinor: 3_000 }], conversionBps: 2_500 },
      },
      { ...none, productId: gone, product: null, checkouts: 1, orders: 1, units: 1, sales: [{ currency: 'EUR' }] },
      { ...none, productId: shirt, product: { title: 'Shirt' }, clicks: 1, clickers: 1 },
    ]);
    const page = (await creator.get(`sessions/${streamId}/analytics/products?perPage=1&page=2`)).data;
    expect([page.items[0].productId, page.pagination.total]).toEqual([gone, 3]);
  });

  it('of a live session have the clicks that its room has counted', async () => {
    const creator = await asCreator();
    const streamId = await anOpenStream(creator);
    const mug = await aProduct(creator.userId);
    await env.DB.prepare(
      'INSERT INTO session_products (stream_id, product_id, position, created_at) VALUES (?, ?, 0, 0)',
    )
      .bind(streamId, mug)
      .run();
    const guest = await joinRoom(streamId, aGuest());
    await guest.ask({ type: 'product-click', productId: mug });
    expect((await creator.get(`sessions/${streamId}/analytics`)).data.productClicks).toBe(1);
    expect((await creator.get(`sessions/${streamId}/analytics/products`)).data.items).toMatchObject([
      { productId: mug, clicks: 1, clickers: 1, orders: 0 },
    ]);
  });
});

describe('reading them', () => {
  const actor = actorOf({ userId: 'c', email: '' });

  it('takes five statements at once, each by its index', async () => {
    const plans = await plansOf((ctx) => readSession(ctx, actor, 's'));
    expect(plans).toHaveLength(5);
    expect(plans.join('\n')).not.toMatch(/SCAN/);
    for (const index of ['orders_of_show (stream_id=?)', 'PRIMARY KEY (stream_id=?)'])
      expect(plans.join('\n')).toContain(index);
    expect((await plansOf((ctx) => readProductFigures(ctx, actor, 's'))).join('\n')).not.toMatch(/SCAN/);
  });

  it('finds gifts, followers and subscribers of the stream’s time by an index', async () => {
    const [gifts, followers, subscribers] = await plansOf((ctx) =>
      completeFigures(ctx, { streamId: 's', creatorId: 'c', since, until }, someFigures()),
    );
    expect(gifts).toContain('gifts_sent_of_recipient (recipient_id=? AND id>? AND id<?)');
    expect(followers).toContain('follows_of_creator (creator_id=? AND created_at>? AND created_at<?)');
    expect(subscribers).toContain('subscriptions_open_of_creator (creator_id=? AND started_at>? AND started_at<?)');
  });
});
