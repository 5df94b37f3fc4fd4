import { evictDurableObject, runDurableObjectAlarm } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { eq } from 'drizzle-orm';
import { afterEach, describe, expect, it } from 'vitest';
import { testContext } from '#test/support/context';
import {
  aGift,
  aGuest,
  aUser,
  eventually,
  inStorage,
  joinRoom,
  openRoom,
  roomOf,
  startClock,
  stopClock,
} from '#test/support/rooms';
import { aStream } from '#test/support/streams';
import { asCreator } from '#test/support/users';
import type { RoomEventBody } from '@/contracts/room-command';
import { recordViewerCount } from '@/domains/live/rooms/figures';
import { streamAnalytics, streamLive } from '@/domains/live/rooms/tables';
import { streams } from '@/domains/live/streams/tables';
import { newId } from '@/shared/ids';
import { DAY_MS } from '@/shared/time';

afterEach(startClock);

/** A live room whose stream stands in D1. */
async function openStream() {
  const creator = await asCreator();
  const opened = await openRoom({ creatorId: creator.userId });
  await aStream(creator, { id: opened.roomId });
  const { db } = testContext();
  return {
    ...opened,
    liveCount: async () =>
      (await db.select().from(streamLive).where(eq(streamLive.streamId, opened.roomId)))[0]?.viewerCount,
    analytics: () => db.select().from(streamAnalytics).where(eq(streamAnalytics.streamId, opened.roomId)),
    peak: async () => (await db.select().from(streams).where(eq(streams.id, opened.roomId)))[0]?.peakViewers,
  };
}

describe('while live', () => {
  it('the room tells D1 its count: when it changes, at most every ten seconds, and each minute', async () => {
    const tick = stopClock();
    const { roomId, stub, liveCount } = await openStream();
    const first = await joinRoom(roomId);
    await runDurableObjectAlarm(stub);
    await eventually(async () => expect(await liveCount()).toBe(1));
    tick(2_000);
    const second = await joinRoom(roomId);
    await second.next('viewer-count', ({ viewerCount }) => viewerCount === 2);
    await runDurableObjectAlarm(stub);
    expect(await liveCount()).toBe(1);
    tick(8_000);
    await runDurableObjectAlarm(stub);
    expect(await liveCount()).toBe(2);
    first.leave();
    await first.closed();
    tick(60_000);
    second.send('{"type":"ping"}');
    await second.next('pong');
    await runDurableObjectAlarm(stub);
    expect(await liveCount()).toBe(1);
  });
});

it('a count that reaches D1 after the end changes nothing', async () => {
  const { roomId, liveCount } = await openStream();
  const ctx = testContext();
  await recordViewerCount(ctx, roomId, 3);
  expect(await liveCount()).toBe(3);
  await ctx.db.update(streams).set({ status: 'ended' }).where(eq(streams.id, roomId));
  await recordViewerCount(ctx, roomId, 9);
  expect(await liveCount()).toBe(3);
});

