import { eq } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { client } from '#test/support/api';
import { testContext } from '#test/support/context';
import { standInForLiveKit } from '#test/support/livekit';
import { aUser, eventually, startClock, stopClock } from '#test/support/rooms';
import { aUserRoom, positionOf } from '#test/support/screenings';
import { anOpenStream } from '#test/support/streams';
import { comeIn } from '#test/support/user-rooms';
import { asCreator, asStaff, asUser, asViewer, type Person } from '#test/support/users';
import { mediaUrl } from '@/domains/base/media/keys';
import { mediaFiles } from '@/domains/base/media/tables';
import { newId } from '@/shared/ids';

const VIDEO = { videoUrl: 'https://films.example/a.mp4', title: 'A film' };

beforeEach(() => {
  standInForLiveKit();
});

afterEach(startClock);

const cinema = (roomId: string, act: string) => `cinema/rooms/${roomId}/${act}`;
const start = (host: Person, roomId: string, video: object = VIDEO) => host.post(cinema(roomId, 'start'), video);

/** A user's room with a screening. */
async function aShowing(room: Parameters<typeof aUserRoom>[1] = {}) {
  const [host, viewer] = [await asViewer(), await asViewer()];
  const roomId = await aUserRoom(host, room);
  const { data } = await start(host, roomId);
  return { host, viewer, roomId, screening: data };
}

const statusAndCode = ({ status, error }: { status: number; error?: { code: string } }) => [status, error?.code];

describe('starting', () => {
  it('is for the host of a user’s room: everyone who may enter reads the screening', async () => {
    const { host, viewer, roomId, screening } = await aShowing();
    expect(screening).toMatchObject({
      ...{ ...VIDEO, durationMs: null, subtitlesUrl: null, roomId, hostId: host.userId, by: host.userId },
      ...{ positionMs: 0, isPlaying: true, rate: 1, failed: false, queue: [] },
    });
    expect((await viewer.get(cinema(roomId, 'session'))).data).toEqual(screening);
    expect((await viewer.get(`rooms/${roomId}`)).data.screening).toMatchObject({ id: screening.id });
  });

  it('is for the creator of a live stream', async () => {
    const creator = await asCreator();
    const streamId = await anOpenStream(creator);
    expect((await start(creator, streamId)).status).toBe(200);
    expect(statusAndCode(await start(creator, streamId))).toEqual([409, 'SCREENING_RUNNING']);
  });

  it('is for nobody else, not even for who controls a screening', async () => {
    const [host, coHost] = [await asViewer(), await asViewer()];
    const roomId = await aUserRoom(host, { control: 'everyone' });
    for (const person of [coHost, await asStaff('owner')])
      for (const act of ['start', 'stop'] as const)
        expect(statusAndCode(await person.post(cinema(roomId, act), act === 'start' ? VIDEO : undefined))).toEqual([
          403,
          'HOST_ONLY',
        ]);
  });

  it('stays the right of who opened the room, after it was handed over', async () => {
    const [opener, host] = [await asViewer(), await asViewer()];
    const roomId = await aUserRoom(host, { creatorId: opener.userId });
    expect((await start(opener, roomId)).data.hostId).toBe(host.userId);
    expect(statusAndCode(await opener.post(cinema(roomId, 'sync'), { positionMs: 0, isPlaying: false }))).toEqual([
      403,
      'NOT_IN_CONTROL',
    ]);
    expect((await host.post(cinema(roomId, 'stop'))).status).toBe(200);
  });

  it('raced by two of the host’s devices succeeds once', async () => {
    const host = await asViewer();
    const roomId = await aUserRoom(host);
    const answers = await Promise.all([start(host, roomId), start(host, roomId, { ...VIDEO, title: 'Another' })]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409]);
  });

  it('is refused in a room that is not live, is over, or is not there', async () => {
    const [creator, host] = [await asCreator(), await asViewer()];
    const scheduled = await anOpenStream(creator, { status: 'scheduled', startedAt: null });
    expect(statusAndCode(await start(creator, scheduled))).toEqual([409, 'STREAM_NOT_LIVE']);
    const closed = await aUserRoom(host, { status: 'closed', closeReason: 'host', closedAt: Date.now() });
    expect(statusAndCode(await start(host, closed))).toEqual([409, 'ROOM_CLOSED']);
    expect(statusAndCode(await start(host, newId()))).toEqual([404, 'STREAM_NOT_FOUND']);
  });
});

