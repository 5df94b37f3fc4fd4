import { eq } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { client } from '#test/support/api';
import { testContext } from '#test/support/context';
import { anOpenStream, aStream } from '#test/support/streams';
import { asCreator, asStaff, asViewer } from '#test/support/users';
import { staffLog } from '@/domains/base/permissions/tables';
import { moderators } from '@/domains/live/channels/tables';
import { block } from '@/domains/people/social/block';
import { follow } from '@/domains/people/social/follow';
import { encodeCursor } from '@/http/envelope';
import { newId } from '@/shared/ids';

const guest = client();

test('a message is returned as it was stored, and everyone can read it', async () => {
  const [creator, viewer] = [await asCreator(), await asViewer()];
  const id = await anOpenStream(creator);
  const text = '  <b>hé</b> & 👋 ';
  const { status, data } = await viewer.post('stream/chat/message', { streamId: id, text });
  expect(status).toBe(201);
  expect(data).toMatchObject({
    streamId: id,
    userId: viewer.userId,
    username: viewer.username,
    badges: [],
    text: text.trim(),
    deleted: false,
    seq: expect.any(Number),
  });
  const byCreator = await creator.post(`sessions/${id}/chat`, { text: 'welcome' });
  expect(byCreator.data.badges).toEqual(['creator']);
  for (const path of [`stream/chat/${id}`, `sessions/${id}/chat`]) {
    const history = await guest.get(path);
    expect(history.data.items).toEqual([byCreator.data, data]);
    expect(history.data.pagination).toEqual({ nextCursor: null, perPage: 20 });
  }
});

test('a message sent twice with its id is one message', async () => {
  const [viewer, id] = [await asViewer(), await anOpenStream(await asCreator())];
  const message = { id: newId(), text: 'once' };
  const first = await viewer.post(`sessions/${id}/chat`, message);
  for (const again of [message, { ...message, id: message.id.toUpperCase() }])
    expect((await viewer.post(`sessions/${id}/chat`, again)).data).toEqual(first.data);
  expect((await guest.get(`stream/chat/${id}`)).data.items).toHaveLength(1);
});

test('a reply to a message that does not exist is 404, and its id must be one', async () => {
  const [viewer, id] = [await asViewer(), await anOpenStream(await asCreator())];
  const reply = (replyTo: string) => viewer.post(`sessions/${id}/chat`, { text: 'Yes', replyTo });
  expect(await reply(newId())).toMatchObject({ status: 404, error: { code: 'REPLY_NOT_FOUND' } });
  expect((await reply('1')).status).toBe(422);
});

test('slow mode answers 429 and says how long', async () => {
  const viewer = await asViewer();
  const id = await anOpenStream(await asCreator(), {}, { slowModeSeconds: 30 });
  await viewer.post(`sessions/${id}/chat`, { text: 'one' });
  const { status, error, headers } = await viewer.post(`sessions/${id}/chat`, { text: 'two' });
  expect({ status, code: error.code }).toEqual({ status: 429, code: 'SLOW_MODE' });
  expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
  expect(Number(headers.get('retry-after'))).toBeLessThanOrEqual(30);
});

test('a new follower can write in a followers-only chat at once', async () => {
  const [creator, viewer] = [await asCreator(), await asViewer()];
  const id = await anOpenStream(creator, {}, { chatFollowersOnly: true });
  expect((await viewer.post(`sessions/${id}/chat`, { text: 'hi' })).error.code).toBe('FOLLOWERS_ONLY');
  await follow(testContext(), viewer.userId, creator.userId);
  expect((await viewer.post(`sessions/${id}/chat`, { text: 'hi' })).status).toBe(201);
});

test('refusals are about watching on joining, and about writing in the chat', async () => {
  const [creator, viewer] = [await asCreator(), await asViewer()];
  const chat = await anOpenStream(creator, {}, { chatFollowersOnly: true });
  const { error } = await viewer.post(`sessions/${chat}/chat`, { text: 'hi' });
  expect([error.code, error.message]).toEqual(['FOLLOWERS_ONLY', 'Only followers can write here.']);
  for (const [visibility, sentence] of [
    ['followers', 'Only followers can watch this stream.'],
    ['subscribers', 'Only subscribers can watch this stream.'],
  ] as const) {
    const creator = await asCreator();
    const id = await anOpenStream(creator, { visibility });
    for (const answer of [
      await viewer.post(`stream/${id}/join`),
      await viewer.post('viewer/token', { streamId: id }),
      await viewer.post(`stream/token/${creator.userId}`),
      await viewer.get(`stream/chat/${id}`),
      await viewer.get(`stream/${id}/viewers`),
      await viewer.post(`sessions/${id}/chat`, { text: 'hi' }),
    ])
      expect(answer.error.message).toBe(sentence);
  }
});

test('nobody can write in a stream that is over, unknown, hidden or closed to them', async () => {
  const [creator, viewer, blocked] = [await asCreator(), await asViewer(), await asViewer()];
  await block(testContext(), creator.userId, blocked.userId);
  const ended = await anOpenStream(creator, { status: 'ended' });
  const hidden = await anOpenStream(creator, { status: 'scheduled', visibility: 'private' });
  const followers = await anOpenStream(creator, { visibility: 'followers' });
  for (const [who, id, code] of [
    [viewer, ended, 'STREAM_ENDED'],
    [viewer, hidden, 'STREAM_NOT_FOUND'],
    [viewer, newId(), 'STREAM_NOT_FOUND'],
    [viewer, followers, 'FOLLOWERS_ONLY'],
    [blocked, followers, 'STREAM_NOT_FOUND'],
  ] as const) {
    expect((await who.post(`sessions/${id}/chat`, { text: 'hi' })).error.code).toBe(code);
    if (id !== ended) expect((await who.get(`stream/chat/${id}`)).error.code).toBe(code);
  }
  expect((await viewer.get(`stream/chat/${ended}`)).status).toBe(200);
  expect((await guest.post(`sessions/${followers}/chat`, { text: 'hi' })).status).toBe(401);
});

