import { eq } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { client } from '#test/support/api';
import { testContext } from '#test/support/context';
import { someFigures } from '#test/support/figures';
import { recordingContext } from '#test/support/outbox';
import { aGuest, joinRoom } from '#test/support/rooms';
import { asCreator, asUser, asViewer } from '#test/support/users';
import type { OutboxEvent } from '@/contracts/messages';
import { mediaUrl, newKey } from '@/domains/base/media/keys';
import { recordAnalytics } from '@/domains/live/analytics/record';
import { channels } from '@/domains/live/channels/tables';
import { endStream } from '@/domains/live/streams/end-stream';
import { goLive } from '@/domains/live/streams/go-live';
import { applyMediaEvent } from '@/domains/live/streams/media-events';
import { streams } from '@/domains/live/streams/tables';
import { changeChatSettings, changeInfo } from '@/domains/live/studio/change-channel';
import { newId } from '@/shared/ids';

const picture = () => mediaUrl(testContext().config, newKey('thumbnail'));
const setups = (events: OutboxEvent[]) =>
  events.flatMap((event) => (event.kind === 'room' && event.command.type === 'setup' ? [event.command] : []));
const streamRow = async (id: string) => (await testContext().db.select().from(streams).where(eq(streams.id, id)))[0];

describe('a channel', () => {
  it('is created once with defaults when it is first needed, however many requests race', async () => {
    const creator = await asUser({ role: 'dj', creatorStatus: 'APPROVED' });
    const answers = await Promise.all([1, 2, 3, 4].map(() => creator.get('stream/info')));
    expect(new Set(answers.map(({ data }) => data.id)).size).toBe(1);
    expect(answers[0]).toMatchObject({
      status: 200,
      data: {
        userId: creator.userId,
        ...{ isLive: false, isChatEnabled: true, isChatDelayed: false, isChatFollowersOnly: false },
        ...{ thumbnail: null, category: null, currentStreamId: null },
      },
    });
    expect(answers[0]?.data.title).toContain(creator.username);
  });

  it('keeps the fields that a request does not send', async () => {
    const creator = await asCreator();
    const thumbnail = picture();
    const first = await creator.put('stream/info', {
      title: '  Night set ',
      description: 'Two hours\nof house',
      thumbnail,
    });
    expect(first).toMatchObject({ status: 200, data: { title: 'Night set', thumbnail, category: null } });
    const second = await creator.put('stream/info', { category: 'music' });
    expect(second.data).toMatchObject({
      title: 'Night set',
      description: 'Two hours\nof house',
      thumbnail,
      category: 'music',
    });
    const third = await creator.put('stream/info', { thumbnail: null, category: null });
    expect(third.data).toMatchObject({ title: 'Night set', thumbnail: null, category: null });
    expect((await creator.put('stream/info', {})).data).toEqual(third.data);
    expect((await creator.get('stream/info')).data).toEqual(third.data);
  });

  it.each([
    ['title', { title: '' }],
    ['title', { title: 'x'.repeat(141) }],
    ['title', { title: 'two\nlines' }],
    ['title', { title: 'bell\u0007' }],
    ['title', { title: null }],
    ['description', { description: 'x'.repeat(2_001) }],
    ['category', { category: 'no such thing' }],
    ['thumbnail', { thumbnail: 'https://elsewhere.test/picture.png' }],
    ['thumbnailUrl', { thumbnailUrl: null }],
  ])('refuses an invalid %s', async (path, body) => {
    const creator = await asCreator();
    expect(await creator.put('stream/info', body)).toMatchObject({
      status: 422,
      error: { code: 'VALIDATION_FAILED', details: [{ path }] },
    });
    expect((await creator.get('stream/info')).data.title).toBe('A show');
  });

  it('counts characters as readers do', async () => {
    const creator = await asCreator();
    expect((await creator.put('stream/info', { title: '🎧'.repeat(140) })).status).toBe(200);
  });

  it('updates its live stream too, and notifies the room', async () => {
    const creator = await asCreator();
    const { data } = await creator.post('stream/create', { title: 'Before' });
    const { ctx, events } = recordingContext();
    await goLive(ctx, data.id);
    events.length = 0;
    await changeInfo(ctx, creator.userId, { title: 'After', category: 'talk' });
    expect(await streamRow(data.id)).toMatchObject({ title: 'After', category: 'talk', status: 'live' });
    expect(events).toMatchObject([
      {
        kind: 'room',
        roomId: data.id,
        command: { type: 'setup', setup: { title: 'After', status: 'live' }, changes: { category: 'talk' } },
      },
    ]);
    expect((await creator.get('stream/status')).data).toMatchObject({ title: 'After', currentStreamId: data.id });
  });

  it('does not change finished streams', async () => {
    const creator = await asCreator();
    const { data } = await creator.post('stream/create', { title: 'Before' });
    const { ctx, events } = recordingContext();
    await goLive(ctx, data.id);
    await endStream(ctx, data.id, 'creator');
    events.length = 0;
    await changeInfo(ctx, creator.userId, { title: 'After' });
    expect((await streamRow(data.id))?.title).toBe('Before');
    expect(events).toEqual([]);
  });
});

