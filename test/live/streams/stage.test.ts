/** How DJs and performers start and end a show. */
import { decodeJwt } from 'jose';
import { beforeEach, describe, expect, it } from 'vitest';
import { client } from '#test/support/api';
import { testContext } from '#test/support/context';
import { standInForLiveKit } from '#test/support/livekit';
import { joinRoom } from '#test/support/rooms';
import { anOpenStream, aStream } from '#test/support/streams';
import { asCreator, asUser, asViewer } from '#test/support/users';
import { streams } from '@/domains/live/streams/tables';
import { newId } from '@/shared/ids';
import { HOUR_MS } from '@/shared/time';

const guest = client();
const ROLES = ['dj', 'performer'] as const;
const inMinutes = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();

beforeEach(() => {
  standInForLiveKit();
});

describe.each(ROLES)('a %s', (role) => {
  const [start, end] = [`${role}/start-stream`, `${role}/end-stream`];
  const asArtist = () => asCreator({ role });

  it('goes live with the channel’s defaults, as a session does, and ends', async () => {
    const artist = await asArtist();
    const { status, data } = await artist.post(start);
    expect(status).toBe(200);
    expect(data.stream).toMatchObject({
      ...{ creatorId: artist.userId, creatorType: role, title: 'A show', status: 'live', visibility: 'public' },
      ...{ creator: { isLive: true }, earnings: 0, startTime: expect.any(String) },
    });
    expect(decodeJwt(data.token.token).video).toMatchObject({ room: artist.channelId, canPublish: true });
    expect((await guest.get('stream/live')).data.items.map(({ id }: { id: string }) => id)).toContain(data.stream.id);
    const ended = await artist.post(end);
    expect(ended).toMatchObject({ status: 200, data: { id: data.stream.id, status: 'ended' } });
    expect(await artist.post(end)).toMatchObject({ status: 409, error: { code: 'STREAM_NOT_LIVE' } });
    for (let times = 0; times < 2; times += 1)
      expect((await artist.post(end, { streamId: data.stream.id })).data).toEqual(ended.data);
    expect((await artist.post(start)).data.stream.id).not.toBe(data.stream.id);
  });

  it('goes live without a channel', async () => {
    const artist = await asUser({ role, creatorStatus: 'APPROVED' });
    expect((await artist.post(start, { title: 'First' })).data.stream).toMatchObject({
      title: 'First',
      status: 'live',
    });
  });

  it('takes the prepared stream live, with the details that are sent', async () => {
    const artist = await asArtist();
    const { data } = await artist.post('stream/create', { title: 'Prepared', category: 'music' });
    const started = (await artist.post(start, { description: 'Now', visibility: 'followers' })).data.stream;
    expect(started).toMatchObject({ id: data.id, title: 'Prepared', category: 'music', description: 'Now' });
    expect(started.visibility).toBe('followers');
  });

  it('tells those who wait in the room what changed with the start', async () => {
    const artist = await asArtist();
    const streamId = await anOpenStream(artist, { status: 'scheduled' });
    const waiting = await joinRoom(streamId);
    await waiting.welcome();
    await artist.post(start, { streamId, title: 'Now', category: 'music' });
    expect(await waiting.next('stream-started')).toMatchObject({ title: 'Now' });
    expect(await waiting.next('stream-updated')).toMatchObject({ title: 'Now', category: 'music' });
  });

  it('takes a show live whose time has come, and leaves a later one and a draft alone', async () => {
    const artist = await asArtist();
    const draft = (await artist.post('sessions', { title: 'Draft' })).data;
    const later = (await artist.post('sessions', { title: 'Later', scheduledFor: inMinutes(300) })).data;
    const fresh = (await artist.post(start)).data.stream;
    expect([draft.id, later.id]).not.toContain(fresh.id);
    await artist.post(end);
    const due = (await artist.post('sessions', { title: 'Due', scheduledFor: inMinutes(30) })).data;
    expect((await artist.post(start)).data.stream).toMatchObject({ id: due.id, title: 'Due', status: 'live' });
    await artist.post(end);
    expect((await artist.post(start, { streamId: draft.id })).data.stream).toMatchObject({ id: draft.id });
  });

  it('who starts again gets the same stream, unchanged, and a new token', async () => {
    const artist = await asArtist();
    const first = (await artist.post(start, { title: 'One' })).data;
    const again = await artist.post(start, { title: 'Two' });
    expect(again).toMatchObject({
      status: 200,
      data: { stream: { ...first.stream }, token: { room: first.token.room } },
    });
    expect((await artist.post(start, { streamId: first.stream.id })).data.stream).toEqual(first.stream);
    const other = (await artist.post('sessions', {})).data.id;
    expect(await artist.post(start, { streamId: other })).toMatchObject({
      ...{ status: 409, error: { code: 'ALREADY_LIVE', details: { streamId: first.stream.id } } },
    });
  });

  it('who starts many times at once has one live stream', async () => {
    const artist = await asArtist();
    const answers = await Promise.all(Array.from({ length: 5 }, () => artist.post(start)));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    expect(new Set(answers.map(({ data }) => data.stream.id)).size).toBe(1);
    const rows = await testContext().db.select().from(streams);
    expect(rows.filter(({ creatorId }) => creatorId === artist.userId)).toHaveLength(1);
  });

  it('who starts one stream many times at once starts it once', async () => {
    const artist = await asArtist();
    const streamId = (await artist.post('sessions', { title: 'Draft' })).data.id;
    const titles = ['One', 'Two', 'Three', 'Four', 'Five'];
    const answers = await Promise.all(titles.map((title) => artist.post(start, { streamId, title })));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    expect(new Set(answers.map(({ data }) => data.stream.startTime)).size).toBe(1);
    expect(new Set(answers.map(({ data }) => data.stream.title)).size).toBe(1);
  });

  it('starts and ends no stream of others, and none that is over', async () => {
    const [artist, other] = [await asArtist(), await asArtist()];
    const shown = await aStream(other, { status: 'scheduled' });
    const hidden = await aStream(other, { status: 'scheduled', visibility: 'private' });
    for (const [streamId, code] of [
      [shown, 'NOT_YOUR_STREAM'],
      [hidden, 'STREAM_NOT_FOUND'],
      [newId(), 'STREAM_NOT_FOUND'],
    ] as const)
      for (const path of [start, end]) expect((await artist.post(path, { streamId })).error.code).toBe(code);
    const ended = await aStream(artist, { status: 'ended' });
    const cancelled = await aStream(artist, { status: 'cancelled' });
    expect((await artist.post(start, { streamId: ended })).error.code).toBe('STREAM_ENDED');
    expect((await artist.post(start, { streamId: cancelled })).error.code).toBe('STREAM_CANCELLED');
    const planned = await aStream(artist, { status: 'scheduled', scheduledFor: Date.now() + HOUR_MS });
    expect((await artist.post(end, { streamId: planned })).error.code).toBe('STREAM_NOT_LIVE');
  });

  it('sends fields as a session has them, but no date', async () => {
    const artist = await asArtist();
    for (const [body, path] of [
      [{ title: ' ' }, 'title'],
      [{ category: 'no such category' }, 'category'],
      [{ thumbnailUrl: 'https://elsewhere.test/a.png' }, 'thumbnailUrl'],
      [{ scheduledFor: inMinutes(5) }, 'scheduledFor'],
      [{ streamId: 7 }, 'streamId'],
    ] as const)
      expect(await artist.post(start, body)).toMatchObject({ status: 422, error: { details: [{ path }] } });
    expect((await artist.post(end, { reason: 'tired' })).status).toBe(422);
    expect((await artist.post(end)).error.code).toBe('STREAM_NOT_LIVE');
  });

  it('is the only one who can', async () => {
    const other = ROLES.find((name) => name !== role);
    for (const path of [start, end]) {
      expect((await guest.post(path)).status).toBe(401);
      expect((await (await asViewer()).post(path)).error.code).toBe('CREATOR_APPROVAL_REQUIRED');
      expect((await (await asCreator({ role: other })).post(path)).status).toBe(403);
      expect((await (await asCreator()).post(path)).status).toBe(403);
    }
  });
});
