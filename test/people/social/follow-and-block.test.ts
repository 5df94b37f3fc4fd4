import { eq } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { testContext } from '#test/support/context';
import { aStream } from '#test/support/streams';
import { actorOf, asCreator, asViewer } from '#test/support/users';
import { outbox } from '@/db/outbox';
import { users } from '@/domains/base/users/tables';
import { blockUser, unblockUser } from '@/domains/people/social/block';
import { follow, followCreator, unfollowCreator } from '@/domains/people/social/follow';
import { blocks, follows } from '@/domains/people/social/tables';
import { newId } from '@/shared/ids';

/** Events stay in the outbox, to be looked at. */
const undelivered = () => Object.assign(testContext(), { deliver: async () => {} });

async function followerCount(userId: string): Promise<number | undefined> {
  const row = await testContext()
    .db.select({ count: users.followerCount })
    .from(users)
    .where(eq(users.id, userId))
    .get();
  return row?.count;
}

async function eventsAbout(userId: string) {
  const rows = await testContext().db.select().from(outbox);
  return rows.map(({ event }) => event).filter((event) => JSON.stringify(event).includes(userId));
}

test('a follow counts once, however often it is repeated and raced', async () => {
  const [ctx, viewer, creator] = [testContext(), await asViewer(), await asCreator()];
  await Promise.all([1, 2, 3, 4].map(() => followCreator(ctx, actorOf(viewer), creator.userId)));
  expect(await followerCount(creator.userId)).toBe(1);
});

test('unfollowing twice subtracts only one follower', async () => {
  const [ctx, viewer, creator] = [testContext(), await asViewer(), await asCreator()];
  await followCreator(ctx, actorOf(viewer), creator.userId);
  await unfollowCreator(ctx, viewer.userId, creator.userId);
  await unfollowCreator(ctx, viewer.userId, creator.userId);
  expect(await followerCount(creator.userId)).toBe(0);
});

test('only creators are followed, and nobody follows themselves', async () => {
  const [ctx, viewer, creator] = [testContext(), await asViewer(), await asCreator()];
  const other = await asViewer();
  await expect(followCreator(ctx, actorOf(viewer), other.userId)).rejects.toMatchObject({ code: 'NOT_A_CREATOR' });
  await expect(followCreator(ctx, actorOf(creator), creator.userId)).rejects.toMatchObject({ code: 'NOT_ONESELF' });
  await expect(followCreator(ctx, actorOf(viewer), newId())).rejects.toMatchObject({ code: 'USER_NOT_FOUND' });
});

test('a block ends follows in both directions and prevents new ones', async () => {
  const [ctx, one, other] = [testContext(), await asCreator(), await asCreator()];
  await followCreator(ctx, actorOf(one), other.userId);
  await followCreator(ctx, actorOf(other), one.userId);
  await blockUser(ctx, one.userId, other.userId);
  expect(await followerCount(one.userId)).toBe(0);
  expect(await followerCount(other.userId)).toBe(0);
  for (const [from, to] of [
    [one, other],
    [other, one],
  ] as const)
    await expect(followCreator(ctx, actorOf(from), to.userId)).rejects.toMatchObject({ code: 'USER_NOT_FOUND' });
});

test('a follow requested just before a block does not get past the block', async () => {
  const [ctx, viewer, creator] = [testContext(), await asViewer(), await asCreator()];
  await blockUser(ctx, creator.userId, viewer.userId);
  await follow(ctx, viewer.userId, creator.userId);
  expect(await ctx.db.$count(follows, eq(follows.followerId, viewer.userId))).toBe(0);
});

test('a block is one row, repeated or not, and unblocking removes it', async () => {
  const [ctx, one, other] = [testContext(), await asViewer(), await asViewer()];
  await Promise.all([1, 2].map(() => blockUser(ctx, one.userId, other.userId)));
  expect(await ctx.db.$count(blocks, eq(blocks.blockerId, one.userId))).toBe(1);
  await unblockUser(ctx, one.userId, other.userId);
  expect(await ctx.db.$count(blocks, eq(blocks.blockerId, one.userId))).toBe(0);
});

test('nobody can block themselves or an unknown user', async () => {
  const [ctx, viewer] = [testContext(), await asViewer()];
  await expect(blockUser(ctx, viewer.userId, viewer.userId)).rejects.toMatchObject({ code: 'NOT_ONESELF' });
  await expect(blockUser(ctx, viewer.userId, newId())).rejects.toMatchObject({ code: 'USER_NOT_FOUND' });
});

test("a block notifies the live rooms of both and removes each from the other's video", async () => {
  const [ctx, one, other] = [undelivered(), await asCreator(), await asCreator()];
  const [streamOfOne, streamOfOther] = [await aStream(one), await aStream(other)];
  await aStream(one, { status: 'ended' });
  await blockUser(ctx, one.userId, other.userId);
  const events = (await eventsAbout(other.userId)).filter(
    ({ kind }) => !['notify', 'task', 'block-changed'].includes(kind),
  );
  const changed = (userId: string) => ({ type: 'standing-changed', userId });
  expect(events).toHaveLength(2);
  expect(events).toContainEqual({ kind: 'room', roomId: streamOfOne, command: changed(other.userId) });
  expect(events).toContainEqual(
    expect.objectContaining({ kind: 'remove-participant', roomId: one.channelId, identity: other.userId }),
  );
  expect(await eventsAbout(one.userId)).toContainEqual({
    kind: 'room',
    roomId: streamOfOther,
    command: changed(one.userId),
  });
});

test("a follow notifies the creator's live room, if one is open", async () => {
  const [ctx, viewer, creator] = [undelivered(), await asViewer(), await asCreator()];
  await followCreator(ctx, actorOf(viewer), creator.userId);
  expect((await eventsAbout(viewer.userId)).filter(({ kind }) => kind === 'room')).toEqual([]);
  const streamId = await aStream(creator);
  await unfollowCreator(ctx, viewer.userId, creator.userId);
  expect((await eventsAbout(viewer.userId)).filter(({ kind }) => kind === 'room')).toEqual([
    { kind: 'room', roomId: streamId, command: { type: 'standing-changed', userId: viewer.userId } },
  ]);
});
