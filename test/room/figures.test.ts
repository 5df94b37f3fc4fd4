/** What counts: from the stream's start on, without its creator, and by whom it ranks and is rewarded. */
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { afterEach, describe, expect, it } from 'vitest';
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
import type { RoomViewer } from '@/contracts/room';
import { GUESTS_RANKED_MAX } from '@/room/figures';
import { StreamRoom } from '@/room/stream-room';
import { newId } from '@/shared/ids';
import { MINUTE_MS } from '@/shared/time';

afterEach(startClock);

const joinFrom = (roomId: string, viewer: RoomViewer, address: string) =>
  joinRoom(roomId, viewer, { pass: { ...passFor(roomId, viewer), address } });

async function openWaitingRoom() {
  const opened = await openRoom({ status: 'scheduled', startedAt: null });
  return {
    ...opened,
    start: () => opened.change({ status: 'live', startedAt: Date.now() }),
    end: () => opened.change({ status: 'ended', endedAt: Date.now() }),
  };
}

describe('figures', () => {
  it('begin when the stream does: a waiting room and a stream of 48 ms are 48 ms of each viewer', async () => {
    const tick = stopClock();
    const { roomId, room, start, end } = await openWaitingRoom();
    const gone = await joinRoom(roomId);
    for (let index = 0; index < 20; index += 1) await joinRoom(roomId);
    await gone.ask({ type: 'leave-session' });
    tick(30 * MINUTE_MS);
    expect(await room.figures()).toMatchObject({ viewerCount: 20, uniqueViewers: 0, peakViewers: 0, watchSeconds: 0 });
    await start();
    tick(48);
    await end();
    tick(10 * MINUTE_MS);
    expect(await room.figures()).toMatchObject({
      uniqueViewers: 20,
      peakViewers: 20,
      watchSeconds: 1,
      rewardedSeconds: 0,
    });
    expect((await room.figures()).viewerCurve).toEqual([[expect.any(Number), 20]]);
  });

  it('count no message and no reaction of the waiting room', async () => {
    const { roomId, room, start } = await openWaitingRoom();
    const client = await joinRoom(roomId);
    await client.say('When does it begin?');
    await client.ask({ type: 'send-reaction', reaction: 'heart' });
    const tick = stopClock(-1_000);
    await start();
    await client.say('There they are');
    expect(await client.ask({ type: 'send-reaction', reaction: 'clap' })).toMatchObject({ type: 'ack' });
    tick(1);
    expect(await room.figures()).toMatchObject({ messages: 1, reactions: { clap: 1 } });
  });

  it('of a stream that never began are none', async () => {
    const { roomId, room, change } = await openWaitingRoom();
    await joinRoom(roomId);
    await change({ status: 'cancelled' });
    expect(await room.figures()).toMatchObject({ uniqueViewers: 0, peakViewers: 0, watchSeconds: 0, viewerCurve: [] });
  });

  it('leave the creator out: a seat of theirs is no viewer', async () => {
    const tick = stopClock();
    const { roomId, room, setup } = await openRoom();
    const creator = aUser({ creator: true }, setup.creatorId);
    await joinRoom(roomId, creator);
    await joinRoom(roomId, creator);
    tick(MINUTE_MS);
    const none = { viewerCount: 0, uniqueViewers: 0, peakViewers: 0, watchSeconds: 0, rewardedSeconds: 0 };
    expect(await room.figures()).toMatchObject(none);
    expect(await room.viewers()).toMatchObject({ users: [{ id: creator.id }], guests: 0, total: 0 });
    const watcher = await joinRoom(roomId);
    expect(await watcher.next('viewer-count')).toMatchObject({ viewerCount: 1 });
    expect(await room.viewerCount()).toBe(1);
  });

  it('reward the time of verified users alone', async () => {
    const tick = stopClock();
    const { roomId, room } = await openRoom();
    await joinRoom(roomId, aUser());
    await joinRoom(roomId, aUser({ verified: false }));
    await joinRoom(roomId, aGuest());
    tick(MINUTE_MS);
    expect(await room.figures()).toMatchObject({ uniqueViewers: 3, watchSeconds: 180, rewardedSeconds: 60 });
  });

  it('show all guests of one address, and rank them as five', async () => {
    const tick = stopClock();
    const { roomId, room } = await openRoom();
    for (let index = 0; index < 8; index += 1) await joinFrom(roomId, aGuest(), 'a school');
    for (let index = 0; index < 2; index += 1) await joinFrom(roomId, aGuest(), 'a home');
    await joinRoom(roomId, aGuest());
    await joinRoom(roomId, aUser());
    tick(MINUTE_MS);
    expect(await room.figures()).toMatchObject({
      ...{ viewerCount: 12, uniqueViewers: 12, peakViewers: 12 },
      rankingPeak: GUESTS_RANKED_MAX + 2 + 1 + 1,
    });
  });

  it('of 200,000 stays are exact', async () => {
    const { roomId, room, stub, change, setup } = await openRoom();
    const since = setup.startedAt ?? 0;
    await runInDurableObject(stub, (_room, state) => {
      state.storage.sql.exec(
        `WITH RECURSIVE n(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM n WHERE n < 199999)
         INSERT INTO intervals (id, viewer, joined_at, left_at, is_verified, address)
         SELECT printf('p%06d', n), iif(n % 2, 'user:', 'guest:') || printf('%036d', n % 100000), ?1 + n % 100000,
           ?1 + n % 100000 + 60000, n % 2, iif(n % 2, NULL, 'address-' || (n % 1000)) FROM n`,
        since,
      );
    });
    await change({ status: 'ended', endedAt: since + 160_000 });
    const figures = await room.figures();
    // One comes each millisecond, a user or a guest, in two tabs and for a minute: so 60,000 are in at once.
    expect(figures).toMatchObject({ uniqueViewers: 100_000, watchSeconds: 6_000_000, rewardedSeconds: 3_000_000 });
    expect(figures.peakViewers).toBe(60_000);
    expect(figures.rankingPeak).toBe(30_000 + 500 * GUESTS_RANKED_MAX);
    expect(await inStorage(roomId, 'SELECT count(*) AS count FROM intervals')).toEqual([{ count: 200_000 }]);
  });
});

