import { evictDurableObject, runDurableObjectAlarm } from 'cloudflare:test';
import { afterEach, describe, expect, it } from 'vitest';
import { aGuest, aUser, eventually, inStorage, joinRoom, openRoom, startClock, stopClock } from '#test/support/rooms';

afterEach(startClock);

describe('viewer counts', () => {
  it('are distinct users and guests with an open socket', async () => {
    const { roomId, room } = await openRoom();
    const [user, guest] = [aUser(), aGuest()];
    const tabs = [await joinRoom(roomId, user), await joinRoom(roomId, user)];
    await joinRoom(roomId, guest);
    const watcher = await joinRoom(roomId);
    expect(await watcher.welcome()).toMatchObject({ viewerCount: 2 });
    tabs[0]?.leave();
    tabs[0]?.leave();
    await eventually(async () => expect(await openIntervals(roomId)).toBe(3));
    expect(await room.figures()).toMatchObject({ viewerCount: 3, uniqueViewers: 3 });
    tabs[1]?.leave();
    await eventually(async () => expect(await room.figures()).toMatchObject({ viewerCount: 2, uniqueViewers: 3 }));
    expect(await room.viewers()).toMatchObject({ total: 2, guests: 1, users: [{ id: watcher.viewer.id }] });
  });

  it('go out when they change, at most once a second, and end with the true one', async () => {
    const tick = stopClock();
    const { roomId } = await openRoom();
    const watcher = await joinRoom(roomId);
    const counts = async () => {
      await watcher.ask({ type: 'send-reaction', reaction: 'like' }); // its ack comes with a frame
      return watcher.eventsOf('viewer-count').map(({ viewerCount }) => viewerCount);
    };
    expect(await counts()).toEqual([1]);
    const guests = [];
    for (let index = 0; index < 5; index += 1) {
      tick(150);
      guests.push(await joinRoom(roomId, aGuest()));
      expect(await counts()).toEqual([1]);
    }
    await guests[0]?.leave();
    await guests[0]?.closed();
    tick(250);
    expect(await counts()).toEqual([1, 5]);
  });

  it('are right after an eviction and after a crash that took the sockets', async () => {
    const { roomId, room, stub } = await openRoom();
    const viewer = aUser();
    await joinRoom(roomId, viewer);
    await joinRoom(roomId, aGuest());
    await evictDurableObject(stub);
    expect(await room.figures()).toMatchObject({ viewerCount: 2, uniqueViewers: 2 });
    await evictDurableObject(stub, { webSockets: 'close' });
    expect(await room.figures()).toMatchObject({ viewerCount: 0, uniqueViewers: 2 });
    const back = await joinRoom(roomId, viewer);
    expect(await back.welcome()).toMatchObject({ viewerCount: 0 });
    expect(await room.figures()).toMatchObject({ viewerCount: 1, uniqueViewers: 2 });
  });

  it('go down when a viewer leaves over HTTP', async () => {
    const { roomId, room } = await openRoom();
    const client = await joinRoom(roomId);
    await room.leave(client.viewer);
    expect(await client.closed()).toEqual({ code: 1000, reason: 'LEFT' });
    expect(await room.viewers()).toMatchObject({ total: 0 });
    await room.leave(client.viewer);
  });
});

describe("the minute's alarm", () => {
  it('closes sockets that were silent for 90 seconds and keeps those that ping or talk', async () => {
    const tick = stopClock(120_000);
    const { roomId, room, stub } = await openRoom();
    const [silent, talking, pinging] = [await joinRoom(roomId), await joinRoom(roomId), await joinRoom(roomId)];
    tick(60_000);
    await runDurableObjectAlarm(stub);
    await talking.say('still here');
    pinging.send('{"type":"ping"}');
    await pinging.next('pong');
    await evictDurableObject(stub);
    tick(60_000);
    await runDurableObjectAlarm(stub);
    expect(await silent.closed()).toEqual({ code: 1001, reason: 'SILENT' });
    expect(await room.viewers()).toMatchObject({ total: 2 });
    expect([talking.isOpen(), pinging.isOpen()]).toEqual([true, true]);
  });

  it('ends a stay that a crash left open where the room last knew of it', async () => {
    const tick = stopClock();
    const { roomId, room, stub } = await openRoom();
    await joinRoom(roomId);
    tick(60_000);
    await runDurableObjectAlarm(stub);
    tick(20_000);
    await evictDurableObject(stub, { webSockets: 'close' });
    tick(600_000);
    await runDurableObjectAlarm(stub);
    expect(await room.figures()).toMatchObject({ viewerCount: 0, uniqueViewers: 1, watchSeconds: 60 });
    expect(await openIntervals(roomId)).toBe(0);
  });

  it('is not set while nobody is there', async () => {
    const tick = stopClock();
    const { roomId, stub } = await openRoom();
    const client = await joinRoom(roomId);
    client.leave();
    await eventually(async () => expect(await openIntervals(roomId)).toBe(0));
    tick(60_000);
    await runDurableObjectAlarm(stub);
    expect(await inStorage(roomId, `SELECT what FROM due WHERE what = 'sweep'`)).toEqual([]);
  });
});

async function openIntervals(roomId: string): Promise<number> {
  const [row] = await inStorage<{ open: number }>(
    roomId,
    'SELECT count(*) AS open FROM intervals WHERE left_at IS NULL',
  );
  return row?.open ?? 0;
}
