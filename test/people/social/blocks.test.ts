/** A block can be seen and undone by whoever made it: the list, what still names the blocked, and what their sockets hear. */
import { env } from 'cloudflare:workers';
import { sql } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { client } from '#test/support/api';
import { testContext } from '#test/support/context';
import { recordingContext } from '#test/support/outbox';
import { plansOf } from '#test/support/plans';
import { aUser, joinRoom, type RoomEvent } from '#test/support/rooms';
import { anOpenStream } from '#test/support/streams';
import { giveSubscribers } from '#test/support/subscriptions';
import { asCreator, asStaff, asViewer, type Person } from '#test/support/users';
import { blockedIdsOf } from '@/domains/base/visibility/people';
import { rememberRoom } from '@/domains/live/rooms/last-rooms';
import { blockUser, unblockUser } from '@/domains/people/social/block';
import { listBlocks } from '@/domains/people/social/blocks';
import { encodeCursor } from '@/http/envelope';
import { deliverOutbox } from '@/queues/outbox';
import { newId } from '@/shared/ids';

const guest = client();

const setStatus = (userId: string, status: string) =>
  env.DB.prepare('UPDATE users SET status = ? WHERE id = ?').bind(status, userId).run();

/** In the order of time, the last one newest. */
const giveBlocks = (blockerId: string, blockedIds: readonly string[]) =>
  env.DB.prepare(
    'INSERT INTO blocks (blocker_id, blocked_id, created_at) SELECT ?1, value, 1000 + key FROM json_each(?2)',
  )
    .bind(blockerId, JSON.stringify(blockedIds))
    .run();

async function listOf(reader: Pick<Person, 'get'>, query = '') {
  const { status, data } = await reader.get(`social/blocks${query}`);
  expect(status).toBe(200);
  return data;
}

const idsOf = ({ items }: { items: { id: string }[] }) => items.map(({ id }) => id);

describe('my blocks', () => {
  it('are listed newest first, each with a card and its time, until they are undone', async () => {
    const [me, one, other] = [await asViewer(), await asCreator(), await asViewer()];
    for (const { userId } of [one, other]) {
      await me.post(`social/block/${userId}`);
      await env.DB.prepare('UPDATE blocks SET created_at = created_at - 1000 WHERE blocker_id = ?')
        .bind(me.userId)
        .run();
    }
    await anOpenStream(one);
    const list = await listOf(me);
    expect(idsOf(list)).toEqual([other.userId, one.userId]);
    expect(list.items[1]).toEqual({
      id: one.userId,
      username: one.username,
      displayName: one.username,
      avatarUrl: null,
      role: 'creator',
      isLive: false, // a block hides that
      followerCount: 0,
      following: false,
      blockedAt: expect.stringMatching(/Z$/),
    });
    for (const { id } of list.items) await me.delete(`social/block/${id}`);
    expect(idsOf(await listOf(me))).toEqual([]);
  });

  it('are mine alone', async () => {
    const [me, other] = [await asViewer(), await asViewer()];
    await me.post(`social/block/${other.userId}`);
    expect(idsOf(await listOf(other))).toEqual([]);
    expect((await guest.get('social/blocks')).status).toBe(401);
  });

  it('include users who are banned or block me in return, but no deleted accounts', async () => {
    const [me, banned, mutual, deleted] = [await asViewer(), await asViewer(), await asViewer(), await asViewer()];
    await giveBlocks(me.userId, [banned.userId, mutual.userId, deleted.userId]);
    await giveBlocks(mutual.userId, [me.userId]);
    await setStatus(banned.userId, 'banned');
    await setStatus(deleted.userId, 'deleted');
    expect(idsOf(await listOf(me))).toEqual([mutual.userId, banned.userId]);
  });

  it('come in pages, each user once, even if they were blocked at the same moment', async () => {
    const me = await asViewer();
    const people = [await asViewer(), await asViewer(), await asViewer(), await asViewer(), await asViewer()];
    await giveBlocks(
      me.userId,
      people.map(({ userId }) => userId),
    );
    await env.DB.prepare('UPDATE blocks SET created_at = 1 WHERE blocker_id = ?').bind(me.userId).run();
    const seen: string[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page = await listOf(me, `?perPage=2${cursor && `&cursor=${cursor}`}`);
      seen.push(...idsOf(page));
      cursor = page.pagination.nextCursor;
    }
    expect(seen).toEqual(
      people
        .map(({ userId }) => userId)
        .toSorted()
        .toReversed(),
    );
  });

  it.each(['nonsense', encodeCursor('other', [1, newId()]), encodeCursor('social.blocks', ['x', 1])])(
    'refuse a cursor that the list did not issue: %s',
    async (cursor) => {
      const { status, error } = await (await asViewer()).get(`social/blocks?cursor=${cursor}`);
      expect([status, error.code]).toEqual([422, 'CURSOR_INVALID']);
    },
  );

  it('are read from an index in one statement, and so are the ids for a client', async () => {
    const cursor = encodeCursor('social.blocks', [1, 'x']);
    for (const use of [
      (ctx: ReturnType<typeof testContext>) => listBlocks(ctx, 'u', { perPage: 20 }),
      (ctx: ReturnType<typeof testContext>) => listBlocks(ctx, 'u', { perPage: 20, cursor }),
      (ctx: ReturnType<typeof testContext>) => ctx.db.all(sql`SELECT ${blockedIdsOf(sql`'u'`)}`),
    ]) {
      const [plan, ...others] = await plansOf(use);
      expect(others).toEqual([]);
      expect(plan).toContain('INDEX blocks_of_blocker (blocker_id=?');
      expect(plan).not.toMatch(/SCAN (blocks|users)|TEMP B-TREE/);
    }
  });
});

