import { env } from 'cloudflare:workers';
import { eq } from 'drizzle-orm';
import { expect, test, vi } from 'vitest';
import { client } from '#test/support/api';
import { testContext } from '#test/support/context';
import { standInForLiveKit } from '#test/support/livekit';
import { anOpenStream, aStream } from '#test/support/streams';
import { asCreator, asStaff, asViewer } from '#test/support/users';
import { staffLog } from '@/domains/base/permissions/tables';
import { encoderIdentity, readIdentity, watchingIdentity } from '@/domains/live/channels/media-identity';
import { channelBans, moderators } from '@/domains/live/channels/tables';
import { encodeCursor } from '@/http/envelope';
import { openRooms } from '@/room/rooms';
import { newId } from '@/shared/ids';

async function aModerator(channelId: string) {
  const person = await asViewer();
  await testContext().db.insert(moderators).values({ channelId, userId: person.userId, createdAt: 1 });
  return person;
}

const isBanned = async (channelId: string, userId: string) => {
  const rows = await testContext().db.select().from(channelBans).where(eq(channelBans.channelId, channelId));
  return rows.some((row) => row.userId === userId);
};

test('a ban applies to the whole channel, removes the viewer from the video, and can be lifted', async () => {
  const liveKit = standInForLiveKit();
  const [creator, viewer] = [await asCreator(), await asViewer()];
  const [id, next] = [await aStream(creator), await aStream(creator, { status: 'scheduled' })];
  const act = (action: string) =>
    creator.post(`stream/${id}/moderation`, { action, userId: viewer.userId, reason: ' spam ' });
  const tabs = [
    await viewer.post('viewer/token', { streamId: id }),
    await viewer.post('viewer/token', { streamId: id }),
  ];
  const { room } = tabs.map(({ data }) => liveKit.joinWith(data.token))[0] ?? {};
  expect((await act('ban')).status).toBe(200);
  expect((await act('ban')).status).toBe(200);
  for (const stream of [id, next]) expect((await viewer.post(`stream/${stream}/join`)).error.code).toBe('BANNED');
  expect((await viewer.post(`sessions/${id}/chat`, { text: 'hello' })).error.code).toBe('BANNED');
  await vi.waitFor(() => expect(liveKit.participants.get(String(room))).toEqual(new Set()));
  const list = await creator.get(`stream/${id}/moderation`);
  expect(list.data.items).toEqual([
    {
      user: expect.objectContaining({ id: viewer.userId, username: viewer.username, isLive: false }),
      by: expect.objectContaining({ id: creator.userId, username: creator.username, role: 'creator' }),
      reason: 'spam',
      at: expect.any(String),
      messages: [],
    },
  ]);
  expect((await act('unban')).status).toBe(200);
  expect((await act('unban')).status).toBe(200);
  expect((await viewer.post(`stream/${id}/join`)).status).toBe(200);
});

test('only creator, moderators and staff with the permission moderate and see who is moderated', async () => {
  standInForLiveKit();
  const creator = await asCreator();
  const id = await aStream(creator);
  const target = await asViewer();
  const ban = { action: 'ban', userId: target.userId };
  for (const [person, mayBan, mayList] of [
    [await asViewer(), false, false],
    [await asCreator(), false, false],
    [target, false, false],
    [await asStaff('support'), false, false],
    [await asStaff('admin_l1'), false, true],
    [await asStaff('admin_l1', { granted: ['canBanUsers'] }), true, true],
    [await asStaff('admin_l2', { denied: ['canBanUsers'] }), false, true],
    [await asStaff('admin_l2'), true, true],
    [await aModerator(creator.channelId), true, true],
  ] as const) {
    const answers = [await person.post(`stream/${id}/moderation`, ban), await person.get(`stream/${id}/moderation`)];
    expect(answers.map(({ status }) => status)).toEqual([mayBan ? 200 : 403, mayList ? 200 : 403]);
  }
  const guest = client();
  expect((await guest.post(`stream/${id}/moderation`, ban)).status).toBe(401);
  expect((await guest.get(`stream/${id}/moderation`)).status).toBe(401);
});

