import { evictDurableObject, runDurableObjectAlarm } from 'cloudflare:test';
import { afterEach, describe, expect, it } from 'vitest';
import {
  aGuest,
  aUser,
  eventually,
  inStorage,
  joinRoom,
  openRoom,
  type RoomEvent,
  startClock,
  stopClock,
} from '#test/support/rooms';
import { aVideo, openHall, positionOf } from '#test/support/screenings';
import { newId } from '@/shared/ids';

afterEach(startClock);

describe('a screening', () => {
  it('is told to everyone who is there, and to a late joiner by welcome, at the same position', async () => {
    const tick = stopClock();
    const { roomId, host, start } = await openHall();
    const early = await joinRoom(roomId);
    expect((await early.welcome()).screening).toBeNull();
    const video = aVideo({ durationMs: 60_000, subtitlesUrl: 'https://films.example/a.vtt' });
    await start(video);
    const { seq, screening } = await early.next('cinema-started');
    expect(screening).toMatchObject({ ...video, roomId, hostId: host.id, isPlaying: true, positionMs: 0, by: host.id });
    expect(seq).toBeGreaterThan(0);
    tick(12_345);
    const { screening: late } = await (await joinRoom(roomId)).welcome();
    expect(late).toMatchObject({ id: screening.id, anchorAt: screening.anchorAt });
    expect(positionOf(late)).toBe(12_345);
  });

  it('goes on from its anchor after the object was evicted in the middle', async () => {
    const tick = stopClock();
    const { roomId, stub, room, start } = await openHall();
    await start();
    tick(5_000);
    await evictDurableObject(stub);
    tick(5_000);
    const { screening } = await room.program();
    expect(positionOf(screening)).toBe(10_000);
    expect((await (await joinRoom(roomId)).welcome()).screening).toEqual({ ...screening, viewerCount: 0 });
  });

  it('is one at a time: of two hosts who race to start, one wins', async () => {
    const { room, host } = await openHall();
    const other = aUser();
    const answers = await Promise.all(
      [host, other].map((by) => room.screen(by, { type: 'start', video: aVideo({ title: `Of ${by.username}` }) })),
    );
    expect(answers.map((answer) => (answer.ok ? 'ok' : answer.code)).toSorted()).toEqual(['SCREENING_RUNNING', 'ok']);
    expect((await room.program()).screening?.by).toBe(answers[0]?.ok ? host.id : other.id);
  });

  it('that is stopped is told once, and its queue stays', async () => {
    const { roomId, room, host, start } = await openHall();
    const viewer = await joinRoom(roomId);
    await room.screen(host, { type: 'queue', queue: [aVideo()] });
    await start();
    for (let twice = 0; twice < 2; twice += 1)
      expect(await room.screen(host, { type: 'stop' })).toMatchObject({ ok: true, screening: null, queue: [aVideo()] });
    await viewer.say('bye');
    expect(viewer.eventsOf('cinema-stopped')).toMatchObject([{ by: host.id }]);
  });

  it('stops when the room closes, and nothing is left to do', async () => {
    const { roomId, room, host, change, start } = await openHall();
    const viewer = await joinRoom(roomId);
    await room.screen(host, { type: 'queue', queue: [aVideo()] });
    await start(aVideo({ durationMs: 60_000 }));
    await change({ status: 'ended', endedAt: Date.now() });
    await viewer.next('cinema-stopped', ({ by }) => by === null);
    expect(await room.program()).toEqual({ screening: null, queue: [] });
    expect(await inStorage(roomId, `SELECT what FROM due WHERE what LIKE 'screening%'`)).toEqual([]);
    expect(await room.screen(host, { type: 'start', video: aVideo() })).toMatchObject({
      ok: false,
      code: 'ROOM_CLOSED',
    });
  });
});

describe('a ping with an id', () => {
  it("tells the room's time, by which a client measures its clock", async () => {
    const tick = stopClock();
    const { roomId } = await openRoom();
    const client = await joinRoom(roomId);
    tick(1_234);
    expect(await client.ask({ type: 'ping' })).toMatchObject({ serverTime: new Date().toISOString() });
  });
});

