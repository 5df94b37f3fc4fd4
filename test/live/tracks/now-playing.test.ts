/** What plays in a DJ's stream: one at a time, and in the room at once. */
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { joinRoom, openRoom, roomOf } from '#test/support/rooms';
import { anOpenStream, aStream } from '#test/support/streams';
import { aShow, playing, setOf, uploaded } from '#test/support/tracks';
import { asDj, asViewer, type Person } from '#test/support/users';
import { newId } from '@/shared/ids';

describe('a track that begins to play', () => {
  it('is told to the room with what others may see, and is in the welcome of those who come later', async () => {
    const { dj, track, streamId } = await aShow();
    const early = await joinRoom(streamId);
    expect((await early.welcome()).nowPlaying).toBeNull();
    const { status, data } = await dj.put('dj/now-playing', { trackId: track.id });
    const shown = { id: track.id, title: 'One', artist: 'Ada', coverUrl: track.coverUrl, duration: track.duration };
    expect([status, data]).toEqual([
      200,
      { streamId, entryId: expect.any(String), track: shown, startedAt: expect.any(String), hidden: false },
    ]);
    const event = await early.next('now-playing');
    expect(event).toEqual({
      type: 'now-playing',
      streamId,
      track: shown,
      startedAt: data.startedAt,
      seq: expect.any(Number),
    });
    const late = await joinRoom(streamId);
    const welcome = await late.welcome();
    expect(welcome.nowPlaying).toEqual(event);
    expect(welcome.seq).toBeGreaterThanOrEqual(event.seq);
  });

  it('may have a title that was typed', async () => {
    const { dj, streamId } = await aShow();
    const { data } = await dj.put('dj/now-playing', { title: '  White label ', artist: 'Unknown' });
    expect(data.track).toEqual({ id: null, title: 'White label', artist: 'Unknown', coverUrl: null, duration: null });
    expect((await (await joinRoom(streamId)).welcome()).nowPlaying).toMatchObject({ track: { title: 'White label' } });
  });

  it('has no title with a blocked word of the channel', async () => {
    const { dj, streamId } = await aShow();
    await dj.put('stream/chat-settings', { blockedWords: ['spam', { text: 'ha*', action: 'hold' }] });
    for (const body of [{ title: 'Some SPÄM' }, { title: 'Fine', artist: 'Spam' }, { title: 'Hahaha' }])
      expect(await dj.put('dj/now-playing', body)).toMatchObject({ status: 422, error: { code: 'TITLE_BLOCKED' } });
    expect(await setOf(streamId)).toEqual([]);
    expect((await dj.put('dj/now-playing', { title: 'Spamalot' })).status).toBe(200);
  });

  it('ends the one before, and counts as a play of its track', async () => {
    const { dj, track, streamId } = await aShow();
    await dj.put('dj/now-playing', { trackId: track.id });
    await dj.put('dj/now-playing', { title: 'Two' });
    await dj.put('dj/now-playing', { trackId: track.id });
    const entries = await setOf(streamId);
    expect(entries.map(({ position, title }) => [position, title])).toEqual([
      [1, 'One'],
      [2, 'Two'],
      [3, 'One'],
    ]);
    expect(playing(entries)).toHaveLength(1);
    expect((await dj.get(`dj/track/${track.id}`)).data.plays).toBe(2);
  });

  it('again changes nothing and tells nobody', async () => {
    const { dj, track, streamId } = await aShow();
    const first = await dj.put('dj/now-playing', { trackId: track.id });
    const viewer = await joinRoom(streamId);
    await viewer.welcome();
    for (const body of [{ trackId: track.id }, { trackId: track.id, hidden: false }])
      expect((await dj.put('dj/now-playing', body)).data).toEqual(first.data);
    await dj.put('dj/now-playing', { title: 'Two' });
    await dj.put('dj/now-playing', { title: 'Two', artist: null });
    await viewer.next('now-playing');
    expect(viewer.eventsOf('now-playing')).toHaveLength(1);
    expect(await setOf(streamId)).toHaveLength(2);
  });

  it('at the same time as itself begins once, and of several at once one plays', async () => {
    const { dj, track, streamId } = await aShow();
    const same = await Promise.all([1, 2, 3].map(() => dj.put('dj/now-playing', { trackId: track.id })));
    expect(same.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(await setOf(streamId)).toHaveLength(1);
    const others = await Promise.all(['A', 'B', 'C'].map((title) => dj.put('dj/now-playing', { title })));
    for (const { status, error } of others) if (status !== 200) expect(error.code).toBe('NOW_PLAYING_CHANGED');
    expect(others.some(({ status }) => status === 200)).toBe(true);
    const entries = await setOf(streamId);
    expect(playing(entries)).toHaveLength(1);
    const shown = (await (await joinRoom(streamId)).welcome()).nowPlaying;
    expect(shown.track.title).toBe(playing(entries)[0]?.title);
  });

  it('is refused outside of a live stream, and if it is no ready track of the DJ', async () => {
    const { dj, track } = await aShow();
    const other = await asDj();
    const code = async (by: { put: Person['put'] }, body: unknown) =>
      (await by.put('dj/now-playing', body)).error?.code;
    expect(await code(other, { title: 'A' })).toBe('STREAM_NOT_LIVE');
    await aStream(other, { status: 'scheduled' });
    expect(await code(other, { title: 'A' })).toBe('STREAM_NOT_LIVE');
    expect((await other.delete('dj/now-playing')).error.code).toBe('STREAM_NOT_LIVE');
    await anOpenStream(other);
    expect(await code(other, { trackId: track.id })).toBe('TRACK_NOT_FOUND');
    expect(await code(dj, { trackId: newId() })).toBe('TRACK_NOT_FOUND');
    const { data } = await uploaded(dj);
    expect(await code(dj, { trackId: data.id })).toBe('TRACK_NOT_READY');
    for (const body of [{}, { title: '' }, { trackId: track.id, title: 'A' }, { title: 'A', mood: 1 }, { trackId: 1 }])
      expect((await dj.put('dj/now-playing', body)).status).toBe(422);
    expect((await (await asViewer()).put('dj/now-playing', { title: 'A' })).status).toBe(403);
  });

  it('is refused in a sentence that says what may be sent', async () => {
    const { dj, track } = await aShow();
    const details = async (body: unknown) => (await dj.put('dj/now-playing', body)).error.details;
    for (const body of [{}, { title: 'A', trackId: track.id }, { trackId: 5 }])
      expect(await details(body)).toEqual([
        { path: '', message: expect.stringMatching(/^must have either a `trackId`/) },
      ]);
    expect(await details({ title: '' })).toEqual([{ path: 'title', message: 'must not be empty' }]);
    expect(await details({ artist: 'A' })).toEqual([{ path: 'title', message: 'is required' }]);
  });

  it('is refused once the set list is full', async () => {
    const { dj, streamId } = await aShow();
    await env.DB.prepare(
      `INSERT INTO set_list (id, stream_id, position, title, started_at, ended_at, hidden, changed_at)
       VALUES ('last', ?, 2000, 'Last', 1, 2, 0, 2)`,
    )
      .bind(streamId)
      .run();
    expect((await dj.put('dj/now-playing', { title: 'A' })).error.code).toBe('SET_LIST_FULL');
  });
});

describe('nothing', () => {
  it('plays after it was cleared, either way, and clearing again tells nobody', async () => {
    const { dj, track, streamId } = await aShow();
    const viewer = await joinRoom(streamId);
    await dj.put('dj/now-playing', { trackId: track.id });
    const nothing = { streamId, entryId: null, track: null, startedAt: null, hidden: false };
    expect((await dj.delete('dj/now-playing')).data).toEqual(nothing);
    expect((await dj.put('dj/now-playing', { trackId: null })).data).toEqual(nothing);
    await dj.put('dj/now-playing', { title: 'Two' });
    expect((await dj.put('dj/now-playing', { trackId: null })).data).toEqual(nothing);
    await viewer.next('now-playing', (event) => event.track?.title === 'Two');
    const titles = () => viewer.eventsOf('now-playing').map(({ track: shown }) => shown?.title ?? null);
    await viewer.next('now-playing', () => titles().length === 4);
    expect(titles()).toEqual(['One', null, 'Two', null]);
    expect((await (await joinRoom(streamId)).welcome()).nowPlaying).toBeNull();
    expect(playing(await setOf(streamId))).toEqual([]);
  });

  it('plays once the stream has ended, however that came', async () => {
    const { dj, streamId } = await aShow();
    await dj.put('dj/now-playing', { title: 'Last' });
    await dj.post(`sessions/${streamId}/end`);
    const [entry] = await setOf(streamId);
    expect(entry?.endedAt).toBeGreaterThanOrEqual(entry?.startedAt ?? 0);
    expect((await dj.put('dj/now-playing', { title: 'More' })).error.code).toBe('STREAM_NOT_LIVE');
  });
});

describe('a room', () => {
  const command = (roomId: string, at: number, title: string | null) =>
    ({
      type: 'now-playing',
      at,
      event: {
        type: 'now-playing',
        streamId: roomId,
        track: title === null ? null : { id: null, title, artist: null, coverUrl: null, duration: null },
        startedAt: title === null ? null : new Date(at).toISOString(),
      },
    }) as const;

  it('keeps the newest of what it is told, in whatever order and however often it comes', async () => {
    const { roomId } = await openRoom();
    const room = roomOf(roomId);
    const viewer = await joinRoom(roomId);
    const [second, first] = [newId(), newId()];
    await room.apply(second, command(roomId, 2_000, 'Second'));
    await room.apply(first, command(roomId, 1_000, 'First'));
    await room.apply(second, command(roomId, 2_000, 'Second'));
    await room.apply(newId(), command(roomId, 2_000, 'Second'));
    const event = await viewer.next('now-playing');
    expect(viewer.eventsOf('now-playing').map(({ track }) => track.title)).toEqual(['Second']);
    expect((await (await joinRoom(roomId)).welcome()).nowPlaying).toEqual(event);
    await room.apply(newId(), command(roomId, 3_000, null));
    expect((await (await joinRoom(roomId)).welcome()).nowPlaying).toBeNull();
  });

  it('replays it to those who were away, and remembers it when it was evicted', async () => {
    const { evictDurableObject } = await import('cloudflare:test');
    const { roomId, stub } = await openRoom();
    const viewer = await joinRoom(roomId);
    const { seq } = await viewer.welcome();
    await roomOf(roomId).apply(newId(), command(roomId, 1_000, 'First'));
    const event = await viewer.next('now-playing');
    await evictDurableObject(stub);
    const back = await joinRoom(roomId, viewer.viewer, { since: seq });
    expect(await back.next('now-playing')).toEqual(event);
    expect((await back.welcome()).nowPlaying).toEqual(event);
  });
});