describe('a user whom I block', () => {
  async function blockedCreator() {
    const [me, creator] = [await asViewer(), await asCreator()];
    await creator.put('user/profile', { bio: 'Hello', links: [{ label: 'Site', url: 'https://example.com' }] });
    await creator.put('creator/profile', { bio: 'Of the show', categories: ['music'] });
    await creator.put('payment/tiers', { tiers: [{ name: 'Friends', coinsPerMonth: 100 }] });
    await anOpenStream(creator);
    await me.post(`social/block/${creator.userId}`);
    return { me, creator };
  }

  it('is shown to me as a card that I can unblock, without any content', async () => {
    const { me, creator } = await blockedCreator();
    const card = { id: creator.userId, username: creator.username, isLive: false, followerCount: 0 };
    expect((await me.get(`users/${creator.userId}`)).data).toMatchObject({
      ...card,
      ...{ bio: '', links: [], creator: null, followingCount: null, liveStreamId: null, blockedByYou: true },
    });
    expect((await me.get(`social/creator/${creator.username}`)).data).toMatchObject({
      ...{ user: card, bio: '', categories: [], links: [], tiers: [], stream: null, followingCount: null },
      ...{ following: false, followedBy: false, subscribed: false, blockedByYou: true },
    });
    for (const ask of [me.get, me.delete])
      expect((await ask(`social/follow/${creator.userId}`)).data).toEqual({
        ...{ following: false, followedBy: false, followerCount: 0, followingCount: null, blockedByYou: true },
      });
    expect((await me.get(`users/${creator.userId}/sessions`)).status).toBe(404);
    expect((await me.get(`social/followers/${creator.userId}`)).status).toBe(404);
    expect((await me.post(`social/follow/${creator.userId}`)).error.code).toBe('USER_NOT_FOUND');
    await me.delete(`social/block/${creator.userId}`);
    expect((await me.get(`users/${creator.userId}`)).data).toMatchObject({ bio: 'Hello' });
    for (const path of [
      `users/${creator.userId}`,
      `social/follow/${creator.userId}`,
      `social/creator/${creator.username}`,
    ])
      expect((await me.get(path)).data).not.toHaveProperty('blockedByYou');
  });

  it('does not find me', async () => {
    const { me, creator } = await blockedCreator();
    for (const path of [`users/${me.userId}`, `social/follow/${me.userId}`])
      expect((await creator.get(path)).error.code).toBe('USER_NOT_FOUND');
  });

  it('looks the same to me whether or not they block me in return', async () => {
    const { me, creator } = await blockedCreator();
    const paths = [`users/${creator.userId}`, `social/follow/${creator.userId}`, `social/creator/${creator.username}`];
    const ask = async () => (await Promise.all(paths.map((path) => me.get(path)))).map(({ data }) => data);
    const before = await ask();
    await creator.post(`social/block/${me.userId}`);
    expect(await ask()).toEqual(before);
    await me.delete(`social/block/${creator.userId}`);
    for (const path of paths) expect((await me.get(path)).status).toBe(404);
  });

  it('is not found by me once they are banned or deleted, as by everyone', async () => {
    const { me, creator } = await blockedCreator();
    for (const status of ['banned', 'deleted']) {
      await setStatus(creator.userId, status);
      for (const path of [`users/${creator.userId}`, `social/follow/${creator.userId}`])
        expect((await me.get(path)).status).toBe(404);
    }
  });

  it('is still listed in my running subscription, so that I can cancel it', async () => {
    const { me, creator } = await blockedCreator();
    await giveSubscribers(creator.userId, [me.userId]);
    expect((await me.get(`social/creator/${creator.username}`)).data).toMatchObject({ subscribed: true, tiers: [] });
  });

  it('is shown in full to staff, even if staff block them', async () => {
    const [staff, viewer] = [await asStaff('support'), await asViewer()];
    await viewer.put('user/profile', { bio: 'Hello' });
    await staff.post(`social/block/${viewer.userId}`);
    expect((await staff.get(`users/${viewer.userId}`)).data).toMatchObject({ bio: 'Hello', blockedByYou: true });
  });
});

