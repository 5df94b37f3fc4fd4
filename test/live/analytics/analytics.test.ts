import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { client } from '#test/support/api';
import { testContext } from '#test/support/context';
import { someFigures } from '#test/support/figures';
import { giveDiamonds } from '#test/support/money';
import { anOrder } from '#test/support/order-rows';
import { plansOf } from '#test/support/plans';
import { aStream } from '#test/support/streams';
import { asCreator, asDj, asViewer } from '#test/support/users';
import { readCreatorAnalytics } from '@/domains/live/analytics/read';
import { keepSession } from '@/domains/live/analytics/record';
import { readReport } from '@/domains/live/analytics/spans';
import { listTopTracks } from '@/domains/live/analytics/top-tracks';
import { keepFigures } from '@/domains/live/rooms/figures';
import { newId } from '@/shared/ids';
import { toDay } from '@/shared/time';

const guest = client();
const at = (time: string) => Date.parse(`${time}Z`);

const QUERY = { tz: 'UTC', format: 'json' } as const;

const NOBODY = {
  ...{ newViewers: 0, returningViewers: 0, followersBps: 0 },
  sources: { following: 0, search: 0, recommended: 0, link: 0 },
};

const NONE = {
  ...{ streams: 0, minutesStreamed: 0, uniqueViewers: 0, peakViewers: 0, watchSeconds: 0, messages: 0 },
  ...{ newFollowers: 0, diamonds: { gift: 0, tip: 0, subscription: 0, reward: 0 }, orders: 0, sales: [] },
  audience: NOBODY,
};

/** A stream that has ended, with what its room reported. */
async function aShow(
  creator: { userId: string; channelId: string },
  { from, to, viewers, title = 'A show' }: { from: string; to: string; viewers: number; title?: string },
): Promise<string> {
  const ctx = testContext();
  const id = await aStream(creator, { title, status: 'ended', startedAt: at(from), endedAt: at(to) });
  const figures = someFigures({
    ...{ uniqueViewers: viewers, peakViewers: viewers - 1, rankingPeak: viewers - 1 },
    ...{ watchSeconds: viewers * 100, messages: viewers * 2 },
  });
  await keepFigures(ctx, id, figures);
  return id;
}

async function follow(creatorId: string, time: string): Promise<void> {
  const { userId } = await asViewer();
  await env.DB.prepare('INSERT INTO follows (follower_id, creator_id, created_at) VALUES (?, ?, ?)')
    .bind(userId, creatorId, at(time))
    .run();
}

