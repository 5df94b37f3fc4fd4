import { eq } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { client } from '#test/support/api';
import { testContext } from '#test/support/context';
import { aStream } from '#test/support/streams';
import { asCreator, asStaff, asViewer } from '#test/support/users';
import { users } from '@/domains/base/users/tables';
import { block } from '@/domains/people/social/block';
import { newId } from '@/shared/ids';
import { MINUTE_MS } from '@/shared/time';

const guest = client();
const idsOf = (items: { id: string }[]) => items.map(({ id }) => id);

test('a stream shows its creator, times and viewer count, but no earnings to strangers', async () => {
  const creator = await asCreator({ role: 'dj' });
  const id = await aStream(creator, { title: 'Night set', viewerCount: 7, peakViewers: 3 });
  const { status, data } = await guest.get(`stream/${id}`);
  expect(status).toBe(200);
  expect(data).toMatchObject({
    id,
    creatorId: creator.userId,
    creatorType: 'dj',
    creator: { id: creator.userId, username: creator.username, isLive: true },
    title: 'Night set',
    status: 'live',
    viewerCount: 7,
    peakViewers: 7,
    endTime: null,
  });
  expect(data).not.toHaveProperty('earnings');
  expect((await creator.get(`stream/${id}`)).data.earnings).toBe(0);
});

test('a username finds the live stream, or else the newest', async () => {
  const creator = await asCreator();
  expect((await guest.get(`stream/${creator.username}`)).status).toBe(404);
  const older = await aStream(creator, { status: 'ended' });
  expect((await guest.get(`stream/${creator.username}`)).data.id).toBe(older);
  const live = await aStream(creator);
  await aStream(creator, { status: 'scheduled' });
  expect((await guest.get(`stream/${creator.username}`)).data.id).toBe(live);
  for (const typed of [creator.username.toUpperCase(), `%40${creator.username}`, `${creator.username}%E2%80%8B`])
    expect((await guest.get(`viewer/stream/${typed}`)).data?.id, typed).toBe(live);
});

test('an unknown stream, user or malformed id is 404', async () => {
  for (const name of [newId(), 'nobody_at_all', '%00', '-', 'x'.repeat(500)])
    expect((await guest.get(`stream/${name}`)).error, name).toMatchObject({ code: 'STREAM_NOT_FOUND' });
});

test('users on either side of a block see neither stream nor card, but staff see both', async () => {
  const [creator, blocked, blocker, moderator] = [
    await asCreator(),
    await asViewer(),
    await asViewer(),
    await asStaff('admin_l1'),
  ];
  const id = await aStream(creator);
  const ctx = testContext();
  await block(ctx, creator.userId, blocked.userId);
  await block(ctx, blocker.userId, creator.userId);
  await block(ctx, creator.userId, moderator.userId);
  for (const reader of [blocked, blocker]) {
    expect((await reader.get(`stream/${id}`)).error.code).toBe('STREAM_NOT_FOUND');
    expect((await reader.get(`stream/${creator.username}`)).status).toBe(404);
    expect((await reader.get(`sessions?creatorId=${creator.userId}`)).data.items).toEqual([]);
  }
  expect((await moderator.get(`stream/${id}`)).status).toBe(200);
});

test('a banned creator vanishes', async () => {
  const creator = await asCreator();
  const id = await aStream(creator);
  await testContext().db.update(users).set({ status: 'banned' }).where(eq(users.id, creator.userId));
  expect((await guest.get(`stream/${id}`)).status).toBe(404);
  expect((await guest.get(`sessions?creatorId=${creator.userId}`)).data.pagination.total).toBe(0);
});

test('a private stream is shown only to its creator and staff, in every list', async () => {
  const [creator, viewer, staff] = [await asCreator(), await asViewer(), await asStaff('support')];
  const shown = await aStream(creator, { status: 'ended' });
  const hidden = await aStream(creator, { visibility: 'private' });
  for (const reader of [guest, viewer]) {
    expect((await reader.get(`stream/${hidden}`)).status).toBe(404);
    expect((await reader.get(`stream/${creator.username}`)).data.id).toBe(shown);
    expect(idsOf((await reader.get(`sessions?creatorId=${creator.userId}`)).data.items)).toEqual([shown]);
  }
  for (const reader of [creator, staff]) {
    expect((await reader.get(`stream/${hidden}`)).status).toBe(200);
    expect((await reader.get(`stream/${creator.username}`)).data.id).toBe(hidden);
    expect((await reader.get(`sessions?creatorId=${creator.userId}`)).data.pagination.total).toBe(2);
  }
});