describe('joining', () => {
  it('returns the newest 500 users whom I block, and never those who block me', async () => {
    const [me, blocker, creator] = [await asViewer(), await asViewer(), await asCreator()];
    const id = await anOpenStream(creator);
    expect((await me.post(`stream/${id}/join`)).data.blockedIds).toEqual([]);
    expect((await guest.post(`stream/${id}/join`)).data.blockedIds).toEqual([]);
    await env.DB.prepare(
      `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 501)
       INSERT INTO users (id, email, email_key, username, display_name, created_at, updated_at)
       SELECT ?1 || i, ?1 || i, ?1 || i, 'b' || substr(?1, -10) || i, 'B', 1, 1 FROM n`,
    )
      .bind(me.userId)
      .run();
    const blocked = Array.from({ length: 501 }, (_, index) => `${me.userId}${index + 1}`);
    await giveBlocks(me.userId, blocked);
    await giveBlocks(blocker.userId, [me.userId]);
    expect((await me.post(`stream/${id}/join`)).data.blockedIds).toEqual(blocked.slice(1).toReversed());
  });
});

describe('a change of my blocks', () => {
  async function inRooms() {
    const [me, other] = [await asViewer(), await asViewer()];
    const sockets = [];
    for (let count = 0; count < 2; count += 1) {
      const room = await anOpenStream(await asCreator());
      sockets.push({
        mine: await joinRoom(room, aUser({}, me.userId)),
        theirs: await joinRoom(room, aUser({}, other.userId)),
      });
      for (const { userId } of [me, other]) await rememberRoom(testContext(), userId, room);
    }
    return { me, other, sockets };
  }

  it('is sent to each of my open sockets, and to nobody else', async () => {
    const { me, other, sockets } = await inRooms();
    await me.post(`social/block/${other.userId}`);
    for (const { mine } of sockets)
      expect((await mine.next('user-notification')).notification).toMatchObject({
        kind: 'block-changed',
        data: { userId: other.userId, blocked: true },
        read: true,
      });
    await me.delete(`social/block/${other.userId}`);
    for (const { mine, theirs } of sockets) {
      const isUndone = ({ notification }: RoomEvent) => notification.data.blocked === false;
      expect((await mine.next('user-notification', isUndone)).notification.data.userId).toBe(other.userId);
      await theirs.say('hello'); // what the room had to show came before
      expect(theirs.eventsOf('user-notification')).toEqual([]);
    }
    expect((await me.get('user/notifications')).data.items).toEqual([]);
  });

  it('is sent once however often it is requested, and never if nothing changed', async () => {
    const [me, other] = [await asViewer(), await asViewer()];
    const { ctx, events } = recordingContext();
    const changes = () => events.filter(({ kind }) => kind === 'block-changed');
    await unblockUser(ctx, me.userId, other.userId);
    expect(changes()).toEqual([]);
    await Promise.all([1, 2, 3].map(() => blockUser(ctx, me.userId, other.userId)));
    expect(changes()).toEqual([{ kind: 'block-changed', userId: me.userId, otherId: other.userId }]);
    for (let time = 0; time < 2; time += 1) await unblockUser(ctx, me.userId, other.userId);
    expect(changes()).toHaveLength(2);
  });

  it('reports the current state, in whatever order the changes arrive', async () => {
    const { me, other, sockets } = await inRooms();
    const ctx = testContext();
    await giveBlocks(me.userId, [other.userId]);
    // That of an earlier unblocking, late.
    await deliverOutbox(ctx, [
      { id: newId(), event: { kind: 'block-changed', userId: me.userId, otherId: other.userId } },
    ]);
    expect((await sockets[0]?.mine.next('user-notification'))?.notification.data).toEqual({
      userId: other.userId,
      blocked: true,
    });
  });
});
