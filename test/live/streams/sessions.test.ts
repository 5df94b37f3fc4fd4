import { eq } from 'drizzle-orm';
import { decodeJwt } from 'jose';
import { expect, test } from 'vitest';
import { client } from '#test/support/api';
import { testContext } from '#test/support/context';
import { aStream } from '#test/support/streams';
import { asCreator, asStaff, asUser, asViewer } from '#test/support/users';
import { mediaUrl, newKey } from '@/domains/base/media/keys';
import { channels } from '@/domains/live/channels/tables';
import { streams } from '@/domains/live/streams/tables';
import { newId } from '@/shared/ids';
import { DAY_MS, HOUR_MS } from '@/shared/time';

const guest = client();
const inAnHour = () => new Date(Date.now() + HOUR_MS).toISOString();

test('a session is made of the request and the channel’s defaults', async () => {
  const creator = await asCreator();
  const plain = await creator.post('sessions', {});
  expect(plain.status).toBe(201);
  expect(plain.data).toMatchObject({
    creatorId: creator.userId,
    title: 'A show',
    status: 'scheduled',
    visibility: 'public',
    showViewers: true,
    scheduledFor: null,
  });
  const scheduledFor = inAnHour();
  const thumbnailUrl = mediaUrl(testContext().config, newKey('thumbnail'));
  const details = {
    title: 'Élan vital',
    description: 'long',
    category: 'talk',
    visibility: 'followers',
    showViewers: false,
    thumbnailUrl,
    scheduledFor,
  };
  const full = await creator.post('sessions', details);
  expect(full.data).toMatchObject(details);
  expect((await guest.get(`sessions/${full.data.id}`)).data).toMatchObject(details);
});

test('a creator without a channel gets one', async () => {
  const creator = await asUser({ role: 'creator', creatorStatus: 'APPROVED' });
  const { status, data } = await creator.post('sessions', { title: 'First' });
  expect(status).toBe(201);
  const channel = await testContext().db.select().from(channels).where(eq(channels.creatorId, creator.userId)).get();
  expect(data.title).toBe('First');
  expect(channel).toBeDefined();
});

test('only approved creators can create sessions', async () => {
  expect((await guest.post('sessions', {})).status).toBe(401);
  for (const person of [
    await asViewer(),
    await asUser({ role: 'dj', creatorStatus: 'PENDING' }),
    await asStaff('owner'),
  ])
    expect((await person.post('sessions', {})).error.code).toBe('CREATOR_APPROVAL_REQUIRED');
});

test('invalid fields are named', async () => {
  const creator = await asCreator();
  const { data } = await creator.post('sessions', {});
  for (const [body, path] of [
    [{ title: '  ' }, 'title'],
    [{ title: 'x'.repeat(141) }, 'title'],
    [{ title: 'a\u0007b' }, 'title'],
    [{ title: null }, 'title'],
    [{ category: 'no such category' }, 'category'],
    [{ visibility: 'secret' }, 'visibility'],
    [{ showViewers: 'yes' }, 'showViewers'],
    [{ thumbnailUrl: 'https://elsewhere.test/a.png' }, 'thumbnailUrl'],
    [{ thumbnailUrl: 'javascript:alert(1)' }, 'thumbnailUrl'],
    [{ scheduledFor: 'tomorrow' }, 'scheduledFor'],
    [{ scheduledFor: new Date(Date.now() - 1).toISOString() }, 'scheduledFor'],
    [{ scheduledFor: new Date(Date.now() + 366 * DAY_MS).toISOString() }, 'scheduledFor'],
    [{ status: 'live' }, 'status'],
    [{ creatorId: newId() }, 'creatorId'],
  ] as const)
    for (const answer of [await creator.post('sessions', body), await creator.put(`sessions/${data.id}`, body)]) {
      expect(answer.status, path).toBe(422);
      expect(answer.error.details).toMatchObject([{ path }]);
    }
  const malformed = await creator.post('sessions', '{', { headers: { 'content-type': 'application/json' } });
  expect(malformed.status).toBe(400);
});

test('a change keeps the fields that the request does not send', async () => {
  const creator = await asCreator();
  const made = (await creator.post('sessions', { title: 'One', category: 'talk', scheduledFor: inAnHour() })).data;
  const changed = (await creator.put(`sessions/${made.id}`, { title: 'Two', scheduledFor: null })).data;
  expect(changed).toEqual({ ...made, title: 'Two', scheduledFor: null });
  expect((await creator.put(`sessions/${made.id}`, { category: null })).data.category).toBeNull();
});

