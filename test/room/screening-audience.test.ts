import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { afterEach, describe, expect, it } from 'vitest';
import { aUser, type Client, eventually, joinRoom, openRoom, startClock, stopClock } from '#test/support/rooms';
import { aVideo, openHall, positionOf } from '#test/support/screenings';

afterEach(startClock);

const says = (client: Client, state: string) => client.ask({ type: 'cinema-state', state });

/** A screening that has run for ten seconds, with its host and two viewers. */
async function aShowing(choices: Parameters<typeof openHall>[0] = {}) {
  const tick = stopClock();
  const hall = await openHall(choices);
  const [mine, one, other] = [
    await joinRoom(hall.roomId, hall.host),
    await joinRoom(hall.roomId),
    await joinRoom(hall.roomId),
  ];
  await hall.start();
  tick(10_000);
  const now = async () => {
    const { screening } = await hall.room.program();
    return screening && { isPlaying: screening.isPlaying, at: positionOf(screening), reason: screening.reason };
  };
  return { ...hall, tick, mine, one, other, now };
}

describe('with waitForAll, a viewer who is buffering', () => {
  it('pauses for everyone, until all are ready', async () => {
    const { one, other, mine, tick, now } = await aShowing({ waitForAll: true });
    await says(one, 'buffering');
    await mine.next('cinema-synced', ({ reason, isPlaying, by }) => reason === 'waiting' && !isPlaying && by === null);
    await says(other, 'buffering');
    tick(4_000);
    await says(one, 'ready');
    expect(await now()).toEqual({ isPlaying: false, at: 10_000, reason: 'waiting' });
    await says(other, 'ready');
    tick(1_000);
    expect(await now()).toEqual({ isPlaying: true, at: 11_000, reason: 'ready' });
    expect(mine.eventsOf('cinema-synced').map(({ reason }) => reason)).toEqual(['waiting', 'ready']);
  });

  it('is waited for at most ten seconds, also if the object was evicted meanwhile', async () => {
    const { one, stub, tick, now } = await aShowing({ waitForAll: true });
    await says(one, 'buffering');
    tick(9_900);
    await runDurableObjectAlarm(stub);
    expect(await now()).toMatchObject({ isPlaying: false });
    await evictDurableObject(stub);
    tick(100);
    await runDurableObjectAlarm(stub);
    expect(await now()).toEqual({ isPlaying: true, at: 10_000, reason: 'ready' });
  });

  it('and leaves is not waited for any longer', async () => {
    const { one, now } = await aShowing({ waitForAll: true });
    await says(one, 'buffering');
    one.leave();
    await one.closed();
    await eventually(async () => expect(await now()).toMatchObject({ isPlaying: true, reason: 'ready' }));
  });

  it('cannot make everyone wait again and again', async () => {
    const { one, now } = await aShowing({ waitForAll: true });
    for (let round = 0; round < 2; round += 1) {
      await says(one, 'buffering');
      expect(await now()).toMatchObject({ isPlaying: false });
      await says(one, 'ready');
    }
    await says(one, 'buffering');
    expect(await now()).toMatchObject({ isPlaying: true });
  });

  it('is overruled by who controls the screening', async () => {
    const { one, mine, now } = await aShowing({ waitForAll: true });
    await says(one, 'buffering');
    await mine.ask({ type: 'cinema-sync', positionMs: 10_000, isPlaying: true });
    expect(await now()).toMatchObject({ isPlaying: true, reason: null });
  });

  it('is waited for when a paused video is played', async () => {
    const { one, mine, now } = await aShowing({ waitForAll: true });
    await mine.ask({ type: 'cinema-sync', positionMs: 50_000, isPlaying: false });
    await says(one, 'buffering');
    expect(await now()).toMatchObject({ isPlaying: false, reason: null });
    await mine.ask({ type: 'cinema-sync', positionMs: 50_000, isPlaying: true });
    expect(await now()).toEqual({ isPlaying: false, at: 50_000, reason: 'waiting' });
    await says(one, 'ready');
    expect(await now()).toEqual({ isPlaying: true, at: 50_000, reason: 'ready' });
  });

  it('is waited for no longer once the host turns waiting off', async () => {
    const { one, change, setup, now } = await aShowing({ waitForAll: true });
    await says(one, 'buffering');
    if (setup.userRoom) await change({ userRoom: { ...setup.userRoom, waitForAll: false } });
    expect(await now()).toMatchObject({ isPlaying: true });
  });
});

it('without waitForAll, nobody waits for a viewer who is buffering', async () => {
  const { one, now } = await aShowing();
  await says(one, 'buffering');
  expect(await now()).toMatchObject({ isPlaying: true, at: 10_000 });
});

describe('the viewers', () => {
  it('are everyone in the room, ready unless they say otherwise of this screening', async () => {
    const { room, host, one, other } = await aShowing();
    await says(one, 'buffering');
    await says(other, 'failed');
    expect(await room.screeningViewers()).toEqual({
      users: [
        { id: host.id, state: 'ready' },
        { id: one.viewer.id, state: 'buffering' },
        { id: other.viewer.id, state: 'failed' },
      ],
      guests: 0,
    });
    await room.screen(host, { type: 'queue', queue: [aVideo()] });
    await room.screen(host, { type: 'next', isHost: true });
    expect((await room.screeningViewers())?.users.map(({ state }) => state)).toEqual(['ready', 'ready', 'ready']);
  });

  it('say nothing where nothing runs', async () => {
    const { roomId, room } = await openRoom();
    expect(await says(await joinRoom(roomId), 'ready')).toMatchObject({ code: 'NO_SCREENING' });
    expect(await room.screeningViewers()).toBeNull();
  });
});