test('nobody can moderate the creator, themselves or higher staff, and moderators not each other', async () => {
  standInForLiveKit();
  const creator = await asCreator();
  const id = await aStream(creator);
  const [moderator, another] = [await aModerator(creator.channelId), await aModerator(creator.channelId)];
  const [l2, alsoL2, l3] = [await asStaff('admin_l2'), await asStaff('admin_l2'), await asStaff('admin_l3')];
  for (const [actor, target, expected] of [
    [creator, creator, 403],
    [moderator, creator, 403],
    [l3, creator, 403],
    [moderator, moderator, 403],
    [moderator, another, 403],
    [moderator, l2, 403],
    [creator, l2, 403],
    [l2, alsoL2, 403],
    [l3, l2, 200],
    [creator, moderator, 200],
    [l2, another, 200],
  ] as const) {
    const { status, error } = await actor.post(`stream/${id}/moderation`, { action: 'ban', userId: target.userId });
    expect(status).toBe(expected);
    if (expected === 403) expect(error.code).toBe('OUT_OF_YOUR_REACH');
    expect(await isBanned(creator.channelId, target.userId)).toBe(expected === 200);
  }
  // Banned, so no moderator any more.
  const ban = { action: 'ban', userId: (await asViewer()).userId };
  expect((await moderator.post(`stream/${id}/moderation`, ban)).error.code).toBe('NOT_MODERATOR');
});

test('actions of staff are logged, those of the creator are not', async () => {
  standInForLiveKit();
  const [creator, staff, target] = [await asCreator(), await asStaff('admin_l2'), await asViewer()];
  const id = await aStream(creator);
  const about = { userId: target.userId, reason: 'threats' };
  await creator.post(`stream/${id}/moderation`, { action: 'timeout', ...about });
  await staff.post(`stream/${id}/moderation`, { action: 'ban', ...about });
  await staff.post(`stream/${id}/moderation`, { action: 'timeout', userId: target.userId, seconds: 60 });
  const rows = await testContext().db.select().from(staffLog).where(eq(staffLog.targetId, target.userId));
  expect(rows).toMatchObject([
    { staffId: staff.userId, action: 'room.ban', targetType: 'user', reason: 'threats', after: { streamId: id } },
    { staffId: staff.userId, action: 'room.timeout', after: { streamId: id, seconds: 60 } },
  ]);
});

test('a creator who is also staff can moderate lower staff by their rank, which is logged', async () => {
  standInForLiveKit();
  const [creator, support] = [await asCreator({ rank: 'admin_l2' }), await asStaff('support')];
  const id = await aStream(creator);
  const { status } = await creator.post(`stream/${id}/moderation`, { action: 'ban', userId: support.userId });
  expect(status).toBe(200);
  const rows = await testContext().db.select().from(staffLog).where(eq(staffLog.targetId, support.userId));
  expect(rows).toMatchObject([{ staffId: creator.userId, action: 'room.ban' }]);
});

test('a kick of a guest puts nobody with an account out of the video, nor the encoder', async () => {
  const liveKit = standInForLiveKit();
  const [creator, viewer] = [await asCreator(), await asViewer()];
  const moderator = await aModerator(creator.channelId);
  const id = await anOpenStream(creator);
  const watch = async (person: Pick<typeof viewer, 'post'>) =>
    liveKit.joinWith((await person.post('viewer/token', { streamId: id })).data.token);
  const [{ room, identity }, guest] = [await watch(viewer), await watch(client())];
  const others = [creator.userId, encoderIdentity(creator.userId), watchingIdentity(creator.userId), identity];
  for (const other of others) liveKit.join(room, other);
  const kick = (guestId: string) => moderator.post(`stream/${id}/moderation`, { action: 'kick', guestId });
  for (const account of [creator.userId, viewer.userId.toUpperCase()])
    expect((await kick(account)).error.code).toBe('USER_NOT_FOUND');
  for (const noId of [encoderIdentity(creator.userId), identity, 'x'.repeat(100_000)])
    expect(await kick(noId)).toMatchObject({ status: 422, error: { details: [{ path: 'guestId' }] } });
  expect((await kick(readIdentity(guest.identity).id)).status).toBe(200);
  await vi.waitFor(() => expect(liveKit.participants.get(room)).toEqual(new Set(others)));
  expect((await creator.get(`stream/${id}/moderation/log`)).data.items).toHaveLength(1);
});

test('time-outs and kicks require a stream that is not over, a ban does not', async () => {
  standInForLiveKit();
  const [creator, target] = [await asCreator(), await asViewer()];
  const [ended, cancelled] = [
    await aStream(creator, { status: 'ended' }),
    await aStream(creator, { status: 'cancelled' }),
  ];
  const act = (id: string, action: string) =>
    creator.post(`stream/${id}/moderation`, { action, userId: target.userId });
  expect((await act(ended, 'timeout')).error.code).toBe('STREAM_ENDED');
  expect((await act(ended, 'kick')).error.code).toBe('STREAM_ENDED');
  expect((await act(cancelled, 'kick')).error.code).toBe('STREAM_CANCELLED');
  expect((await act(ended, 'ban')).status).toBe(200);
});