describe('a creator’s figures', () => {
  it('are zeros for every day without anything', async () => {
    const dj = await asDj();
    const { status, data } = await dj.get('dj/analytics');
    expect(status).toBe(200);
    expect(data).toMatchObject({ to: toDay(Date.now()), tz: 'UTC', totals: NONE, previous: NONE });
    expect(data).toMatchObject({ topStreams: [], topTracks: [] });
    expect(data.byDay).toHaveLength(30);
    expect(data.byDay.at(-1)).toEqual({ day: data.to, ...NONE });
    expect(data.byDay[0].day).toBe(data.from);
  });

  it('add up days, compare with the days before, and name the streams with the most viewers', async () => {
    const [dj, other] = [await asDj(), await asDj()];
    await aShow(dj, { from: '2026-03-01T20:00', to: '2026-03-01T21:30', viewers: 9 }); // before
    const small = await aShow(dj, { from: '2026-03-02T00:00', to: '2026-03-02T00:10:59', viewers: 3 });
    const big = await aShow(dj, { from: '2026-03-02T12:00', to: '2026-03-02T13:00:59', viewers: 5, title: '=1+1' });
    const night = await aShow(dj, { from: '2026-03-03T23:50', to: '2026-03-04T02:50', viewers: 4 });
    await aShow(other, { from: '2026-03-02T12:00', to: '2026-03-02T13:00', viewers: 50 });
    await aStream(dj, { status: 'scheduled' });
    await follow(dj.userId, '2026-03-02T08:00');
    await follow(dj.userId, '2026-03-03T23:59:59.999');
    await follow(dj.userId, '2026-02-28T00:00');
    await giveDiamonds(dj.userId, 7, at('2026-03-02T12:30'));
    await giveDiamonds(dj.userId, 5, at('2026-03-03T12:30'));
    await giveDiamonds(dj.userId, 11, at('2026-03-01T20:30'));
    const { data } = await dj.get('dj/analytics?from=2026-03-02&to=2026-03-03');
    expect(data.totals).toEqual({
      ...{ streams: 3, minutesStreamed: 251, uniqueViewers: 12, peakViewers: 4, watchSeconds: 1_200, messages: 24 },
      ...{ newFollowers: 2, diamonds: { gift: 0, tip: 12, subscription: 0, reward: 0 }, orders: 0, sales: [] },
      audience: NOBODY,
    });
    expect(data.previous).toMatchObject({
      ...{ streams: 1, minutesStreamed: 90, uniqueViewers: 9, newFollowers: 1, diamonds: { tip: 11 } },
    });
    expect(data.byDay).toMatchObject([
      { day: '2026-03-02', streams: 2, minutesStreamed: 71, newFollowers: 1, peakViewers: 4, diamonds: { tip: 7 } },
      { day: '2026-03-03', streams: 1, minutesStreamed: 180, newFollowers: 1, peakViewers: 3, diamonds: { tip: 5 } },
    ]);
    expect(data.topStreams).toMatchObject([
      { id: big, title: '=1+1', uniqueViewers: 5, minutesStreamed: 60, startTime: '2026-03-02T12:00:00.000Z' },
      { id: night, uniqueViewers: 4, minutesStreamed: 180, endTime: '2026-03-04T02:50:00.000Z' },
      { id: small, uniqueViewers: 3, minutesStreamed: 10, peakViewers: 2, watchSeconds: 300, messages: 6, diamonds: 0 },
    ]);
  });

  it('put a stream on the day on which it began in the zone', async () => {
    const dj = await asDj();
    await aShow(dj, { from: '2026-03-02T23:30', to: '2026-03-03T01:00', viewers: 2 });
    await follow(dj.userId, '2026-03-02T23:15');
    const daysIn = async (tz: string) => {
      const { data } = await dj.get(`dj/analytics?from=2026-03-02&to=2026-03-03&tz=${encodeURIComponent(tz)}`);
      return data.byDay.map(({ streams, newFollowers }: typeof NONE) => [streams, newFollowers]);
    };
    expect(await daysIn('UTC')).toEqual([
      [1, 1],
      [0, 0],
    ]);
    expect(await daysIn('Europe/Berlin')).toEqual([
      [0, 0],
      [1, 1],
    ]);
    expect(await daysIn('America/Los_Angeles')).toEqual([
      [1, 1],
      [0, 0],
    ]);
  });

  it('count a live stream with its minutes so far', async () => {
    const dj = await asDj();
    await aStream(dj, { startedAt: Date.now() - 10 * 60_000, viewerCount: 3 });
    const { data } = await dj.get('dj/analytics');
    expect(data.totals).toMatchObject({ streams: 1, minutesStreamed: 10, uniqueViewers: 0 });
    expect(data.topStreams).toMatchObject([{ endTime: null, minutesStreamed: 10 }]);
  });

  it('end today in the zone, where it may be tomorrow', async () => {
    const dj = await asDj();
    const [east, west] = await Promise.all(
      ['Pacific/Kiritimati', 'Etc/GMT+12'].map((tz) => dj.get(`dj/analytics?tz=${encodeURIComponent(tz)}`)),
    );
    expect(east?.data.to > west?.data.to).toBe(true);
    expect(east?.data.byDay).toHaveLength(30);
  });

  it('name the tracks that a DJ played most often, by the titles that they have now', async () => {
    const [dj, other] = [await asDj(), await asDj()];
    const show = await aShow(dj, { from: '2026-03-02T12:00', to: '2026-03-02T13:00', viewers: 5 });
    const before = await aShow(dj, { from: '2026-03-01T12:00', to: '2026-03-01T13:00', viewers: 5 });
    const foreign = await aShow(other, { from: '2026-03-02T12:00', to: '2026-03-02T13:00', viewers: 5 });
    const played = async (streamId: string, position: number, title: string, trackId: string | null = null) =>
      env.DB.prepare(
        `INSERT INTO set_list (id, stream_id, position, track_id, title, artist, started_at, ended_at, hidden, changed_at)
         VALUES (?, ?, ?, ?, ?, 'Ada', 0, 0, 0, 0)`,
      )
        .bind(newId(), streamId, position, trackId, title)
        .run();
    const trackId = newId();
    await env.DB.batch([
      env.DB.prepare(
        `INSERT INTO tracks (id, dj_id, content_type, bytes, title, artist, status, reason, queued_at, duration_ms,
           created_at, updated_at) VALUES (?, ?, 'audio/mpeg', 1, 'New name', 'Ada', 'rejected', 'damaged', 0, 90500, 0, 0)`,
      ).bind(trackId, dj.userId),
    ]);
    for (const [index, title] of ['Old name', 'Old name', 'New name'].entries())
      await played(show, 1 + index, title, trackId);
    for (const [index, title] of ['Typed', 'Typed', 'Other'].entries()) await played(show, 10 + index, title);
    await played(before, 1, 'Before');
    await played(foreign, 1, 'Foreign');
    const { data } = await dj.get('dj/analytics?from=2026-03-02&to=2026-03-02');
    const typed = { id: null, artist: 'Ada', coverUrl: null, duration: null };
    expect(data.topTracks).toEqual([
      { track: { id: trackId, title: 'New name', artist: 'Ada', coverUrl: null, duration: 90.5 }, plays: 3 },
      { track: { ...typed, title: 'Typed' }, plays: 2 },
      { track: { ...typed, title: 'Other' }, plays: 1 },
    ]);
    const [plan] = await plansOf((ctx) => listTopTracks(ctx, 'd', readReport(ctx.now(), QUERY)));
    expect(plan).toContain('streams_of_creator_by_start (creator_id=? AND started_at>? AND started_at<?)');
    expect(plan).toMatch(/SEARCH played USING INDEX \S+ \(stream_id=\?\)/);
  });

  it('are a CSV file with a line for each day, without text that someone wrote', async () => {
    const performer = await asCreator({ role: 'performer' });
    await aShow(performer, { from: '2026-03-02T12:00', to: '2026-03-02T13:00', viewers: 5, title: '=cmd|calc' });
    await giveDiamonds(performer.userId, 7, at('2026-03-02T12:30'));
    for (const currency of ['USD', 'USD', 'EUR'])
      await anOrder(performer.userId, {
        currency,
        unitMinor: currency === 'USD' ? 600 : 500,
        quantity: currency === 'USD' ? 2 : 1,
        paidAt: at('2026-03-02T12:30'),
      });
    await anOrder(performer.userId, { paidAt: null });
    const csv = await performer.get('performer/analytics?from=2026-03-02&to=2026-03-03&format=csv');
    expect(csv.headers.get('content-type')).toContain('text/csv');
    expect(csv.headers.get('content-disposition')).toContain('analytics-2026-03-02-to-2026-03-03.csv');
    expect(csv.body.trim().split('\r\n')).toEqual([
      'day,streams,minutesStreamed,uniqueViewers,peakViewers,watchSeconds,messages,newFollowers,' +
        'giftDiamonds,tipDiamonds,subscriptionDiamonds,rewardDiamonds,orders,newViewers,returningViewers,followersBps,' +
        'from following,from search,from recommended,from link,salesMinor EUR,salesMinor USD',
      '2026-03-02,1,60,5,4,500,10,0,0,7,0,0,3,0,0,0,0,0,0,0,500,2400',
      '2026-03-03,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0',
    ]);
  });

  it.each([
    ['tz=Mars/Olympus', 'tz'],
    ['tz=%2B02:00', 'tz'],
    ['tz=', 'tz'],
    [`tz=${'a'.repeat(99)}`, 'tz'],
    ['from=yesterday', 'from'],
    ['from=2026-02-30', 'from'],
    ['from=2026-03-02&to=2026-03-01', 'from'],
    ['from=2024-01-01&to=2026-01-01', 'from'],
    ['format=xml', 'format'],
    ['days=7', 'days'],
  ])('refuse ?%s', async (query, path) => {
    const { status, error } = await (await asDj()).get(`dj/analytics?${query}`);
    expect(status).toBe(422);
    expect(error).toMatchObject({ code: 'VALIDATION_FAILED', details: [{ path }] });
  });

  it.each(['from=0001-01-01&to=0001-01-02', 'from=9999-12-30&to=9999-12-31'])('are none for ?%s', async (query) => {
    const { status, data } = await (await asDj()).get(`dj/analytics?${query}&tz=Europe/Berlin`);
    expect(status).toBe(200);
    expect(data.totals).toEqual(NONE);
  });

  it('say how the viewers of these streams came, without groups of fewer than five', async () => {
    const dj = await asDj();
    const ctx = testContext();
    const audiences = [
      { followers: 6, newUsers: 4, returningUsers: 8, sources: { following: 6, search: 2, recommended: 0, link: 12 } },
      { followers: 9, newUsers: 6, returningUsers: 8, sources: { following: 9, search: 2, recommended: 0, link: 9 } },
    ];
    for (const audience of audiences) {
      const id = await aShow(dj, { from: '2026-03-02T12:00', to: '2026-03-02T13:00', viewers: 20 });
      const users = audience.newUsers + audience.returningUsers;
      const { gifts, activity: _, ...figures } = someFigures({ users, guests: 20 - users, audience });
      const session = {
        ...figures,
        gifts: { ...gifts, diamonds: 0 },
        newFollowers: 0,
        newSubscribers: 0,
        engagement: [],
      };
      await keepSession(ctx, id, session);
    }
    const { data } = await dj.get('dj/analytics?from=2026-03-02&to=2026-03-02');
    expect(data.totals.audience).toEqual({
      ...{ newViewers: 10, returningViewers: 16, followersBps: 3_750 },
      sources: { following: 15, search: null, recommended: null, link: 21 },
    });
    expect(data.byDay[0].audience).toEqual(data.totals.audience);
    expect(data.previous.audience).toEqual(NOBODY);
  });

  it('have the orders that were paid, and their items in each currency', async () => {
    const [dj, other] = [await asDj(), await asDj()];
    const paid = { unitMinor: 1_000, quantity: 3, shippingMinor: 400, currency: 'USD' };
    await anOrder(dj.userId, { ...paid, paidAt: at('2026-03-02T00:00') });
    const later = await anOrder(dj.userId, { ...paid, quantity: 1 });
    await env.DB.prepare('UPDATE orders SET paid_at = ? WHERE id = ?').bind(at('2026-03-03T23:59'), later).run();
    await anOrder(dj.userId, { ...paid, currency: 'EUR', paidAt: at('2026-03-03T12:00') });
    await anOrder(dj.userId, { ...paid, paidAt: at('2026-03-01T12:00') });
    await anOrder(dj.userId, { ...paid, paidAt: null });
    await anOrder(other.userId, { ...paid, paidAt: at('2026-03-02T12:00') });
    const { data } = await dj.get('dj/analytics?from=2026-03-02&to=2026-03-03');
    const [eur, usd] = [
      { currency: 'EUR', amountMinor: 3_000 },
      { currency: 'USD', amountMinor: 4_000 },
    ];
    expect(data.totals).toMatchObject({ orders: 3, sales: [eur, usd] });
    expect(data.byDay).toMatchObject([
      { orders: 1, sales: [{ currency: 'USD', amountMinor: 3_000 }] },
      { orders: 2, sales: [eur, { currency: 'USD', amountMinor: 1_000 }] },
    ]);
    expect(data.previous).toMatchObject({ orders: 1, sales: [{ currency: 'USD', amountMinor: 3_000 }] });
  });

  it('are the creator’s own, by role', async () => {
    const [creator, dj, performer] = [await asCreator(), await asDj(), await asCreator({ role: 'performer' })];
    for (const path of ['dj/analytics', 'performer/analytics']) {
      expect((await guest.get(path)).status).toBe(401);
      expect((await (await asViewer()).get(path)).error.code).toBe('CREATOR_APPROVAL_REQUIRED');
      expect((await creator.get(path)).status).toBe(403);
    }
    expect((await dj.get('performer/analytics')).status).toBe(403);
    expect((await performer.get('dj/analytics')).status).toBe(403);
    expect((await performer.get('performer/analytics')).data).not.toHaveProperty('topTracks');
  });

  it('cost five statements whatever the range, each by its index', async () => {
    const year = { ...QUERY, from: '2025-01-01', to: '2026-01-01' };
    const plans = await plansOf((ctx) => readCreatorAnalytics(ctx, 'c', readReport(ctx.now(), year)));
    expect(plans).toHaveLength(5);
    expect(await plansOf((ctx) => readCreatorAnalytics(ctx, 'c', readReport(ctx.now(), QUERY)))).toEqual(plans);
    const [top, streamed, followed, earned, sold] = plans;
    expect(streamed).toContain('streams_of_creator_by_start (creator_id=? AND started_at>? AND started_at<?)');
    expect(followed).toContain('follows_of_creator (creator_id=? AND created_at>? AND created_at<?)');
    expect(earned).toContain('PRIMARY KEY (user_id=? AND day>? AND day<?)');
    expect(sold).toContain('PRIMARY KEY (seller_id=? AND day>? AND day<?)');
    expect(top).toContain('streams_of_creator_by_start (creator_id=? AND started_at>? AND started_at<?)');
    for (const plan of plans) expect(plan).not.toMatch(/SCAN (?!span)/);
  });
});