describe('a broken link', () => {
  const failures = (client: Client) => client.eventsOf('cinema-failed').map(({ by }) => by);

  it('is told to everyone once, if it fails for the host', async () => {
    const { mine, other, host, room } = await aShowing();
    await says(mine, 'failed');
    await says(mine, 'failed');
    await eventually(() => expect(failures(other)).toEqual([host.id]));
    expect((await room.program()).screening?.failed).toBe(true);
  });

  it.each(['host', 'everyone'] as const)(
    'is told if it fails for more than half, where %s controls',
    async (control) => {
      const { one, other } = await aShowing({ control });
      await says(one, 'failed');
      await one.say('Does it play for you?');
      expect(failures(one)).toEqual([]);
      await says(other, 'failed');
      await eventually(() => expect(failures(one)).toEqual([null]));
    },
  );

  it('of the video before is nothing against the next', async () => {
    const { room, host, mine } = await aShowing();
    const { screening: one } = await room.program();
    await room.screen(host, { type: 'queue', queue: [aVideo({ title: 'Two' })] });
    await room.screen(host, { type: 'next', isHost: true });
    const late = { type: 'cinema-state', state: 'failed', screeningId: one?.id };
    expect(await mine.ask(late)).toMatchObject({ code: 'SCREENING_CHANGED' });
    expect((await room.program()).screening).toMatchObject({ title: 'Two', failed: false });
    expect((await room.screeningViewers())?.users.every(({ state }) => state === 'ready')).toBe(true);
  });

  it('of viewers who control nothing makes the room look nobody up, nor one that is known', async () => {
    const { roomId, mine, one, tick } = await aShowing({ control: 'speakers' });
    const speaker = await joinRoom(roomId, aUser({ speaker: true }));
    tick(61_000);
    // D1 does not know them, so a look would put them out.
    expect(await says(one, 'failed')).toMatchObject({ type: 'ack' });
    await says(mine, 'failed');
    expect(await says(speaker, 'failed')).toMatchObject({ type: 'ack' });
  });

  it('of one speaker in control is told too', async () => {
    const { roomId, one } = await aShowing({ control: 'speakers' });
    const speaker = await joinRoom(roomId, aUser({ speaker: true }));
    await says(speaker, 'failed');
    await eventually(() => expect(failures(one)).toEqual([speaker.viewer.id]));
  });
});

/** Resolves once the room has noticed it: the client may see its socket closed before. */
async function leaves(stub: Awaited<ReturnType<typeof aShowing>>['stub'], host: Client) {
  host.leave();
  await host.closed();
  const awaited = `SELECT count(*) AS tasks FROM due WHERE what = 'screening-host'`;
  const isNoticed = () => runInDurableObject(stub, (_, { storage }) => storage.sql.exec(awaited).one().tasks === 1);
  await eventually(async () => expect(await isNoticed()).toBe(true));
}

describe('a host who is away', () => {
  it('for thirty seconds pauses the screening, also after an eviction', async () => {
    const { mine, one, stub, tick, now } = await aShowing();
    await leaves(stub, mine);
    tick(29_900);
    await runDurableObjectAlarm(stub);
    expect(await now()).toMatchObject({ isPlaying: true });
    await evictDurableObject(stub);
    tick(100);
    await runDurableObjectAlarm(stub);
    expect(await now()).toEqual({ isPlaying: false, at: 40_000, reason: 'host-away' });
    expect(one).toBeDefined();
  });

  it('for less does not, and a later absence counts from its beginning', async () => {
    const { roomId, host, mine, stub, tick, now } = await aShowing();
    await leaves(stub, mine);
    tick(20_000);
    const back = await joinRoom(roomId, host);
    tick(20_000);
    await runDurableObjectAlarm(stub);
    expect(await now()).toMatchObject({ isPlaying: true });
    await leaves(stub, back);
    tick(20_000);
    await runDurableObjectAlarm(stub);
    expect(await now()).toMatchObject({ isPlaying: true });
    tick(10_000);
    await runDurableObjectAlarm(stub);
    expect(await now()).toMatchObject({ isPlaying: false });
  });

  it('pauses it once: who is in control can go on, until the host was here again', async () => {
    const { roomId, host, mine, one, stub, tick, now } = await aShowing({ control: 'everyone' });
    await leaves(stub, mine);
    tick(30_000);
    await runDurableObjectAlarm(stub);
    const goOn = { type: 'cinema-sync', positionMs: 40_000, isPlaying: true };
    expect(await one.ask(goOn)).toMatchObject({ type: 'ack' });
    await joinRoom(roomId);
    tick(30_000);
    await runDurableObjectAlarm(stub);
    expect(await now()).toEqual({ isPlaying: true, at: 70_000, reason: null });
    (await joinRoom(roomId, host)).leave();
    await eventually(async () => expect(await now()).toBeTruthy());
    tick(30_000);
    await eventually(async () => {
      await runDurableObjectAlarm(stub);
      expect(await now()).toMatchObject({ isPlaying: false, reason: 'host-away' });
    });
  });

  it('who hands the room over hands the screening over, too', async () => {
    const { roomId, change, mine, one, stub, tick, now } = await aShowing();
    await change({ creatorId: one.viewer.id });
    expect(await mine.ask({ type: 'cinema-sync', positionMs: 1, isPlaying: false })).toMatchObject({
      code: 'NOT_ALLOWED',
    });
    const next = await joinRoom(roomId, aUser({ creator: true }, one.viewer.id));
    expect(await next.ask({ type: 'cinema-sync', positionMs: 60_000, isPlaying: true })).toMatchObject({ type: 'ack' });
    tick(30_000);
    await runDurableObjectAlarm(stub);
    expect(await now()).toEqual({ isPlaying: true, at: 90_000, reason: null });
  });
});
