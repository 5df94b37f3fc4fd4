import { eq } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { client } from '#test/support/api';
import { testContext } from '#test/support/context';
import { anOpenStream } from '#test/support/streams';
import { asCreator, asStaff, asUser, asViewer } from '#test/support/users';
import { staffLog } from '@/domains/base/permissions/tables';
import { type channels, moderators } from '@/domains/live/channels/tables';
import { block } from '@/domains/people/social/block';
import { encodeCursor } from '@/http/envelope';
import { newId } from '@/shared/ids';

const rules = { heldWords: ['maybe'] };

async function aModerator(channelId: string) {
  const person = await asViewer();
  await testContext().db.insert(moderators).values({ channelId, userId: person.userId, createdAt: 1 });
  return person;
}

async function aHeldMessage(given: Partial<typeof channels.$inferInsert> = {}) {
  const [creator, author] = [await asCreator(), await asViewer()];
  const id = await anOpenStream(creator, {}, { ...rules, ...given });
  const { data } = await author.post(`sessions/${id}/chat`, { text: 'Maybe not' });
  return { creator, author, id, messageId: data.id as string, data };
}

test('a message that waits says so to its author, also when it is sent again, and is in no history', async () => {
  const { author, id, data } = await aHeldMessage();
  expect(data).toMatchObject({ seq: null, held: 'blocked-words', text: 'Maybe not' });
  const message = { id: newId(), text: 'maybe, maybe' };
  const first = await author.post(`sessions/${id}/chat`, message);
  expect(first).toMatchObject({ status: 201, data: { held: 'blocked-words' } });
  expect((await author.post('stream/chat/message', { streamId: id, ...message })).data).toEqual(first.data);
  expect((await author.get(`stream/chat/${id}`)).data.items).toEqual([]);
});

test('messages that wait are listed oldest first, in pages', async () => {
  const { creator, author, id, messageId } = await aHeldMessage();
  for (const text of ['maybe 2', 'maybe 3']) await author.post(`sessions/${id}/chat`, { text });
  const first = await creator.get(`stream/${id}/held?perPage=2`);
  expect(first.data.items).toMatchObject([
    { id: messageId, text: 'Maybe not', userId: author.userId, reason: 'blocked-words', releaseAt: null, seq: null },
    { text: 'maybe 2' },
  ]);
  const { nextCursor } = first.data.pagination;
  const second = await creator.get(`stream/${id}/held?perPage=2&cursor=${nextCursor}`);
  expect(second.data).toMatchObject({ items: [{ text: 'maybe 3' }], pagination: { nextCursor: null, perPage: 2 } });
  for (const cursor of ['nonsense', encodeCursor('chat', [1])])
    expect((await creator.get(`stream/${id}/held?cursor=${cursor}`)).error.code).toBe('CURSOR_INVALID');
});

test('a message of a delayed chat is listed with the time when it is shown', async () => {
  const { creator, id, data } = await aHeldMessage({ heldWords: [], chatDelaySeconds: 300 });
  expect(data).toMatchObject({ held: 'delay' });
  const { items } = (await creator.get(`stream/${id}/held`)).data;
  expect(items).toMatchObject([{ reason: 'delay' }]);
  expect(Date.parse(items[0].releaseAt)).toBe(Date.parse(items[0].at) + 300_000);
});

test('a message that is let through is in the history, and its author gets its seq', async () => {
  const { creator, author, id, messageId } = await aHeldMessage();
  const answer = await creator.post(`stream/${id}/held/${messageId.toUpperCase()}`, { action: 'allow' });
  expect(answer).toMatchObject({
    status: 200,
    data: { messageId, action: 'allow', by: creator.userId, at: expect.any(String), seq: expect.any(Number) },
  });
  expect((await creator.post(`stream/${id}/held/${messageId}`, { action: 'allow' })).data).toEqual(answer.data);
  const { items } = (await author.get(`stream/chat/${id}`)).data;
  expect(items).toMatchObject([{ id: messageId, text: 'Maybe not', seq: answer.data.seq }]);
  expect(items[0].held).toBeUndefined();
  expect((await creator.get(`stream/${id}/held`)).data.items).toEqual([]);
});

test('of two moderators who decide differently, one wins and the other hears what was decided', async () => {
  const { creator, id, messageId } = await aHeldMessage();
  const moderator = await aModerator(creator.channelId);
  const answers = await Promise.all([
    creator.post(`stream/${id}/held/${messageId}`, { action: 'allow' }),
    moderator.post(`stream/${id}/held/${messageId}`, { action: 'drop' }),
  ]);
  const [won, lost] = answers.toSorted((one, other) => one.status - other.status);
  expect([won?.status, lost?.status]).toEqual([200, 409]);
  expect(lost?.error).toMatchObject({
    code: 'HELD_DECIDED',
    details: { action: won?.data.action, by: won?.data.by },
  });
});