describe('a link', () => {
  it.each([
    ['http', 'http://films.example/a.mp4'],
    ['a user name', 'https://me@films.example/a.mp4'],
    ['a password', 'https://me:secret@films.example/a.mp4'],
    ['a fragment', 'https://films.example/a.mp4#t=10'],
    ['the host of a private network', 'https://10.0.0.1/a.mp4'],
    ['a host without a dot', 'https://localhost/a.mp4'],
    ['another scheme', 'javascript:alert(1)'],
    ['no link at all', 'a film'],
    ['a picture of the platform', 'http://localhost:8787/media/avatar/x'],
    [
      'a video of the platform that is not there',
      `http://localhost:8787/media/post-video/${newId()}-${'x'.repeat(43)}`,
    ],
  ])('with %s is refused', async (_, videoUrl) => {
    const host = await asViewer();
    const roomId = await aUserRoom(host);
    expect(statusAndCode(await start(host, roomId, { ...VIDEO, videoUrl }))).toEqual([422, 'VIDEO_URL_INVALID']);
  });

  it.each([
    ['no .vtt file', 'https://films.example/a.srt'],
    ['http', 'http://films.example/a.vtt'],
    ['a fragment', 'https://films.example/a.vtt#x'],
  ])('to subtitles with %s is refused', async (_, subtitlesUrl) => {
    const host = await asViewer();
    const roomId = await aUserRoom(host);
    expect(statusAndCode(await start(host, roomId, { ...VIDEO, subtitlesUrl }))).toEqual([
      422,
      'SUBTITLES_URL_INVALID',
    ]);
  });

  it('is shown as URLs are written, with its query', async () => {
    const host = await asViewer();
    const roomId = await aUserRoom(host);
    const links = {
      videoUrl: ' HTTPS://Films.Example/a b.mp4?sign=1 ',
      subtitlesUrl: 'https://films.example/A.VTT?x=1',
    };
    expect((await start(host, roomId, { ...VIDEO, ...links })).status).toBe(200);
    expect((await host.get(cinema(roomId, 'session'))).data).toMatchObject({
      videoUrl: 'https://films.example/a%20b.mp4?sign=1',
      subtitlesUrl: 'https://films.example/A.VTT?x=1',
    });
  });

  it('may be a video of the platform, for as long as everyone may read it', async () => {
    const [host, { db }] = [await asViewer(), testContext()];
    const roomId = await aUserRoom(host);
    const key = `post-video/${newId()}-${'v'.repeat(43)}`;
    const row = { key, ownerId: host.userId, kind: 'post-video', contentType: 'video/mp4', bytes: 1 } as const;
    await db.insert(mediaFiles).values({ ...row, private: true, createdAt: Date.now() });
    const video = { ...VIDEO, videoUrl: mediaUrl(testContext().config, key) };
    expect(statusAndCode(await start(host, roomId, video))).toEqual([422, 'VIDEO_URL_INVALID']);
    await db.update(mediaFiles).set({ private: false }).where(eq(mediaFiles.key, key));
    const signed = { ...video, videoUrl: `${video.videoUrl}?token=a` };
    expect(statusAndCode(await start(host, roomId, signed))).toEqual([422, 'VIDEO_URL_INVALID']);
    expect((await start(host, roomId, video)).data.videoUrl).toBe(video.videoUrl);
  });

  it.each([
    ['without a title', { title: ' ' }],
    ['with a title of two lines', { title: 'One\nTwo' }],
    ['that is too long', { videoUrl: `https://films.example/${'x'.repeat(2_000)}` }],
    ['of no duration', { durationMs: 0 }],
    ['with a field that is unknown', { volume: 11 }],
  ])('%s does not pass the schema', async (_, change) => {
    const host = await asViewer();
    const roomId = await aUserRoom(host);
    expect(statusAndCode(await start(host, roomId, { ...VIDEO, ...change }))).toEqual([422, 'VALIDATION_FAILED']);
  });
});