describe('chat settings', () => {
  it('keep the fields that a request does not send', async () => {
    const creator = await asCreator();
    const first = await creator.put('stream/chat-settings', { isChatFollowersOnly: true, slowModeSeconds: 10 });
    expect(first).toMatchObject({
      status: 200,
      data: { isChatEnabled: true, isChatFollowersOnly: true, slowModeSeconds: 10 },
    });
    const second = await creator.put('stream/chat-settings', { isChatEnabled: false, blockedWords: ['spam', 'spam'] });
    expect(second.data).toMatchObject({
      ...{ isChatEnabled: false, isChatFollowersOnly: true, slowModeSeconds: 10, blockedWords: ['spam'] },
    });
    expect((await creator.get('stream/info')).data).toMatchObject(second.data);
  });

  it('have the same names wherever they are read', async () => {
    const creator = await asCreator();
    const rules = {
      ...{ minFollowMinutes: 10, minAccountHours: 24, links: 'hold', emotesOnly: true, holdFirstMessages: true },
      ...{ chatDelaySeconds: 3, slowModeSeconds: 5, isChatSubscribersOnly: true },
    };
    const written = await creator.put('stream/chat-settings', { ...rules, isChatEnabled: true });
    expect(written.data).toMatchObject({ ...rules, isChatDelayed: true });
    expect((await creator.get('stream/info')).data).toMatchObject(rules);
    const { data } = await creator.post('stream/create', {});
    const { blockedWords: _hidden, ...told } = written.data;
    expect((await creator.post(`stream/${data.id}/join`)).data.policy).toEqual(told);
  });

  it('return the words that refuse a message as texts, and those that hold it with their action', async () => {
    const creator = await asCreator();
    const blockedWords = [{ text: 'b*d', action: 'hold' }, 'spam', { text: 'spam', action: 'hold' }, 'spam'];
    const { data } = await creator.put('stream/chat-settings', {
      blockedWords: [...blockedWords, { text: 'worse', action: 'refuse' }],
    });
    expect(data.blockedWords).toEqual(['spam', 'worse', { text: 'b*d', action: 'hold' }]);
    expect((await creator.put('stream/chat-settings', { blockedWords: data.blockedWords })).data).toEqual(data);
  });

  it('accept a delay as a switch or in seconds', async () => {
    const creator = await asCreator();
    const delay = async (body: object) => {
      const { isChatDelayed, chatDelaySeconds } = (await creator.put('stream/chat-settings', body)).data;
      return [isChatDelayed, chatDelaySeconds];
    };
    expect(await delay({ isChatDelayed: true })).toEqual([true, 5]);
    expect(await delay({ chatDelaySeconds: 20 })).toEqual([true, 20]);
    expect(await delay({ isChatDelayed: false })).toEqual([false, 0]);
    expect(await delay({ isChatDelayed: true, chatDelaySeconds: 300 })).toEqual([true, 300]);
    expect(await delay({ chatDelaySeconds: 0 })).toEqual([false, 0]);
  });

  it.each([
    ['chatDelaySeconds', { isChatDelayed: true, chatDelaySeconds: 0 }],
    ['chatDelaySeconds', { isChatDelayed: false, chatDelaySeconds: 3 }],
    ['chatDelaySeconds', { chatDelaySeconds: 301 }],
    ['slowModeSeconds', { slowModeSeconds: -1 }],
    ['slowModeSeconds', { slowModeSeconds: 3_601 }],
    ['blockedWords', { blockedWords: Array(201).fill('word') }],
    ['blockedWords.1', { blockedWords: ['fine', ' '] }],
    ['blockedWords.0', { blockedWords: ['*'] }],
    ['blockedWords.1.text', { blockedWords: ['fine', { text: ' ** * ', action: 'hold' }] }],
    ['blockedWords.0', { blockedWords: [{ text: 'fine', action: 'ban' }] }],
    ['minFollowMinutes', { minFollowMinutes: -1 }],
    ['minAccountHours', { minAccountHours: 8_761 }],
    ['links', { links: 'never' }],
    ['isChatEnabled', { isChatEnabled: 'yes' }],
    ['isChatOn', { isChatOn: true }],
  ])('refuse an invalid %s', async (path, body) => {
    const creator = await asCreator();
    expect(await creator.put('stream/chat-settings', body)).toMatchObject({
      status: 422,
      error: { details: [{ path }] },
    });
  });

  it('reach the live room and the prepared one', async () => {
    const creator = await asCreator();
    const live = (await creator.post('stream/create', {})).data.id;
    const { ctx, events } = recordingContext();
    await goLive(ctx, live);
    const prepared = (await creator.post('stream/create', {})).data.id;
    events.length = 0;
    await changeChatSettings(ctx, creator.userId, { slowModeSeconds: 30 });
    const heard = setups(events).map(({ setup }) => [setup.roomId, setup.status, setup.policy.slowModeSeconds]);
    expect(heard).toEqual([
      [live, 'live', 30],
      [prepared, 'scheduled', 30],
    ]);
  });

  it('reach the stream that is prepared while they are being changed', async () => {
    const creator = await asCreator();
    const { ctx, events } = recordingContext();
    let prepared: string | undefined;
    let batches = 0;
    const batch = async (statements: Parameters<typeof ctx.db.batch>[0]) => {
      batches += 1;
      if (batches === 2) prepared = (await creator.post('stream/create', {})).data.id; // between reading and writing
      return ctx.db.batch(statements);
    };
    const db = new Proxy(ctx.db, { get: (target, key) => (key === 'batch' ? batch : Reflect.get(target, key)) });
    await changeChatSettings({ ...ctx, db }, creator.userId, { slowModeSeconds: 30 });
    expect(prepared).toBeDefined();
    expect(setups(events)).toMatchObject([{ setup: { roomId: prepared, policy: { slowModeSeconds: 30 } } }]);
  });

  it('that change at the same time as the title all apply, and the newest setup has them all', async () => {
    const creator = await asCreator();
    const { data } = await creator.post('stream/create', {});
    const { ctx, events } = recordingContext();
    await Promise.all([
      goLive(ctx, data.id),
      changeChatSettings(ctx, creator.userId, { slowModeSeconds: 30 }),
      changeChatSettings(ctx, creator.userId, { isChatFollowersOnly: true }),
      changeInfo(ctx, creator.userId, { title: 'All of it' }),
    ]);
    const told = setups(events);
    expect(new Set(told.map(({ at }) => at)).size).toBe(4); // each has its own time
    const newest = told.toSorted((one, other) => other.at - one.at)[0];
    expect(newest?.setup).toMatchObject({
      ...{ status: 'live', title: 'All of it' },
      policy: { slowModeSeconds: 30, followersOnly: true },
    });
  });
});