describe('a viewer who disappears', () => {
  it('in silence is counted until the room last heard from them', async () => {
    const tick = stopClock();
    const { roomId, room, stub } = await openRoom();
    const client = await joinRoom(roomId);
    tick(20_000);
    await client.say('still here');
    tick(95_000);
    await runDurableObjectAlarm(stub);
    expect(await client.closed()).toEqual({ code: 1001, reason: 'SILENT' });
    expect(await room.figures()).toMatchObject({ viewerCount: 0, watchSeconds: 20 });
  });

  it('with the connection is counted until then too, and one who leaves until they leave', async () => {
    const tick = stopClock();
    const { roomId, room, stub } = await openRoom();
    const lost = await joinRoom(roomId);
    await lost.welcome();
    tick(40_000);
    await runInDurableObject(stub, async (object, state) => {
      if (!(object instanceof StreamRoom)) throw new Error('It is no room');
      for (const socket of state.getWebSockets()) await object.webSocketClose(socket, 1006, '', false);
    });
    expect(await room.figures()).toMatchObject({ viewerCount: 0, watchSeconds: 0 });
    const leaving = await joinRoom(roomId);
    tick(40_000);
    leaving.leave();
    await leaving.closed();
    await eventually(async () => expect(await room.figures()).toMatchObject({ viewerCount: 0, watchSeconds: 40 }));
  });

  it('with the connection a few seconds after a frame is counted until that frame', async () => {
    const tick = stopClock();
    const { roomId, room, stub } = await openRoom();
    const client = await joinRoom(roomId);
    tick(5_000);
    await client.say('still here');
    tick(5_000);
    await runInDurableObject(stub, async (object, state) => {
      if (!(object instanceof StreamRoom)) throw new Error('It is no room');
      for (const socket of state.getWebSockets()) await object.webSocketClose(socket, 1006, '', false);
    });
    expect(await room.figures()).toMatchObject({ viewerCount: 0, watchSeconds: 5 });
  });

  it('by leaving while the room sleeps is counted until then', async () => {
    const tick = stopClock();
    const { roomId, room, stub } = await openRoom();
    const [first] = [await joinRoom(roomId), await joinRoom(roomId)];
    tick(30_000);
    await evictDurableObject(stub);
    first?.leave();
    await first?.closed();
    tick(30_000);
    await eventually(async () => expect(await room.figures()).toMatchObject({ viewerCount: 1, watchSeconds: 90 }));
  });

  it('in a crash is not counted on by what is written after it', async () => {
    const tick = stopClock();
    const { roomId, room, stub } = await openRoom();
    await joinRoom(roomId);
    tick(60_000);
    await runDurableObjectAlarm(stub);
    await evictDurableObject(stub, { webSockets: 'close' });
    tick(600_000);
    await room.say(aUser(), { clientId: newId(), text: 'Is anybody here?' });
    await joinRoom(roomId);
    expect(await room.figures()).toMatchObject({ viewerCount: 1, uniqueViewers: 2, watchSeconds: 60 });
  });
});