test('a message that is gone, or never waited, is not found', async () => {
  const { creator, author, id, messageId } = await aHeldMessage();
  const { data } = await author.post(`sessions/${id}/chat`, { text: 'hello' });
  await author.delete(`sessions/${id}/chat/${messageId}`);
  for (const gone of [messageId, data.id, newId()]) {
    const { status, error } = await creator.post(`stream/${id}/held/${gone}`, { action: 'allow' });
    expect([status, error.code]).toEqual([404, 'MESSAGE_NOT_FOUND']);
  }
  expect((await creator.get(`stream/${newId()}/held`)).error.code).toBe('STREAM_NOT_FOUND');
});

test('only creator, moderators and staff who moderate see and decide what waits', async () => {
  const { creator, author, id } = await aHeldMessage();
  const banned = await asViewer();
  await block(testContext(), creator.userId, banned.userId);
  for (const [person, expected] of [
    [author, 403],
    [await asViewer(), 403],
    [await asCreator(), 403],
    [await asStaff('support'), 403],
    [await asStaff('admin_l1', { denied: ['canDeleteMessages', 'canKickUsers'] }), 403],
    [banned, 404],
    [await asStaff('admin_l1'), 200],
    [await asStaff('support', { granted: ['canDeleteMessages'] }), 200],
    [await aModerator(creator.channelId), 200],
    [creator, 200],
  ] as const) {
    const writer = await asViewer();
    const { data } = await writer.post(`sessions/${id}/chat`, { text: `maybe ${person.userId}` });
    expect((await person.get(`stream/${id}/held`)).status).toBe(expected);
    expect((await person.post(`stream/${id}/held/${data.id}`, { action: 'drop' })).status).toBe(expected);
  }
  const guest = client();
  expect((await guest.get(`stream/${id}/held`)).status).toBe(401);
  expect((await guest.post(`stream/${id}/held/${newId()}`, { action: 'drop' })).status).toBe(401);
  expect(await creator.post(`stream/${id}/held/${newId()}`, { action: 'hide' })).toMatchObject({
    status: 422,
    error: { details: [{ path: 'action' }] },
  });
});

test('staff decide within their reach, and it is logged once', async () => {
  const creator = await asCreator();
  const id = await anOpenStream(creator, {}, rules);
  const [here, elsewhere] = [await asUser({ country: 'DE' }), await asUser({ country: 'FR' })];
  const admin = await asStaff('country_admin', { country: 'DE' });
  const held = async (writer: typeof here) =>
    (await writer.post(`sessions/${id}/chat`, { text: 'maybe' })).data.id as string;
  const [one, other] = [await held(here), await held(elsewhere)];
  for (let round = 0; round < 2; round += 1)
    expect((await admin.post(`stream/${id}/held/${one}`, { action: 'allow' })).status).toBe(200);
  expect((await admin.post(`stream/${id}/held/${other}`, { action: 'allow' })).error.code).toBe('OUT_OF_YOUR_REACH');
  const logged = await testContext().db.select().from(staffLog).where(eq(staffLog.staffId, admin.userId));
  expect(logged.filter(({ outcome }) => outcome === 'done')).toMatchObject([
    { action: 'held-message.allow', targetType: 'chat-message', targetId: one, subjectId: here.userId },
  ]);
});

test('staff who delete a message that waits drop it', async () => {
  const { creator, id, messageId } = await aHeldMessage();
  const staff = await asStaff('admin_l1');
  expect((await staff.delete(`sessions/${id}/chat/${messageId}`)).status).toBe(200);
  expect((await creator.post(`stream/${id}/held/${messageId}`, { action: 'allow' })).error).toMatchObject({
    code: 'HELD_DECIDED',
    details: { action: 'drop', by: staff.userId },
  });
  expect((await staff.delete(`sessions/${id}/chat/${messageId}`)).status).toBe(200);
  expect(await testContext().db.select().from(staffLog).where(eq(staffLog.staffId, staff.userId))).toMatchObject([
    { action: 'held-message.drop', targetId: messageId, outcome: 'done' },
  ]);
});

test('staff delete no message that waits outside of their reach', async () => {
  const creator = await asCreator();
  const id = await anOpenStream(creator, {}, rules);
  const author = await asUser({ country: 'FR' });
  const { data } = await author.post(`sessions/${id}/chat`, { text: 'maybe' });
  const admin = await asStaff('country_admin', { country: 'DE' });
  const { status, error } = await admin.delete(`sessions/${id}/chat/${data.id}`);
  expect([status, error.code]).toEqual([403, 'OUT_OF_YOUR_REACH']);
  expect((await creator.get(`stream/${id}/held`)).data.items).toMatchObject([{ id: data.id }]);
});