test('changing a session of another creator is 403 if it is visible and 404 if not', async () => {
  const [creator, stranger] = [await asCreator(), await asCreator()];
  const shown = await aStream(creator, { status: 'scheduled' });
  const hidden = await aStream(creator, { status: 'scheduled', visibility: 'private' });
  for (const person of [stranger, await asCreator({ rank: 'owner' })])
    for (const [id, code] of [
      [shown, 'NOT_YOUR_STREAM'],
      [hidden, 'STREAM_NOT_FOUND'],
      [newId(), 'STREAM_NOT_FOUND'],
    ] as const)
      for (const answer of [
        await person.put(`sessions/${id}`, { title: 'Mine' }),
        await person.delete(`sessions/${id}`),
        await person.post(`sessions/${id}/start`),
        await person.post(`sessions/${id}/end`),
      ])
        expect(answer.error.code).toBe(code);
  for (const answer of [await guest.put(`sessions/${shown}`, { title: 'x' }), await guest.delete(`sessions/${shown}`)])
    expect(answer.status).toBe(401);
});

test('a session goes live once, returns a token that can publish, and ends for good', async () => {
  const creator = await asCreator();
  const { id } = (await creator.post('sessions', { title: 'Tonight' })).data;
  expect((await creator.post(`sessions/${id}/end`)).error.code).toBe('STREAM_NOT_LIVE');
  const { status, data } = await creator.post(`sessions/${id}/start`);
  expect(status).toBe(200);
  expect(data.stream).toMatchObject({ id, status: 'live', creator: { isLive: true }, startTime: expect.any(String) });
  expect(decodeJwt(data.token.token).video).toMatchObject({ room: creator.channelId, canPublish: true });
  const again = await creator.post(`sessions/${id}/start`);
  expect(again).toMatchObject({ status: 200, data: { stream: data.stream, token: { room: data.token.room } } });
  const another = (await creator.post('sessions', {})).data.id;
  expect((await creator.post(`sessions/${another}/start`)).error.code).toBe('ALREADY_LIVE');
  const ended = await creator.post(`sessions/${id}/end`);
  expect(ended.data).toMatchObject({ id, status: 'ended', viewerCount: 0, endTime: expect.any(String) });
  expect((await creator.post(`sessions/${id}/end`)).data).toEqual(ended.data);
  expect((await creator.post(`sessions/${id}/start`)).error.code).toBe('STREAM_ENDED');
  const cancelled = (await creator.post('sessions', {})).data.id;
  await creator.delete(`sessions/${cancelled}`);
  expect((await creator.post(`sessions/${cancelled}/start`)).error.code).toBe('STREAM_CANCELLED');
  expect((await creator.post(`sessions/${another}/start`)).status).toBe(200);
});

test('only one of two sessions started at once goes live', async () => {
  const creator = await asCreator();
  const ids = [await aStream(creator, { status: 'scheduled' }), await aStream(creator, { status: 'scheduled' })];
  const answers = await Promise.all(ids.map((id) => creator.post(`sessions/${id}/start`)));
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
});

test('a live session can change its title and description, but not its date or visibility', async () => {
  const creator = await asCreator();
  const id = await aStream(creator);
  expect((await creator.put(`sessions/${id}`, { title: 'Later', visibility: 'public' })).data.title).toBe('Later');
  for (const body of [{ visibility: 'private' }, { scheduledFor: inAnHour() }])
    expect((await creator.put(`sessions/${id}`, body)).error.code).toBe('STREAM_STARTED');
});

test('a session can be cancelled once and for good, but not after it has started', async () => {
  const creator = await asCreator();
  const { id } = (await creator.post('sessions', {})).data;
  for (const answer of [await creator.delete(`sessions/${id}`), await creator.delete(`sessions/${id}`)])
    expect(answer.data).toMatchObject({ id, status: 'cancelled' });
  expect((await creator.put(`sessions/${id}`, { title: 'x' })).error.code).toBe('STREAM_CANCELLED');
  expect((await guest.post(`stream/${id}/join`)).error.code).toBe('STREAM_CANCELLED');
  const live = await aStream(creator);
  expect((await creator.delete(`sessions/${live}`)).error.code).toBe('STREAM_STARTED');
  const ended = await aStream(creator, { status: 'ended' });
  expect((await creator.delete(`sessions/${ended}`)).error.code).toBe('STREAM_STARTED');
  expect((await creator.put(`sessions/${ended}`, { title: 'x' })).error.code).toBe('STREAM_ENDED');
});

test('a creator has at most fifty waiting streams, even if many are created at once', async () => {
  const creator = await asCreator();
  for (let made = 0; made < 47; made += 1) await aStream(creator, { status: 'scheduled' });
  const answers = await Promise.all(Array.from({ length: 6 }, () => creator.post('sessions', {})));
  const refused = answers.filter(({ status }) => status !== 201).map(({ error }) => error.code);
  expect(refused).toEqual(['TOO_MANY_SCHEDULED', 'TOO_MANY_SCHEDULED', 'TOO_MANY_SCHEDULED']);
  expect(await testContext().db.$count(streams, eq(streams.creatorId, creator.userId))).toBe(50);
});
