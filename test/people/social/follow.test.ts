import { eq, sql } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { client } from '#test/support/api';
import { testContext } from '#test/support/context';
import { actorOf, asCreator, asStaff, asViewer, type Person } from '#test/support/users';
import { outbox } from '@/db/outbox';
import { notifications } from '@/domains/base/notifications/tables';
import { users } from '@/domains/base/users/tables';
import { blockUser } from '@/domains/people/social/block';
import { followCreator, unfollowCreator } from '@/domains/people/social/follow';
import { follows } from '@/domains/people/social/tables';
import { sealCursor } from '@/http/envelope';
import { newId } from '@/shared/ids';

const guest = client();

const followPath = ({ userId }: Pick<Person, 'userId'>) => `social/follow/${userId}`;

/** As the database has them beside what it counts. */
async function countsOf(userId: string) {
  const ctx = testContext();
  const row = await ctx.db
    .select({ followers: users.followerCount, following: users.followingCount })
    .from(users)
    .where(eq(users.id, userId))
    .get();
  const followers = await ctx.db.$count(follows, eq(follows.creatorId, userId));
  const following = await ctx.db.$count(follows, eq(follows.followerId, userId));
  expect(row).toEqual({ followers, following });
  return row;
}

/** What the creator was told, or is yet to be told, of new followers. */
async function newsFor(userId: string) {
  const { db } = testContext();
  const told = await db.select().from(notifications).where(eq(notifications.userId, userId));
  const waiting = await db.select().from(outbox).where(sql`json_extract(event, '$.notification.userId') = ${userId}`);
  return [
    ...told.map(({ kind, data }) => ({ kind, data })),
    ...waiting.flatMap(({ event }) =>
      event.kind === 'notify' ? [{ kind: event.notification.kind, data: event.notification.data }] : [],
    ),
  ];
}

/** A Context whose events stay in the outbox. */
const undelivered = () => Object.assign(testContext(), { deliver: async () => {} });

