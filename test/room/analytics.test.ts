/** A session's figures: what its creator sees while it runs, and that the end agrees with a replay of the room's log. */
import { runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { eq } from 'drizzle-orm';
import { afterEach, describe, expect, it } from 'vitest';
import { testContext } from '#test/support/context';
import { giveCoins, once } from '#test/support/money';
import {
  aGuest,
  aUser,
  eventually,
  inStorage,
  joinRoom,
  openRoom,
  passFor,
  startClock,
  stopClock,
} from '#test/support/rooms';
import { aStream } from '#test/support/streams';
import { asCreator, asViewer } from '#test/support/users';
import type { RoomViewer } from '@/contracts/room';
import type { Arrival } from '@/contracts/room-figures';
import { streams } from '@/domains/live/streams/tables';
import { MINUTE_MS } from '@/shared/time';

afterEach(startClock);

/** A live room whose stream stands in D1. */
async function openStream(policy = {}) {
  const creator = await asCreator();
  const opened = await openRoom({ creatorId: creator.userId });
  if (Object.keys(policy).length > 0) await opened.change({ policy: { ...opened.setup.policy, ...policy } });
  await aStream(creator, { id: opened.roomId, startedAt: opened.setup.startedAt });
  return {
    ...opened,
    creator,
    enter: () => joinRoom(opened.roomId, aUser({ creator: true }, creator.userId)),
    read: async (part = '') => (await creator.get(`sessions/${opened.roomId}/analytics${part}`)).data,
  };
}

/** As ending it does, apart from its room. */
async function endInD1(id: string, endedAt: number): Promise<void> {
  await testContext().db.update(streams).set({ status: 'ended', endedAt }).where(eq(streams.id, id));
}

const joinAs = (roomId: string, viewer: RoomViewer, arrival: Arrival) =>
  joinRoom(roomId, viewer, { pass: { ...passFor(roomId, viewer), arrival } });

interface Entry {
  readonly at: number;
  readonly body: string;
  readonly [field: string]: SqlStorageValue;
}
interface Stay {
  readonly viewer: string;
  readonly joined_at: number;
  readonly left_at: number | null;
  readonly [field: string]: SqlStorageValue;
}

/** Counts by hand what the room's log and its viewers' stays say. */
async function replay(roomId: string, creatorId: string, since: number, until: number) {
  const entries = await inStorage<Entry>(roomId, 'SELECT at, body FROM events ORDER BY seq');
  const events = entries
    .filter(({ at }) => at >= since && at <= until)
    .map(({ at, body }) => ({ ...(JSON.parse(body) as { type: string; userId: string; coins: number }), at }));
  const of = (type: string) => events.filter((event) => event.type === type);
  const minuteOf = (at: number) => new Date(Math.floor(at / MINUTE_MS) * MINUTE_MS).toISOString();
  const minutes = [...new Set(events.map(({ at }) => minuteOf(at)))].sort();
  const stays = await inStorage<Stay>(roomId, `SELECT * FROM intervals WHERE viewer <> 'user:${creatorId}'`);
  const secondsOf = (viewer: string) => {
    let seconds = 0;
    for (let ms = since; ms < until; ms += 1_000)
      if (stays.some((stay) => stay.viewer === viewer && stay.joined_at <= ms && ms < (stay.left_at ?? until)))
        seconds += 1;
    return seconds;
  };
  const viewers = [...new Set(stays.map(({ viewer }) => viewer))];
  const seconds = viewers.map(secondsOf);
  return {
    summary: {
      uniqueViewers: viewers.length,
      users: viewers.filter((viewer) => viewer.startsWith('user:')).length,
      watchSeconds: seconds.reduce((sum, one) => sum + one, 0),
      messages: of('new-message').length,
      chatters: new Set(of('new-message').flatMap(({ userId }) => (userId === creatorId ? [] : [userId]))).size,
      gifts: { count: of('gift-sent').length, coins: of('gift-sent').reduce((sum, { coins }) => sum + coins, 0) },
    },
    engagement: minutes
      .map((at) => {
        const here = (type: string) => of(type).filter((event) => minuteOf(event.at) === at);
        const gifts = here('gift-sent');
        return {
          at,
          messages: here('new-message').length,
          gifts: gifts.length,
          coins: gifts.reduce((sum, { coins }) => sum + coins, 0),
        };
      })
      .filter(({ messages, gifts }) => messages + gifts > 0),
    retention: Array.from({ length: Math.floor(Math.max(...seconds) / 60) + 1 }, (_, minute) => ({
      minute,
      bps: Math.round((seconds.filter((one) => one >= minute * 60).length / viewers.length) * 10_000),
    })),
  };
}

describe('the figures of a session', () => {
  it('equal what a replay of the room’s log gives, while it is live, at the end and once its room is gone', async () => {
    const tick = stopClock();
    const { roomId, stub, room, creator, change, setup, enter, read } = await openStream();
    const [giver, writer] = [await asViewer(), aUser()];
    await giveCoins(giver.userId, 1_000);
    const host = await enter();
    const [first, guest] = [await joinRoom(roomId, writer), await joinRoom(roomId, aGuest())];
    await first.say('Hello');
    await host.say('Welcome, all of you');
    await guest.ask({ type: 'send-reaction', reaction: 'heart' });
    const tip = (coins: number) => giver.post('payment/tip', { streamId: roomId, coins }, once());
    expect((await tip(100)).status).toBe(201);
    await eventually(() => expect(host.eventsOf('gift-sent')).toHaveLength(1));
    tick(70_000);
    const second = await joinRoom(roomId, aUser());
    await second.say('What did I miss?');
    await read(); // what is counted now is not counted again
    await room.say(aUser(), { clientId: crypto.randomUUID(), text: 'Written without a socket' });
    await first.ask({ type: 'leave-session' });
    expect((await tip(50)).status).toBe(201);
    await eventually(() => expect(host.eventsOf('gift-sent')).toHaveLength(2));
    const since = setup.startedAt ?? 0;
    const live = await replay(roomId, creator.userId, since, Date.now());
    expect(await read()).toMatchObject({ live: true, endedAt: null, ...live.summary });
    tick(65_000);
    await second.say('Is this the end?');
    await joinRoom(roomId, writer);
    tick(30_000);
    const endedAt = Date.now();
    await change({ status: 'ended', endedAt });
    await runDurableObjectAlarm(stub);
    await endInD1(roomId, endedAt);
    const end = await replay(roomId, creator.userId, since, endedAt);
    const summary = await read();
    expect(summary).toMatchObject({ live: false, endedAt: new Date(endedAt).toISOString(), ...end.summary });
    expect(summary).toMatchObject({
      ...{ uniqueViewers: 3, users: 2, guests: 1, peakViewers: 2, messages: 5, chatters: 3, reactions: { heart: 1 } },
      gifts: { count: 2, coins: 150, diamonds: expect.any(Number) },
    });
    const engagement = await read('/engagement');
    expect(engagement.points).toMatchObject(end.engagement);
    expect(engagement.points.map(({ reactions }: { reactions: number }) => reactions)).toEqual([1, 0, 0]);
    expect((await read('/viewers')).retention).toEqual(end.retention);
    await runInDurableObject(stub, (_room, state) => state.storage.deleteAll());
    expect(await read()).toEqual(summary);
  });

  it('count a message that still waits because chat is delayed, and one whose text was deleted', async () => {
    const tick = stopClock();
    const { roomId, room, change, stub, read } = await openStream({ chatDelaySeconds: 30 });
    const client = await joinRoom(roomId);
    await client.say('Soon');
    tick(1_000);
    expect(await room.figures()).toMatchObject({
      messages: 1,
      chatters: 1,
      activity: [[expect.any(Number), 1, 0, 0, 0]],
    });
    tick(40_000);
    await runDurableObjectAlarm(stub);
    const { id } = await client.next('new-message');
    await room.deleteMessage(id, client.viewer.id, false);
    expect(await room.figures()).toMatchObject({ messages: 1, chatters: 1 });
    await change({ status: 'ended', endedAt: Date.now() });
    await runDurableObjectAlarm(stub);
    expect(await read()).toMatchObject({ messages: 1, chatters: 1 });
  });

  it('leave out what was written in the waiting room, also in the minute of the start', async () => {
    const tick = stopClock();
    const { roomId, room, change } = await openRoom({ status: 'scheduled', startedAt: null });
    const client = await joinRoom(roomId);
    await client.say('When does it begin?');
    tick(1_000);
    await change({ status: 'live', startedAt: Date.now() });
    await (await joinRoom(roomId)).say('There they are');
    expect(await room.figures()).toMatchObject({ messages: 1, chatters: 1 });
  });

  it('leave out what was written after the end, though it was counted before the room heard of the end', async () => {
    const tick = stopClock();
    const { roomId, room, change } = await openStream();
    const client = await joinRoom(roomId);
    await client.say('Bye');
    const endedAt = Date.now();
    tick(2_000);
    await (await joinRoom(roomId)).say('Is it over?');
    expect(await room.figures()).toMatchObject({ messages: 2, chatters: 2 });
    await change({ status: 'ended', endedAt });
    expect(await room.figures()).toMatchObject({ messages: 1, chatters: 1, uniqueViewers: 1 });
  });

  it('name how viewers came: as followers, for the first time or again, and from where', async () => {
    const { roomId, room } = await openStream();
    const [fan, stranger] = [aUser({ follower: true }), aUser()];
    await joinAs(roomId, fan, { source: 'following', returning: true });
    await joinAs(roomId, fan, { source: 'search', returning: true }); // a second tab
    const found = await joinAs(roomId, stranger, { source: 'recommended', returning: false });
    await joinRoom(roomId, aGuest());
    const again = await found.resumePass();
    await found.ask({ type: 'leave-session' });
    await joinRoom(roomId, stranger, { pass: again });
    const { audience } = await room.figures();
    expect(audience).toEqual({
      ...{ followers: 1, newUsers: 1, returningUsers: 1 },
      sources: { following: 1, search: 0, recommended: 1, link: 1 },
    });
    expect(again.arrival).toEqual({ source: 'recommended', returning: false });
  });
});

describe('the creator of a live stream', () => {
  it('gets the figures on entering, and nobody else does', async () => {
    stopClock();
    const { roomId, enter } = await openStream();
    const viewer = await joinRoom(roomId);
    await viewer.say('Hello');
    const creator = await enter();
    expect(await creator.next('analytics')).toEqual({
      ...{ type: 'analytics', streamId: roomId, live: true, startedAt: expect.any(String), endedAt: null },
      ...{ viewerCount: 1, uniqueViewers: 1, users: 1, guests: 0 },
      ...{ peakViewers: 1, peakAt: expect.any(String), averageViewers: 0, watchSeconds: 0, averageWatchSeconds: 0 },
      ...{ messages: 1, chatters: 1, reactions: {}, gifts: { count: 0, coins: 0 }, productClicks: 0 },
    });
    expect(viewer.eventsOf('analytics')).toEqual([]);
  });

  it('gets them again after five seconds if something has changed', async () => {
    const tick = stopClock();
    const { roomId, enter, change, setup } = await openStream();
    const creator = await enter();
    await creator.next('analytics');
    const viewer = await joinRoom(roomId);
    await creator.next('viewer-count');
    await viewer.say('Too early to be counted for the creator');
    expect(creator.eventsOf('analytics')).toHaveLength(1);
    tick(5_000);
    const other = await enter(); // and in another tab at once
    expect(await other.next('analytics')).toMatchObject({ viewerCount: 1, messages: 1 });
    expect(creator.eventsOf('analytics')).toHaveLength(2);
    await change({ policy: { ...setup.policy, slowModeSeconds: 5 } });
    await creator.next('room-policy');
    expect(creator.eventsOf('analytics')).toHaveLength(2);
  });

  it('gets none of a waiting room, and none after the end', async () => {
    const creator = await asCreator();
    const { roomId, change } = await openRoom({ creatorId: creator.userId, status: 'scheduled', startedAt: null });
    const host = await joinRoom(roomId, aUser({ creator: true }, creator.userId));
    await joinRoom(roomId);
    await host.next('viewer-count');
    await change({ status: 'live', startedAt: Date.now() });
    expect(await host.next('analytics')).toMatchObject({ viewerCount: 1, peakViewers: 1 });
    await change({ status: 'ended', endedAt: Date.now() });
    await host.next('stream-ended');
    expect(host.eventsOf('analytics')).toHaveLength(1);
  });
});