describe('preparing a stream', () => {
  it("takes what is left out from the channel, and is the channel's current stream", async () => {
    const creator = await asCreator();
    await creator.put('stream/info', { description: 'Every Friday', category: 'music' });
    const { status, data } = await creator.post('stream/create', { title: 'This Friday' });
    expect(status).toBe(201);
    expect(data).toMatchObject({
      ...{ creatorId: creator.userId, title: 'This Friday', description: 'Every Friday', category: 'music' },
      ...{ status: 'scheduled', startTime: null, visibility: 'public' },
    });
    expect((await creator.get('stream/info')).data).toMatchObject({ currentStreamId: data.id, isLive: false });
  });

  it('works without a body', async () => {
    const creator = await asUser({ role: 'performer', creatorStatus: 'APPROVED' });
    expect(await creator.post('stream/create')).toMatchObject({ status: 201, data: { creatorType: 'performer' } });
  });

  it('accepts only an image that was uploaded here', async () => {
    const creator = await asCreator();
    const thumbnail = picture();
    const { data } = await creator.post('stream/create', { thumbnail });
    expect(data.thumbnailUrl).toBe(thumbnail);
    expect(await creator.post('stream/create', { thumbnail: 'https://elsewhere.test/x.png' })).toMatchObject({
      status: 422,
      error: { details: [{ path: 'thumbnail' }] },
    });
  });
});

describe('status', () => {
  it('follows the stream from none to live, lost and over', async () => {
    const creator = await asCreator();
    const ctx = testContext();
    const status = async () => (await creator.get('stream/status')).data;
    expect(await status()).toMatchObject({ isLive: false, reconnecting: false, currentStreamId: null, viewerCount: 0 });

    await ctx.db.update(channels).set({ ingressId: 'IN_status' }).where(eq(channels.id, creator.channelId));
    const event = { ingressId: 'IN_status', room: creator.channelId };
    await applyMediaEvent(ctx, { type: 'ingress_started', ...event, at: 10_000 });
    const live = await status();
    expect(live).toMatchObject({ isLive: true, reconnecting: false, title: 'A show' });
    expect(live.startedAt).not.toBeNull();
    await ctx.settle();
    await Promise.all([joinRoom(live.currentStreamId, aGuest()), joinRoom(live.currentStreamId, aGuest())]);
    expect((await status()).viewerCount).toBe(2);

    await applyMediaEvent(ctx, { type: 'ingress_ended', ...event, at: 20_000 });
    expect(await status()).toMatchObject({ isLive: false, reconnecting: true, currentStreamId: live.currentStreamId });
    await endStream(ctx, live.currentStreamId, 'creator');
    expect(await status()).toMatchObject({
      isLive: false,
      reconnecting: false,
      currentStreamId: null,
      startedAt: null,
    });
    await ctx.settle();
  });
});