describe('following', () => {
  it('returns the status and the counts, also when repeated', async () => {
    const [viewer, creator] = [await asViewer(), await asCreator()];
    for (let time = 0; time < 2; time += 1) {
      const { status, data } = await viewer.post(followPath(creator));
      expect(status).toBe(200);
      expect(data).toEqual({ following: true, followedBy: false, followerCount: 1, followingCount: 0 });
    }
    expect(await countsOf(viewer.userId)).toEqual({ followers: 0, following: 1 });
    for (let time = 0; time < 2; time += 1) {
      const { status, data } = await viewer.delete(followPath(creator));
      expect(status).toBe(200);
      expect(data).toEqual({ following: false, followedBy: false, followerCount: 0, followingCount: 0 });
    }
    expect(await countsOf(viewer.userId)).toEqual({ followers: 0, following: 0 });
  });

  it('is only possible with creators, not with oneself or unknown users', async () => {
    const [viewer, creator] = [await asViewer(), await asCreator()];
    const pending = await asViewer();
    await testContext().db.update(users).set({ creatorStatus: 'PENDING' }).where(eq(users.id, pending.userId));
    expect((await viewer.post(followPath(pending))).error.code).toBe('NOT_A_CREATOR');
    const own = await creator.post(followPath(creator));
    expect([own.status, own.error.code]).toEqual([422, 'NOT_ONESELF']);
    for (const userId of [newId(), 'x', '%00', 'x'.repeat(300)])
      expect((await viewer.post(`social/follow/${userId}`)).error.code, userId).toBe('USER_NOT_FOUND');
    await testContext().db.update(users).set({ status: 'banned' }).where(eq(users.id, creator.userId));
    expect((await viewer.post(followPath(creator))).error.code).toBe('USER_NOT_FOUND');
  });

  it('needs an account; its status does not', async () => {
    const [viewer, creator] = [await asViewer(), await asCreator()];
    await viewer.post(followPath(creator));
    expect((await guest.post(followPath(creator))).status).toBe(401);
    expect((await guest.delete(followPath(creator))).status).toBe(401);
    const { status, data } = await guest.get(followPath(creator));
    expect(status).toBe(200);
    expect(data).toEqual({ following: false, followedBy: false, followerCount: 1, followingCount: 0 });
    expect((await viewer.get(followPath(creator))).data.following).toBe(true);
    expect((await creator.get(followPath(viewer))).data).toMatchObject({ following: false, followedBy: true });
  });

  it('counts once, both ways, when requests race', async () => {
    const [viewer, creator] = [await asViewer(), await asCreator()];
    const answers = await Promise.all([1, 2, 3, 4].map(() => viewer.post(followPath(creator))));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect(await countsOf(creator.userId)).toEqual({ followers: 1, following: 0 });
    const undone = await Promise.all([1, 2, 3].map(() => viewer.delete(followPath(creator))));
    expect(undone.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(await countsOf(creator.userId)).toEqual({ followers: 0, following: 0 });
    expect(await countsOf(viewer.userId)).toEqual({ followers: 0, following: 0 });
  });

  it('and a block at once leave no follow', async () => {
    const [viewer, creator] = [await asViewer(), await asCreator()];
    await Promise.all([
      viewer.post(followPath(creator)),
      creator.post(`social/block/${viewer.userId}`),
      viewer.post(followPath(creator)),
    ]);
    expect(await countsOf(creator.userId)).toEqual({ followers: 0, following: 0 });
    expect(await countsOf(viewer.userId)).toEqual({ followers: 0, following: 0 });
  });
});

describe('a new follower', () => {
  it('is announced to the creator once, however many requests race', async () => {
    const [ctx, viewer, creator] = [undelivered(), await asViewer(), await asCreator()];
    await Promise.all([1, 2, 3].map(() => followCreator(ctx, actorOf(viewer), creator.userId)));
    await followCreator(ctx, actorOf(viewer), creator.userId);
    expect(await newsFor(creator.userId)).toEqual([{ kind: 'follower', data: { userId: viewer.userId } }]);
  });

  it('is not announced again after an unfollow', async () => {
    const [ctx, viewer, creator] = [undelivered(), await asViewer(), await asCreator()];
    for (let time = 0; time < 3; time += 1) {
      await followCreator(ctx, actorOf(viewer), creator.userId);
      await unfollowCreator(ctx, viewer.userId, creator.userId);
    }
    await followCreator(ctx, actorOf(viewer), creator.userId);
    expect(await newsFor(creator.userId)).toHaveLength(1);
  });

  it('is only known by its id until the creator reads it', async () => {
    const [ctx, viewer, creator] = [undelivered(), await asViewer(), await asCreator()];
    await followCreator(ctx, actorOf(viewer), creator.userId);
    const [row] = await ctx.db
      .select()
      .from(outbox)
      .where(sql`json_extract(event, '$.notification.userId') = ${creator.userId}`);
    expect(row?.event).toMatchObject({ notification: { kind: 'follower', data: { userId: viewer.userId } } });
  });
});

describe('followers and following', () => {
  const idsOf = ({ data }: { data: { items: { id: string }[] } }) => data.items.map(({ id }) => id);

  async function aFollowedCreator(followers: number) {
    const [ctx, creator] = [testContext(), await asCreator()];
    const people: Person[] = [];
    for (let one = 0; one < followers; one += 1) {
      const viewer = await asViewer();
      people.push(viewer);
      await followCreator(ctx, actorOf(viewer), creator.userId);
      // Two of them at the same millisecond.
      await ctx.db
        .update(follows)
        .set({ createdAt: 1_000 + Math.floor(one / 2) })
        .where(eq(follows.followerId, viewer.userId));
    }
    return { creator, people };
  }

  it('come newest first, each once, while new ones arrive', async () => {
    const { creator, people } = await aFollowedCreator(5);
    const path = `social/followers/${creator.userId}?perPage=2`;
    const first = await guest.get(path);
    expect(first.data.items[0]).toMatchObject({ username: people[4]?.username, isLive: false, followerCount: 0 });
    await followCreator(testContext(), actorOf(await asViewer()), creator.userId);
    const second = await guest.get(`${path}&cursor=${first.data.pagination.nextCursor}`);
    const third = await guest.get(`${path}&cursor=${second.data.pagination.nextCursor}`);
    expect(third.data.pagination).toEqual({ nextCursor: null, perPage: 2 });
    const seen = [first, second, third].flatMap(idsOf);
    expect(seen).toHaveLength(5);
    expect(new Set(seen)).toEqual(new Set(people.map(({ userId }) => userId)));
  });

  it('show the same follow from both sides', async () => {
    const [ctx, viewer, one, other] = [testContext(), await asViewer(), await asCreator(), await asCreator()];
    await followCreator(ctx, actorOf(viewer), one.userId);
    await followCreator(ctx, actorOf(viewer), other.userId);
    const list = await guest.get(`social/following/${viewer.userId}`);
    expect(new Set(idsOf(list))).toEqual(new Set([one.userId, other.userId]));
    expect(idsOf(await guest.get(`social/followers/${viewer.userId}`))).toEqual([]);
  });

  it('leave out banned and deleted users and, except for staff, users behind a block', async () => {
    const { creator, people } = await aFollowedCreator(4);
    const [banned, deleted, blocker, other] = people;
    if (!banned || !deleted || !blocker || !other) throw new Error('There are four');
    const [ctx, reader, staff] = [testContext(), await asViewer(), await asStaff('support')];
    await ctx.db.update(users).set({ status: 'banned' }).where(eq(users.id, banned.userId));
    await ctx.db.update(users).set({ status: 'deleted' }).where(eq(users.id, deleted.userId));
    await blockUser(ctx, blocker.userId, reader.userId);
    const path = `social/followers/${creator.userId}`;
    expect(idsOf(await reader.get(path))).toEqual([other.userId]);
    expect(new Set(idsOf(await guest.get(path)))).toEqual(new Set([other.userId, blocker.userId]));
    expect(idsOf(await staff.get(path))).toHaveLength(2);
  });

  it('are 404 for a hidden or unknown user', async () => {
    const [ctx, reader, creator] = [testContext(), await asViewer(), await asCreator()];
    await blockUser(ctx, creator.userId, reader.userId);
    for (const list of ['followers', 'following']) {
      expect((await reader.get(`social/${list}/${creator.userId}`)).error.code).toBe('USER_NOT_FOUND');
      expect((await guest.get(`social/${list}/${creator.userId}`)).status).toBe(200);
      expect((await guest.get(`social/${list}/${newId()}`)).error.code).toBe('USER_NOT_FOUND');
    }
    expect((await reader.get(followPath(creator))).error.code).toBe('USER_NOT_FOUND');
  });

  it('show whom a user follows only to the user and to staff, if the user hides it', async () => {
    const [ctx, fan, creator, reader] = [testContext(), await asCreator(), await asCreator(), await asViewer()];
    await followCreator(ctx, actorOf(fan), creator.userId);
    await followCreator(ctx, actorOf(reader), fan.userId);
    expect((await fan.put('user/settings', { privacy: { showActivity: false } })).status).toBe(200);
    const path = `social/following/${fan.userId}`;
    const countOf = async (one: Pick<Person, 'get'>) =>
      (await one.get(`social/follow/${fan.userId}`)).data.followingCount;
    for (const one of [reader, guest]) {
      const { status, error } = await one.get(path);
      expect([status, error.code]).toEqual([403, 'FOLLOWS_HIDDEN']);
      expect(await countOf(one)).toBeNull();
      expect((await one.get(`social/creator/${fan.username}`)).data.followingCount).toBeNull();
      expect(idsOf(await one.get(`social/followers/${fan.userId}`))).toEqual([reader.userId]);
    }
    for (const one of [fan, await asStaff('support')]) {
      expect(idsOf(await one.get(path))).toEqual([creator.userId]);
      expect(await countOf(one)).toBe(1);
    }
  });

  it('leave out users who hide whom they follow, except for themselves, the creator and staff', async () => {
    const { creator, people } = await aFollowedCreator(3);
    const [other, hidden, shown] = people;
    if (!other || !hidden || !shown) throw new Error('There are three');
    await hidden.put('user/settings', { privacy: { showActivity: false } });
    const path = `social/followers/${creator.userId}?perPage=2`;
    const all = [shown.userId, hidden.userId];
    for (const reader of [guest, await asViewer(), await asCreator(), other])
      expect(idsOf(await reader.get(path))).toEqual([shown.userId, other.userId]);
    for (const reader of [creator, await asStaff('support'), hidden])
      expect(idsOf(await reader.get(path))).toEqual(all);
    expect((await guest.get(`social/follow/${creator.userId}`)).data.followerCount).toBe(3);
    const first = await guest.get(`social/followers/${creator.userId}?perPage=1`);
    const { nextCursor } = first.data.pagination;
    expect(idsOf(await guest.get(`${path}&cursor=${nextCursor}`))).toEqual([other.userId]);
    await hidden.put('user/settings', { privacy: { showActivity: true } });
    expect(idsOf(await guest.get(path))).toEqual(all);
  });

  it('continue after a hidden user, with a cursor that does not reveal who it is', async () => {
    const { creator, people } = await aFollowedCreator(7);
    const [shown, ...hidden] = people;
    if (!shown) throw new Error('There are seven');
    for (const one of hidden) await one.put('user/settings', { privacy: { showActivity: false } });
    const path = `social/followers/${creator.userId}?perPage=1`;
    const { data } = await guest.get(path);
    const { nextCursor } = data.pagination;
    expect(data.items).toEqual([]);
    for (const part of [nextCursor, ...nextCursor.split('.')])
      for (const { userId } of hidden)
        for (const text of [part, Buffer.from(part, 'base64url').toString()]) expect(text).not.toContain(userId);
    expect(idsOf(await guest.get(`${path}&cursor=${nextCursor}`))).toEqual([shown.userId]);
  });

  it('refuse a cursor that is forged or of another list', async () => {
    const { creator } = await aFollowedCreator(3);
    const { data } = await guest.get(`social/followers/${creator.userId}?perPage=1`);
    const { nextCursor } = data.pagination;
    const position = [creator.userId, 1];
    const forged = Buffer.from(JSON.stringify([`followers ${creator.userId}`, ...position])).toString('base64url');
    for (const [list, cursor] of [
      ['followers', 'x'],
      ['followers', '..'],
      ['followers', forged],
      ['followers', `${nextCursor.slice(0, -1)}${nextCursor.endsWith('A') ? 'Q' : 'A'}`],
      ['followers', await sealCursor(testContext().config.keys, `followers ${creator.userId}`, position)],
      ['following', nextCursor],
    ])
      expect((await guest.get(`social/${list}/${creator.userId}?cursor=${cursor}`)).error.code).toBe('CURSOR_INVALID');
    const others = await guest.get(`social/followers/${(await asCreator()).userId}?cursor=${nextCursor}`);
    expect([others.status, others.error.code]).toEqual([422, 'CURSOR_INVALID']);
  });
});