describe('when the stream ends', () => {
  it('everybody hears it, nobody writes, and the sockets close half a minute later', async () => {
    const tick = stopClock();
    const { roomId, room, stub, change } = await openStream();
    const client = await joinRoom(roomId);
    const endedAt = Date.now();
    await change({ status: 'ended', endedAt });
    expect(await client.next('stream-ended')).toMatchObject({ streamId: roomId, seq: 2 });
    expect(await client.say('encore')).toMatchObject({ code: 'ROOM_CLOSED' });
    expect(await room.say(aUser(), { clientId: newId(), text: 'encore' })).toMatchObject({ code: 'ROOM_CLOSED' });
    expect(await (await joinRoom(roomId)).closed()).toMatchObject({ code: 4404 });
    tick(29_000);
    await runDurableObjectAlarm(stub);
    expect(client.isOpen()).toBe(true);
    tick(1_000);
    await runDurableObjectAlarm(stub);
    expect(await client.closed()).toEqual({ code: 4404, reason: 'ROOM_CLOSED' });
    await change({ status: 'ended' });
    expect((await room.history(null, 10)).messages).toEqual([]);
    expect(client.eventsOf('stream-ended')).toHaveLength(1);
  });

  it('the true figures go to D1, once, whatever happens around it', async () => {
    const tick = stopClock();
    const { roomId, room, stub, change, analytics, peak } = await openStream();
    const viewer = aUser();
    const [one, tab, guest] = [
      await joinRoom(roomId, viewer),
      await joinRoom(roomId, viewer),
      await joinRoom(roomId, aGuest()),
    ];
    await one.say('hello');
    await guest.ask({ type: 'send-reaction', reaction: 'heart' });
    tick(30_000);
    guest.leave();
    await guest.closed();
    await eventually(async () => expect((await room.viewers()).total).toBe(1));
    tick(1_000);
    const late = await joinRoom(roomId);
    tick(29_000);
    await change({ status: 'ended', endedAt: Date.now() });
    await runDurableObjectAlarm(stub);
    tick(30_000);
    await runDurableObjectAlarm(stub);
    await Promise.all([one, tab, late].map((client) => client.closed()));
    await evictDurableObject(stub);
    const figures = await room.figures();
    expect(figures).toMatchObject({
      viewerCount: 0,
      uniqueViewers: 3,
      peakViewers: 2,
      watchSeconds: 60 + 30 + 29,
      messages: 1,
      reactions: { heart: 1 },
    });
    const { uniqueViewers, peakViewers, rankingPeak, watchSeconds, rewardedSeconds, messages } = figures;
    const { reactions, viewerCurve } = figures;
    expect(await analytics()).toEqual([
      {
        ...{ streamId: roomId, uniqueViewers, peakViewers, rankingPeak, watchSeconds, rewardedSeconds, messages },
        ...{ reactions, viewerCurve, createdAt: expect.any(Number) },
      },
    ]);
    expect(await peak()).toBe(2);
  });

  it('a stay that a crash left open does not grow until the end', async () => {
    const tick = stopClock();
    const { roomId, stub, change, analytics } = await openStream();
    await joinRoom(roomId);
    tick(60_000);
    await runDurableObjectAlarm(stub);
    await evictDurableObject(stub, { webSockets: 'close' });
    tick(20_000); // the minute's alarm has not found it yet
    await change({ status: 'ended', endedAt: Date.now() });
    await runDurableObjectAlarm(stub);
    expect(await analytics()).toMatchObject([{ uniqueViewers: 1, watchSeconds: 60 }]);
  });

  it('a D1 that fails is tried again a minute later', async () => {
    const tick = stopClock();
    const { roomId, stub, change, analytics } = await openStream();
    await joinRoom(roomId);
    await env.DB.exec('ALTER TABLE stream_analytics RENAME TO stream_analytics_away');
    await change({ status: 'ended', endedAt: Date.now() });
    await runDurableObjectAlarm(stub);
    await env.DB.exec('ALTER TABLE stream_analytics_away RENAME TO stream_analytics');
    expect(await analytics()).toEqual([]);
    tick(60_000);
    await runDurableObjectAlarm(stub);
    expect(await analytics()).toMatchObject([{ uniqueViewers: 1 }]);
  });

  it('thirty days later its log is in R2, without a word or a name, and its storage empty', async () => {
    const tick = stopClock();
    const { roomId, room, stub, change } = await openStream();
    const writer = aUser();
    await room.say(writer, { clientId: newId(), text: 'not kept for ever' });
    await room.moderate(newId(), { action: 'timeout', userId: writer.id, seconds: 60, reason: 'Rude' });
    await room.apply(newId(), { type: 'event', event: aGift(writer) });
    const later = { type: 'of-a-later-version', who: writer.username } as unknown as RoomEventBody; // of another version
    await room.apply(newId(), { type: 'event', event: later });
    await change({ status: 'ended', endedAt: Date.now() });
    await runDurableObjectAlarm(stub);
    tick(30 * DAY_MS - 1);
    await runDurableObjectAlarm(stub);
    const key = `room-logs/${roomId}.ndjson`;
    expect(await env.MEDIA.head(key)).toBeNull();
    tick(1);
    await runDurableObjectAlarm(stub);
    const log = await (await env.MEDIA.get(key))?.text();
    const lines =
      log
        ?.trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)) ?? [];
    const at = expect.stringMatching(/^\d{4}-/);
    expect(lines).toEqual([
      { seq: 1, at, type: 'stream-started', startedAt: at },
      { seq: 2, at, type: 'new-message', id: expect.any(String), deleted: false },
      { seq: 3, at, type: 'user-timed-out', until: at },
      { seq: 4, at, type: 'gift-sent', id: expect.any(String), quantity: 1, coins: 10 },
      { seq: 5, at, type: 'of-a-later-version' },
      { seq: 6, at, type: 'stream-ended', endedAt: at },
    ]);
    expect(await inStorage(roomId, `SELECT name FROM sqlite_master WHERE name = 'events'`)).toEqual([]);
    expect(await runDurableObjectAlarm(stub)).toBe(false);
    expect(await roomOf(roomId).history(null, 10)).toEqual({ messages: [], nextBefore: null });
    expect(await (await joinRoom(roomId)).closed()).toMatchObject({ code: 4404 });
  });

  it('its log is not written again when D1 fails before its storage may go', async () => {
    const tick = stopClock();
    const { roomId, stub, change } = await openStream();
    await change({ status: 'ended', endedAt: Date.now() });
    await runDurableObjectAlarm(stub);
    const log = async () => (await env.MEDIA.head(`room-logs/${roomId}.ndjson`))?.version;
    await env.DB.exec('ALTER TABLE room_traces RENAME TO room_traces_away');
    tick(30 * DAY_MS);
    await runDurableObjectAlarm(stub);
    await env.DB.exec('ALTER TABLE room_traces_away RENAME TO room_traces');
    const written = await log();
    expect(written).toEqual(expect.any(String));
    expect(await inStorage(roomId, 'SELECT seq FROM events')).toHaveLength(2);
    tick(60_000);
    await runDurableObjectAlarm(stub);
    expect(await log()).toBe(written);
    expect(await inStorage(roomId, `SELECT name FROM sqlite_master WHERE name = 'events'`)).toEqual([]);
  });
});