describe('past streams', () => {
  it('are those that are over, newest first, with their figures', async () => {
    const creator = await asCreator();
    const ctx = testContext();
    const ids: string[] = [];
    for (const title of ['one', 'two']) {
      const { data } = await creator.post('stream/create', { title });
      ids.push(data.id);
      await goLive(ctx, data.id);
      await endStream(ctx, data.id, 'creator');
    }
    const figures = someFigures({
      uniqueViewers: 3,
      peakViewers: 2,
      watchSeconds: 90,
      messages: 4,
      reactions: { heart: 5 },
    });
    const now = ctx.now();
    await recordAnalytics(ctx, { streamId: ids[0] ?? '', creatorId: creator.userId, since: now, until: now }, figures);
    await creator.post('stream/create', { title: 'to come' });
    const { data } = await creator.get('stream/past');
    expect(data.items).toMatchObject([
      { id: ids[1], title: 'two', status: 'ended', figures: null, earnings: 0 },
      {
        id: ids[0],
        peakViewers: 2,
        figures: { uniqueViewers: 3, watchSeconds: 90, messages: 4, reactions: { heart: 5 } },
      },
    ]);
    const second = await creator.get('stream/past?page=2&perPage=1');
    expect(second.data).toMatchObject({ items: [{ id: ids[0] }], pagination: { total: 2, totalPages: 2 } });
    expect((await (await asCreator()).get('stream/past')).data.items).toEqual([]);
    expect(await creator.get('stream/past?perPage=101')).toMatchObject({
      status: 422,
      error: { details: [{ path: 'perPage' }] },
    });
    await ctx.settle();
  });
});

describe('creator tokens', () => {
  const claimsOf = (token: string) => JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());

  it("have the encoder's identity for publishing and another for watching, so that watching ends no show", async () => {
    const creator = await asCreator();
    const watch = await creator.post('stream/creator-token');
    expect(watch).toMatchObject({ status: 200, data: { purpose: 'watch', room: creator.channelId } });
    expect(watch.headers.get('cache-control')).toBe('no-store');
    expect(claimsOf(watch.data.token).video).toMatchObject({
      room: creator.channelId,
      canPublish: false,
      canPublishData: false,
    });
    expect(watch.data.identity).not.toBe(creator.userId);
    const publish = await creator.post('stream/creator-token', { purpose: 'publish' });
    expect(publish.data.identity).toBe(creator.userId);
    expect(claimsOf(publish.data.token)).toMatchObject({ sub: creator.userId, video: { canPublish: true } });
    expect(await creator.post('stream/creator-token', { purpose: 'moderate' })).toMatchObject({
      status: 422,
      error: { details: [{ path: 'purpose' }] },
    });
  });
});

it('a creator who joins their own room has another identity than the encoder', async () => {
  const creator = await asCreator();
  const { data } = await creator.post('stream/create', {});
  await goLive(recordingContext().ctx, data.id);
  const joined = (await creator.post(`stream/${data.id}/join`)).data;
  expect(joined.viewer.id).toBe(creator.userId);
  expect(joined.media.identity).not.toBe(creator.userId);
});

describe('every endpoint of the own channel', () => {
  const CALLS: [method: string, path: string, body?: object][] = [
    ['POST', 'stream/create', {}],
    ['GET', 'stream/past'],
    ['POST', 'stream/ingress', { ingressType: 'RTMP' }],
    ['DELETE', 'stream/ingress'],
    ['GET', 'stream/info'],
    ['PUT', 'stream/info', {}],
    ['GET', 'stream/credentials'],
    ['PUT', 'stream/chat-settings', {}],
    ['GET', 'stream/status'],
    ['POST', 'stream/creator-token', {}],
    ['POST', 'stream/thumbnail'],
    ['GET', 'stream/moderators'],
    ['PUT', `stream/moderators/${newId()}`],
    ['DELETE', `stream/moderators/${newId()}`],
  ];

  it.each(CALLS)('%s %s is only for approved creators', async (method, path, body) => {
    expect((await client().call(method, path, { body })).status).toBe(401);
    const viewer = await asViewer();
    expect(await viewer.call(method, path, { body })).toMatchObject({
      status: 403,
      error: { code: 'CREATOR_APPROVAL_REQUIRED' },
    });
  });
});