test('bad input names its field; unknown streams and users are 404', async () => {
  const creator = await asCreator();
  const id = await aStream(creator);
  const userId = newId();
  for (const [body, path] of [
    [{ userId }, 'action'],
    [{ action: 'exile', userId }, 'action'],
    [{ action: 'kick' }, 'userId'],
    [{ action: 'timeout', userId, seconds: 0 }, 'seconds'],
    [{ action: 'timeout', userId, seconds: 1e9 }, 'seconds'],
    [{ action: 'ban', userId, seconds: 10 }, 'seconds'],
    [{ action: 'ban', userId, reason: 'x'.repeat(301) }, 'reason'],
    [{ action: 'ban', userId, forever: true }, 'forever'],
    [{ action: 'kick', userId, deleteMessages: true }, 'deleteMessages'],
    [{ action: 'unban', userId, deleteMessages: false }, 'deleteMessages'],
  ] as const) {
    const { status, error } = await creator.post(`stream/${id}/moderation`, body);
    expect(status).toBe(422);
    expect(error.details).toMatchObject([{ path }]);
  }
  expect((await creator.post(`stream/${id}/moderation`, { action: 'ban', userId })).error.code).toBe('USER_NOT_FOUND');
  const elsewhere = await creator.post(`stream/${newId()}/moderation`, { action: 'ban', userId });
  expect(elsewhere.error.code).toBe('STREAM_NOT_FOUND');
});

test('a ban hides the user’s messages from all but moderators, unless it is asked to keep them', async () => {
  standInForLiveKit();
  const [creator, viewer, other] = [await asCreator(), await asViewer(), await asViewer()];
  const id = await anOpenStream(creator);
  for (const [who, text] of [
    [viewer, 'one'],
    [viewer, 'two'],
    [other, 'three'],
  ] as const)
    await who.post(`sessions/${id}/chat`, { text });
  const act = (action: string, who: typeof viewer, more = {}) =>
    creator.post(`stream/${id}/moderation`, { action, userId: who.userId, ...more });
  await act('ban', viewer, { reason: 'threats' });
  await act('ban', other, { deleteMessages: false });
  const history = `sessions/${id}/chat?perPage=4&cursor=${encodeCursor('chat', [99])}`;
  const texts = (items: { text: string }[]) => items.map(({ text }) => text);
  await vi.waitFor(async () => {
    const { messages } = await openRooms(env.ROOMS)(id).history(null, 10);
    expect(texts(messages)).toEqual(['three', '', '']);
  });
  expect(texts((await creator.get(history)).data.items)).toEqual(['three', '', '']);
  const { items } = (await creator.get(`stream/${id}/moderation`)).data;
  const of = (who: typeof viewer) => items.find(({ user }: { user: { id: string } }) => user.id === who.userId);
  expect(of(viewer).messages).toMatchObject([{ text: 'two', userId: viewer.userId, deleted: false }, { text: 'one' }]);
  expect(texts(of(other).messages)).toEqual(['three']);
  for (const answer of [
    await viewer.post(`stream/${id}/join`),
    await viewer.post(`sessions/${id}/chat`, { text: 'why?' }),
    await viewer.get(`sessions/${id}/chat`),
  ])
    expect(answer.error).toMatchObject({ code: 'BANNED', details: { reason: 'threats' } });
  await act('unban', viewer);
  await act('timeout', viewer, { seconds: 60, reason: 'again' });
  expect(texts((await creator.get(history)).data.items)).toEqual(['three', '', '']);
  const refused = await viewer.post(`sessions/${id}/chat`, { text: 'why?' });
  expect(refused.error).toMatchObject({ code: 'TIMED_OUT', details: { reason: 'again' } });
  expect((await creator.get(`stream/${id}/moderation`)).data.timeouts).toMatchObject([
    { messages: [{ text: 'two' }, { text: 'one' }] },
  ]);
});

test('bans come in pages, newest first', async () => {
  const creator = await asCreator();
  const id = await aStream(creator);
  const ctx = testContext();
  const banned = [await asViewer(), await asViewer(), await asViewer()];
  for (const [index, { userId }] of banned.entries())
    await ctx.db
      .insert(channelBans)
      .values({ channelId: creator.channelId, userId, bannedBy: creator.userId, createdAt: 1_000 + index });
  const first = (await creator.get(`stream/${id}/moderation?perPage=2`)).data;
  expect(first.pagination).toEqual({ page: 1, perPage: 2, total: 3, totalPages: 2 });
  const second = (await creator.get(`stream/${id}/moderation?perPage=2&page=2`)).data;
  const users = [...first.items, ...second.items].map((item: { user: { id: string } }) => item.user.id);
  expect(users).toEqual(banned.map(({ userId }) => userId).toReversed());
});