test('live streams come in pages, under both names, newest first or most watched first', async () => {
  const made: string[] = [];
  for (const viewerCount of [5, 50, 500])
    made.push(await aStream(await asCreator(), { title: 'pagedlive', viewerCount }));
  const first = await guest.get('stream/live?q=pagedlive&perPage=2');
  expect(first.data).toMatchObject({ total: 3, page: 1, perPage: 2, pagination: { total: 3, totalPages: 2 } });
  expect(first.data.streams).toEqual(first.data.items);
  const second = await guest.get('viewer/live?q=pagedlive&perPage=2&page=2');
  expect([...idsOf(first.data.items), ...idsOf(second.data.items)]).toEqual(made.toReversed());
  const watched = await guest.get('stream/live?q=pagedlive&sort=viewers');
  expect(watched.data.items.map((item: { viewerCount: number }) => item.viewerCount)).toEqual([500, 50, 5]);
});

test('sessions are filtered by status, creator and words', async () => {
  const creator = await asCreator();
  const later = Date.now() + 60 * MINUTE_MS;
  const ended = await aStream(creator, { status: 'ended', title: 'Kvällens jazz', peakViewers: 4 });
  const popular = await aStream(creator, { status: 'ended', title: 'Jazz again', peakViewers: 9 });
  const second = await aStream(creator, { status: 'scheduled', scheduledFor: later + 1, category: 'jazz' });
  const first = await aStream(creator, { status: 'scheduled', scheduledFor: later });
  const undated = await aStream(creator, { status: 'scheduled' });
  const cancelled = await aStream(creator, { status: 'cancelled' });
  const list = async (query: string) =>
    idsOf((await guest.get(`sessions?creatorId=${creator.userId}&${query}`)).data.items);
  expect(await list('')).toEqual([undated, first, second, popular, ended]);
  expect(await list('status=cancelled')).toEqual([cancelled]);
  expect(await list('status=ended&sort=viewers')).toEqual([popular, ended]);
  expect(await list('sort=scheduled')).toEqual([first, second]);
  expect(await list('q=JAZZ')).toEqual([second, popular, ended]);
  expect(await list('q=kvall')).toEqual([ended]);
  expect(await list('q=jazz%20ag')).toEqual([popular]);
  expect(await list('q=%20%20')).toHaveLength(5);
});

test.each([
  '"',
  "'",
  '*',
  '-',
  'NEAR(',
  'a AND OR NOT b',
  'title:x',
  '{title}:x',
  '^x',
  'x"*',
  '(((',
  '\\',
  "'; DROP TABLE streams; --",
  '💥',
])('search words %s are words and no syntax', async (words) => {
  const { status, data } = await guest.get(`sessions?q=${encodeURIComponent(words)}`);
  expect(status).toBe(200);
  expect(data.items).toBeInstanceOf(Array);
});

test.each([
  ['sessions?page=0', 'page'],
  ['sessions?perPage=101', 'perPage'],
  ['sessions?status=on', 'status'],
  ['sessions?sort=best', 'sort'],
  ['sessions?sort=scheduled&status=live', 'sort'],
  ['sessions?sort=viewers&status=scheduled', 'sort'],
  ['sessions?colour=red', 'colour'],
  [`sessions?q=${'x'.repeat(101)}`, 'q'],
  ['stream/live?sort=scheduled', 'sort'],
  ['stream/recommended?page=x', 'page'],
  ['viewer/recommended?sort=best', 'sort'],
  ['viewer/search', 'q'],
  ['viewer/search?q=%20', 'q'],
])('%s is refused with its path', async (path, field) => {
  const { status, error } = await guest.get(path);
  expect(status).toBe(422);
  expect(error.details).toMatchObject([{ path: field }]);
});

test('an invalid token is refused even where none is needed', async () => {
  const { status } = await client({ authorization: 'Bearer nonsense' }).get('stream/live');
  expect(status).toBe(401);
});