describe('a sync', () => {
  const sync = { positionMs: 60_000, isPlaying: true, rate: 1.5 };

  it('by the host answers the new anchor', async () => {
    const { host, roomId } = await aShowing();
    const { data } = await host.post(cinema(roomId, 'sync'), sync);
    expect(data).toMatchObject({ ...sync, by: host.userId });
    expect(positionOf(data)).toBeGreaterThanOrEqual(60_000);
  });

  it('by someone else is the host’s choice', async () => {
    const { viewer, roomId } = await aShowing();
    expect(statusAndCode(await viewer.post(cinema(roomId, 'sync'), sync))).toEqual([403, 'NOT_IN_CONTROL']);
    const speaker = await asViewer();
    const staged = await aShowing({ control: 'speakers', speakers: [speaker.userId] });
    await comeIn(speaker, staged.roomId);
    expect((await speaker.post(cinema(staged.roomId, 'sync'), sync)).status).toBe(200);
    expect(statusAndCode(await viewer.post(cinema(staged.roomId, 'sync'), sync))).toEqual([403, 'NOT_IN_CONTROL']);
    const open = await aShowing({ control: 'everyone' });
    expect(statusAndCode(await viewer.post(cinema(open.roomId, 'sync'), sync))).toEqual([409, 'NOT_IN_ROOM']);
    await comeIn(viewer, open.roomId);
    expect((await viewer.post(cinema(open.roomId, 'sync'), sync)).status).toBe(200);
  });

  it('that names another screening is refused', async () => {
    const { host, roomId, screening } = await aShowing();
    const syncOf = (screeningId: string) => host.post(cinema(roomId, 'sync'), { ...sync, screeningId });
    expect(statusAndCode(await syncOf(newId()))).toEqual([409, 'SCREENING_CHANGED']);
    expect((await syncOf(screening.id)).data).toMatchObject(sync);
  });

  it('where nothing runs, or faster than a few a second, is refused', async () => {
    const { host, roomId } = await aShowing();
    const answers = [];
    for (let at = 0; at < 8; at += 1)
      answers.push(await host.post(cinema(roomId, 'sync'), { positionMs: at * 1_000, isPlaying: false }));
    const late = answers.find(({ status }) => status === 429);
    if (late) expect([late.error.code, late.headers.get('retry-after')]).toEqual(['TOO_FAST', '1']);
    await host.post(cinema(roomId, 'stop'));
    await eventually(async () =>
      expect(statusAndCode(await host.post(cinema(roomId, 'sync'), sync))).toEqual([404, 'NO_SCREENING']),
    );
  });
});

it('a video that fails for a speaker while the next one starts is nothing against the next', async () => {
  const tick = stopClock();
  const speaker = await asViewer();
  const { host, roomId } = await aShowing({ control: 'speakers', speakers: [speaker.userId] });
  const theirs = await comeIn(speaker, roomId);
  await theirs.welcome();
  await host.put(`rooms/${roomId}`, { queue: [{ ...VIDEO, title: 'Two' }] });
  tick(61_000); // the room looks the speaker up again
  const told = theirs.ask({ type: 'cinema-state', state: 'failed' });
  const byHost = aUser({ creator: true }, host.userId);
  await testContext().rooms(roomId).screen(byHost, { type: 'next', isHost: true });
  await told;
  expect((await host.get(cinema(roomId, 'session'))).data).toMatchObject({ title: 'Two', failed: false });
});

describe('joining', () => {
  it('answers what joining the room does, with the screening', async () => {
    const { viewer, roomId, screening } = await aShowing();
    const { data } = await viewer.post(cinema(roomId, 'join'));
    expect(data).toMatchObject({
      streamId: roomId,
      pass: expect.any(String),
      you: { host: false, coHost: false, speaker: false, moderator: false },
      screening: { id: screening.id },
    });
    expect(data.media).toMatchObject({ room: roomId });
  });

  it('is refused where nothing runs', async () => {
    const host = await asViewer();
    const roomId = await aUserRoom(host);
    for (const [method, act] of [
      ['POST', 'join'],
      ['GET', 'session'],
      ['GET', 'viewers'],
    ] as const)
      expect(statusAndCode(await host.call(method, cinema(roomId, act)))).toEqual([404, 'NO_SCREENING']);
  });
});

it('a private room’s link is worth nothing in a stranger’s hands, nor a public one’s in a guest’s', async () => {
  const member = await asViewer();
  const { viewer: stranger, roomId } = await aShowing({ isPrivate: true, members: [member.userId] });
  const acts: [string, string, unknown?][] = [
    ['POST', 'start', VIDEO],
    ['POST', 'sync', { positionMs: 0, isPlaying: true }],
    ['POST', 'join'],
    ['POST', 'stop'],
    ['GET', 'session'],
    ['GET', 'viewers'],
  ];
  for (const [method, act, body] of acts) {
    const call = (who: Pick<Person, 'call'>) => who.call(method, cinema(roomId, act), body ? { body } : {});
    expect(statusAndCode(await call(stranger))).toEqual([404, 'STREAM_NOT_FOUND']);
    expect((await call(client())).status).toBe(401);
  }
  expect((await member.get(cinema(roomId, 'session'))).status).toBe(200);
});