describe('a sync', () => {
  it('by the host moves everyone, and the same again tells nobody', async () => {
    const tick = stopClock();
    const { roomId, host, start } = await openHall();
    const [mine, viewer] = [await joinRoom(roomId, host), await joinRoom(roomId)];
    await start();
    tick(10_000);
    const paused = { type: 'cinema-sync', positionMs: 10_000, isPlaying: false };
    expect(await mine.ask(paused)).toMatchObject({ type: 'ack' });
    const { seq, ...event } = await viewer.next('cinema-synced');
    const anchorAt = new Date().toISOString();
    expect(event).toMatchObject({ positionMs: 10_000, isPlaying: false, rate: 1, anchorAt, by: host.id, reason: null });
    await mine.ask(paused);
    await mine.ask({ type: 'cinema-sync', positionMs: 90_000, isPlaying: true, rate: 1.5 });
    tick(2_000);
    await mine.ask({ type: 'cinema-sync', positionMs: 93_050, isPlaying: true }); // 50 ms off
    await viewer.next('cinema-synced', ({ rate }) => rate === 1.5);
    await viewer.say('Well?');
    expect(viewer.eventsOf('cinema-synced')).toHaveLength(2);
    expect(seq).toBeLessThan(viewer.eventsOf('cinema-synced')[1]?.seq);
    expect(positionOf((await (await joinRoom(roomId)).welcome()).screening)).toBe(93_000);
  });

  it('counts as of the time at which it was true, if that is a few seconds ago', async () => {
    const tick = stopClock();
    const { roomId, host, start } = await openHall();
    const mine = await joinRoom(roomId, host);
    await start();
    tick(60_000);
    const ago = (ms: number) => new Date(Date.now() - ms).toISOString();
    const anchorAfter = async (at: string, positionMs: number) => {
      await mine.ask({ type: 'cinema-sync', positionMs, isPlaying: true, at });
      return (await mine.next('cinema-synced', (event) => event.positionMs === positionMs)).anchorAt;
    };
    expect(await anchorAfter(ago(800), 1_000)).toBe(ago(800));
    expect(await anchorAfter(ago(6_000), 20_000)).toBe(ago(0));
    expect(await anchorAfter(ago(-500), 40_000)).toBe(ago(0));
  });

  it.each([
    ['a viewer, where the host controls', 'host', {}, 'NOT_ALLOWED'],
    ['a listener, where speakers control', 'speakers', {}, 'NOT_ALLOWED'],
    ['a speaker, where speakers control', 'speakers', { speaker: true }, undefined],
    ['a viewer, where everyone controls', 'everyone', {}, undefined],
  ] as const)('by %s', async (_, control, standing, code) => {
    const { roomId, start } = await openHall({ control });
    await start();
    const viewer = await joinRoom(roomId, aUser(standing));
    const answer = await viewer.ask({ type: 'cinema-sync', positionMs: 70_000, isPlaying: true });
    expect([answer.type, answer.code]).toEqual(code ? ['error', code] : ['ack', undefined]);
  });

  it('is refused to guests, and in a stream to everyone but its creator', async () => {
    const { roomId, room, setup } = await openRoom();
    const creator = aUser({ creator: true }, setup.creatorId);
    await room.screen(creator, { type: 'start', video: aVideo() });
    for (const viewer of [aGuest(), aUser({ moderator: true })])
      expect(
        await (await joinRoom(roomId, viewer)).ask({ type: 'cinema-sync', positionMs: 1, isPlaying: false }),
      ).toMatchObject({ code: 'NOT_ALLOWED' });
  });

  it('is refused where nothing runs, to who is timed out, and faster than a few a second', async () => {
    stopClock();
    const { roomId, room, host, start } = await openHall({ control: 'everyone' });
    const viewer = await joinRoom(roomId);
    const sync = (positionMs: number) => viewer.ask({ type: 'cinema-sync', positionMs, isPlaying: true });
    expect(await sync(1)).toMatchObject({ code: 'NO_SCREENING' });
    await start();
    const answers: RoomEvent[] = [];
    for (let at = 1; at <= 10; at += 1) answers.push(await sync(at * 1_000));
    expect(answers.filter(({ type }) => type === 'ack').length).toBeLessThanOrEqual(4);
    expect(answers.at(-1)).toMatchObject({ code: 'TOO_FAST', retryAfterMs: expect.any(Number) });
    await room.moderate(host.id, { action: 'timeout', userId: viewer.viewer.id, seconds: 60, reason: null });
    expect(await sync(1)).toMatchObject({ code: 'TIMED_OUT' });
  });

  describe('that was meant for the video before', () => {
    /** The second video of two has begun this long ago. */
    async function aSecondVideo(agoMs: number) {
      const tick = stopClock();
      const { roomId, room, host, start } = await openHall();
      const mine = await joinRoom(roomId, host);
      await room.screen(host, { type: 'queue', queue: [aVideo({ title: 'Two' })] });
      const one = await start(aVideo({ title: 'One' }));
      tick(60_000);
      await room.screen(host, { type: 'next', isHost: true });
      tick(agoMs);
      const two = (await room.program()).screening;
      if (!two) throw new Error('Nothing runs');
      const sync = (more: object) => mine.ask({ type: 'cinema-sync', positionMs: 2_400_000, isPlaying: true, ...more });
      return { room, mine, one, two, sync, ago: (ms: number) => new Date(Date.now() - ms).toISOString() };
    }

    it('does not move the next, whether it names its video or only its time', async () => {
      const { room, one, two, sync, ago } = await aSecondVideo(300);
      expect(await sync({ screeningId: one.id })).toMatchObject({ type: 'error', code: 'SCREENING_CHANGED' });
      expect(await sync({ at: ago(800) })).toMatchObject({ type: 'error', code: 'SCREENING_CHANGED' });
      expect((await room.program()).screening).toEqual(two);
    });

    it('by a clock that is a little off, while it names the next, counts from its start', async () => {
      const { room, two, sync, ago } = await aSecondVideo(300);
      expect(await sync({ screeningId: two.id, at: ago(500) })).toMatchObject({ type: 'ack' });
      expect((await room.program()).screening).toMatchObject({ positionMs: 2_400_000, anchorAt: two.startedAt });
    });

    it('or any that names what is over, is refused where nothing runs', async () => {
      const { room, two, sync } = await aSecondVideo(300);
      await room.screen(aUser(), { type: 'stop' });
      expect(await sync({ screeningId: two.id })).toMatchObject({ code: 'NO_SCREENING' });
    });
  });

  it('by someone in control who is not in the room is refused', async () => {
    const { room, start } = await openHall({ control: 'everyone' });
    await start();
    const outside = aUser();
    const sync = { positionMs: 1, isPlaying: false };
    expect(await room.screen(outside, { type: 'sync', sync })).toMatchObject({ code: 'NOT_IN_ROOM' });
    expect(await room.screen(outside, { type: 'next', isHost: false })).toMatchObject({ code: 'NOT_IN_ROOM' });
  });

  it.each([
    ['a position before the beginning', { positionMs: -1 }],
    ['half a millisecond', { positionMs: 0.5 }],
    ['a position after more than a day', { positionMs: 86_400_001 }],
    ['a rate of nothing', { rate: 0 }],
    ['a rate that no player has', { rate: 5 }],
    ['a time that is none', { at: 'yesterday' }],
  ])('with %s is malformed', async (_, change) => {
    const { roomId, host } = await openHall();
    const mine = await joinRoom(roomId, host);
    const answer = await mine.ask({ type: 'cinema-sync', positionMs: 1, isPlaying: true, ...change });
    expect(answer).toMatchObject({ code: 'FRAME_INVALID' });
  });
});