test.each([
  [{ text: '' }, 'text'],
  [{ text: ' \n ' }, 'text'],
  [{ text: 'x'.repeat(501) }, 'text'],
  [{ text: 'a\u0000b' }, 'text'],
  [{}, 'text'],
  [{ text: 'hi', id: 'mine' }, 'id'],
  [{ text: 'hi', streamId: 'x' }, 'streamId'],
])('a message %j is refused with its path', async (body, path) => {
  const viewer = await asViewer();
  const { status, error } = await viewer.post(`sessions/${newId()}/chat`, body);
  expect(status).toBe(422);
  expect(error.details).toMatchObject([{ path }]);
});

test('five hundred characters are accepted, however many bytes they take', async () => {
  const [viewer, id] = [await asViewer(), await anOpenStream(await asCreator())];
  expect((await viewer.post(`sessions/${id}/chat`, { text: '👋'.repeat(500) })).status).toBe(201);
});

test('history pages back to the first message, each once', async () => {
  const creator = await asCreator();
  const streamId = await anOpenStream(creator);
  for (const text of ['1', '2', '3', '4', '5']) await creator.post(`sessions/${streamId}/chat`, { text });
  const texts: string[] = [];
  let cursor: string | null = '';
  for (let pages = 0; cursor !== null && pages < 9; pages += 1) {
    const { data } = await guest.get(`stream/chat/${streamId}?perPage=2${cursor && `&cursor=${cursor}`}`);
    texts.push(...data.items.map((item: { text: string }) => item.text));
    cursor = data.pagination.nextCursor;
  }
  expect(texts).toEqual(['5', '4', '3', '2', '1']);
});

test.each(['nonsense', encodeCursor('other', [1]), encodeCursor('chat', ['a']), encodeCursor('chat', [-1])])(
  'a cursor %s that the list did not issue is refused',
  async (cursor) => {
    const id = await aStream(await asCreator());
    expect((await guest.get(`stream/chat/${id}?cursor=${cursor}`)).error.code).toBe('CURSOR_INVALID');
  },
);

test('public pages may be cached, others may not', async () => {
  const [creator, viewer] = [await asCreator(), await asViewer()];
  const open = await anOpenStream(creator);
  const closed = await anOpenStream(creator, { status: 'ended', visibility: 'followers' });
  const older = `stream/chat/${open}?cursor=${encodeCursor('chat', [5])}`;
  expect((await guest.get(`stream/chat/${open}`)).headers.get('cache-control')).toBe('public, max-age=1');
  expect((await guest.get(older)).headers.get('cache-control')).toBe('public, max-age=60');
  expect((await guest.get(older)).headers.get('vary')).toMatch(/\bAuthorization\b/); // a user’s blocks apply at once
  expect((await viewer.get(older)).headers.get('cache-control')).toBe('private, no-cache');
  expect((await creator.get(`stream/chat/${closed}`)).headers.get('cache-control')).toBe('private, no-cache');
});

test('a cached page is not shown to users from whom the stream is hidden', async () => {
  const [creator, blocked] = [await asCreator(), await asViewer()];
  const id = await anOpenStream(creator);
  const path = `stream/chat/${id}?cursor=${encodeCursor('chat', [9])}`;
  expect((await guest.get(path)).status).toBe(200);
  await block(testContext(), creator.userId, blocked.userId);
  expect((await blocked.get(path)).status).toBe(404);
});

test('a message is deleted by its author, the creator, a moderator or staff, and by nobody else', async () => {
  const ctx = testContext();
  const [creator, author, moderator] = [await asCreator(), await asViewer(), await asViewer()];
  await ctx.db.insert(moderators).values({ channelId: creator.channelId, userId: moderator.userId, createdAt: 1 });
  const id = await anOpenStream(creator);
  const staff = await asStaff('admin_l1');
  const another = await asViewer();
  for (const [who, expected, writer = another] of [
    [await asViewer(), 403],
    [await asCreator(), 403],
    [await asStaff('support'), 403],
    [author, 200, author],
    [creator, 200, author],
    [moderator, 200, author],
    [staff, 200, author],
  ] as const) {
    const { data } = await writer.post(`sessions/${id}/chat`, { text: `message for ${who.userId}` });
    const { status, error } = await who.delete(`sessions/${id}/chat/${data.id}`);
    expect(status).toBe(expected);
    if (expected === 403) expect(error.code).toBe('NOT_ALLOWED');
    const logged = await ctx.db.select().from(staffLog).where(eq(staffLog.targetId, data.id));
    expect(logged).toHaveLength(who === staff ? 1 : 0);
    const { items } = (
      await creator.get(`sessions/${id}/chat?perPage=1&cursor=${encodeCursor('chat', [data.seq + 1])}`)
    ).data;
    expect(items).toMatchObject([{ id: data.id, deleted: expected === 200, text: expected === 200 ? '' : data.text }]);
  }
  expect((await guest.delete(`sessions/${id}/chat/${newId()}`)).status).toBe(401);
  expect((await author.delete(`sessions/${id}/chat/${newId()}`)).error.code).toBe('MESSAGE_NOT_FOUND');
});