it('a host who is blocked by a member is hidden from them, and their screening too', async () => {
  const { host, viewer, roomId } = await aShowing();
  await viewer.post(`social/block/${host.userId}`);
  expect(statusAndCode(await viewer.get(cinema(roomId, 'session')))).toEqual([404, 'STREAM_NOT_FOUND']);
  expect(statusAndCode(await viewer.post(cinema(roomId, 'join')))).toEqual([404, 'STREAM_NOT_FOUND']);
});

describe('the viewers', () => {
  it('are listed with cards and what their players can do, by page', async () => {
    const { host, viewer, roomId } = await aShowing();
    const [mine, theirs] = [await comeIn(host, roomId), await comeIn(viewer, roomId)];
    await mine.welcome();
    await theirs.ask({ type: 'cinema-state', state: 'buffering' });
    const { data } = await viewer.get(`${cinema(roomId, 'viewers')}?perPage=1&page=2`);
    expect(data).toEqual({
      items: [
        {
          ...{ id: viewer.userId, username: viewer.username, displayName: viewer.username, avatarUrl: null },
          ...{ role: 'viewer', isLive: false, followerCount: 0, following: false, state: 'buffering' },
        },
      ],
      pagination: { page: 2, perPage: 1, total: 2, totalPages: 2 },
      guests: 0,
    });
  });

  it('count as guests for who may not see them', async () => {
    const { host, viewer, roomId } = await aShowing();
    const other = await asViewer();
    await Promise.all([host, viewer, other].map((person) => comeIn(person, roomId)));
    await viewer.post(`social/block/${other.userId}`);
    const { data } = await viewer.get(cinema(roomId, 'viewers'));
    expect([data.items.length, data.guests]).toEqual([2, 1]);
    expect((await (await asStaff('owner')).get(cinema(roomId, 'viewers'))).data.items).toHaveLength(3);
  });
});

describe('the queue', () => {
  const queue = [
    { videoUrl: 'https://films.example/1.mp4', title: 'One', durationMs: 60_000 },
    { videoUrl: 'https://films.example/2.mp4', title: 'Two' },
  ];
  const titles = (videos: { title: string }[]) => videos.map(({ title }) => title);

  it('is set whole by the host, reordered, and skipped through', async () => {
    const { host, roomId } = await aShowing();
    expect((await host.put(`rooms/${roomId}`, { queue })).status).toBe(200);
    await host.put(`rooms/${roomId}`, { queue: queue.toReversed(), title: 'Film night' });
    expect(titles((await host.get(cinema(roomId, 'session'))).data.queue)).toEqual(['Two', 'One']);
    const next = await start(host, roomId, { next: true });
    expect([next.data.title, titles(next.data.queue)]).toEqual(['Two', ['One']]);
    await host.put(`rooms/${roomId}`, { queue: [] });
    expect(statusAndCode(await start(host, roomId, { next: true }))).toEqual([409, 'QUEUE_EMPTY']);
  });

  it('holds at most fifty videos, each with a link that a screening may have', async () => {
    const host = await asViewer();
    const roomId = await aUserRoom(host);
    const put = async (videos: object[]) => statusAndCode(await host.put(`rooms/${roomId}`, { queue: videos }));
    const many = Array.from({ length: 51 }, () => queue[0] ?? {});
    expect(await put(many)).toEqual([422, 'VALIDATION_FAILED']);
    expect(await put(many.slice(1))).toEqual([200, undefined]);
    expect(await put([...queue, { videoUrl: 'http://a.example/', title: 'x' }])).toEqual([422, 'VIDEO_URL_INVALID']);
  });

  it('is the host’s alone, but who controls the screening may skip', async () => {
    const { host, viewer, roomId } = await aShowing({ control: 'everyone' });
    expect(statusAndCode(await viewer.put(`rooms/${roomId}`, { queue }))).toEqual([403, 'HOST_ONLY']);
    await host.put(`rooms/${roomId}`, { queue });
    await comeIn(viewer, roomId);
    const { data } = await start(viewer, roomId, { next: true });
    expect([data.title, data.by]).toEqual(['One', viewer.userId]);
    const strict = await aShowing();
    await strict.host.put(`rooms/${strict.roomId}`, { queue });
    expect(statusAndCode(await start(viewer, strict.roomId, { next: true }))).toEqual([403, 'NOT_IN_CONTROL']);
  });
});

it('an account whose address is not verified only reads', async () => {
  const unverified = await asUser({ verified: false });
  const { roomId } = await aShowing();
  expect(statusAndCode(await unverified.post(cinema(roomId, 'join')))).toEqual([403, 'EMAIL_NOT_VERIFIED']);
});