describe('the queue', () => {
  it('goes on by itself at the end of a video of a known length, also after an eviction', async () => {
    const tick = stopClock();
    const { roomId, room, stub, host, start } = await openHall();
    const viewer = await joinRoom(roomId, host);
    const [second, third] = [aVideo({ title: 'Second', durationMs: 20_000 }), aVideo({ title: 'Third' })];
    await room.screen(host, { type: 'queue', queue: [second, third] });
    await start(aVideo({ durationMs: 30_000 }));
    tick(10_000);
    await viewer.ask({ type: 'cinema-sync', positionMs: 20_000, isPlaying: true, rate: 2 });
    tick(4_900);
    await runDurableObjectAlarm(stub);
    expect((await room.program()).screening?.title).toBe('A film');
    await evictDurableObject(stub);
    tick(100);
    await runDurableObjectAlarm(stub);
    expect(await room.program()).toMatchObject({
      screening: { title: 'Second', positionMs: 0, isPlaying: true, by: null },
      queue: [third],
    });
  });

  it('at its end leaves the last video there, paused', async () => {
    const tick = stopClock();
    const { roomId, room, stub, host, start } = await openHall();
    const mine = await joinRoom(roomId, host);
    await start(aVideo({ durationMs: 10_000 }));
    tick(10_500);
    await runDurableObjectAlarm(stub);
    await mine.next('cinema-synced', ({ reason }) => reason === 'ended');
    expect((await room.program()).screening).toMatchObject({ positionMs: 10_000, isPlaying: false, by: null });
  });

  it('is told to everyone when it changes, and only then', async () => {
    const { roomId, room, host } = await openHall();
    const viewer = await joinRoom(roomId);
    const queue = [aVideo({ title: 'One' }), aVideo({ title: 'Two' })];
    await room.screen(host, { type: 'queue', queue });
    await room.screen(host, { type: 'queue', queue });
    await room.screen(host, { type: 'queue', queue: queue.toReversed() });
    await eventually(() => expect(viewer.eventsOf('cinema-queue')).toHaveLength(2));
    expect((await (await joinRoom(roomId)).welcome()).cinemaQueue).toEqual(queue.toReversed());
  });

  it('is skipped once, however often the same skip arrives', async () => {
    const { room, host, start } = await openHall();
    await room.screen(host, { type: 'queue', queue: [aVideo({ title: 'One' }), aVideo({ title: 'Two' })] });
    const { id: screeningId } = await start();
    const skip = () => room.screen(host, { type: 'next', isHost: true, screeningId });
    await Promise.all([skip(), skip()]);
    expect(await room.program()).toMatchObject({ screening: { title: 'One' }, queue: [{ title: 'Two' }] });
    await room.screen(host, { type: 'next', isHost: true });
    expect(await room.screen(host, { type: 'next', isHost: true })).toMatchObject({ code: 'QUEUE_EMPTY' });
  });

  it('is skipped by who controls the screening, and by nobody else', async () => {
    const { roomId, room, change, setup, host, start } = await openHall();
    await room.screen(host, { type: 'queue', queue: [aVideo({ title: 'One' })] });
    await start();
    const viewer = aUser();
    await joinRoom(roomId, viewer);
    const skip = () => room.screen(viewer, { type: 'next', isHost: false });
    expect(await skip()).toMatchObject({ code: 'NOT_ALLOWED' });
    if (setup.userRoom) await change({ userRoom: { ...setup.userRoom, control: 'everyone' } });
    expect(await skip()).toMatchObject({ ok: true, screening: { title: 'One' } });
  });
});

describe('an account that was deleted', () => {
  const storedOf = async (roomId: string) =>
    JSON.stringify(await inStorage(roomId, 'SELECT body AS text FROM events UNION ALL SELECT value FROM meta'));

  it('leaves no video in the room that it hosted', async () => {
    const { roomId, room, host, start } = await openHall();
    await room.screen(host, { type: 'queue', queue: [aVideo({ title: 'My other film' })] });
    await start(aVideo({ title: 'My film', subtitlesUrl: 'https://films.example/mine.vtt' }));
    await eventually(async () => expect(await storedOf(roomId)).toContain('cinema-started'));
    await room.apply(newId(), { type: 'forget-user', userId: host.id });
    expect(await storedOf(roomId)).not.toMatch(/film/);
    expect(await room.program()).toEqual({ screening: null, queue: [] });
  });

  it('leaves none in a room that it handed over', async () => {
    const { roomId, room, host, change, start } = await openHall();
    await start(aVideo({ title: 'My film' }));
    await room.screen(host, { type: 'stop' });
    await change({ creatorId: newId() });
    await room.apply(newId(), { type: 'forget-user', userId: host.id });
    expect(await storedOf(roomId)).not.toMatch(/film/);
  });
});
