import { env } from 'cloudflare:workers';
import { eq } from 'drizzle-orm';
import { afterEach, describe, expect, it, test } from 'vitest';
import { testContext } from '#test/support/context';
import { giveCoins, once } from '#test/support/money';
import { aBrowser, taskContext } from '#test/support/notifications';
import { startClock, stopClock } from '#test/support/rooms';
import { actorOf, asCreator, asViewer, type Person } from '#test/support/users';
import { commit } from '@/db/commit';
import { fanOutBroadcast } from '@/domains/base/notifications/broadcast';
import { forgetBrowsers, forgetNotifications } from '@/domains/base/notifications/forget';
import { notify } from '@/domains/base/notifications/notify';
import {
  broadcasts,
  notificationActors,
  notificationMarks,
  notifications,
  notifiedOutside,
  pushSubscriptions,
} from '@/domains/base/notifications/tables';
import { blockUser } from '@/domains/people/social/block';
import { followCreator, unfollowCreator } from '@/domains/people/social/follow';
import { sweepOutbox } from '@/queues/outbox';
import { newId } from '@/shared/ids';
import { DAY_MS } from '@/shared/time';

const tell = (userId: string, title: string, id = newId()) =>
  notify(taskContext().ctx, id, { userId, kind: 'comment', title, body: '', data: { postId: 'p' } });

const like = (userId: string, actor: Person, group = 'like:post:1') =>
  notify(taskContext().ctx, newId(), {
    ...{ userId, kind: 'like', title: 'liked your post', body: '', data: { postId: '1' } },
    gather: { group, actorId: actor.userId },
  });

async function goLive(creator: Person, changes: object = {}): Promise<string> {
  const { data } = await creator.post('sessions', { title: 'Tonight', ...changes });
  expect((await creator.post(`sessions/${data.id}/start`)).status).toBe(200);
  return data.id;
}

const endStream = (creator: Person, id: string) => creator.post(`sessions/${id}/end`);

async function listOf(reader: Person, query = '') {
  const { status, data } = await reader.get(`user/notifications${query}`);
  expect(status).toBe(200);
  return data;
}

const titles = ({ items }: { items: { title: string }[] }) => items.map(({ title }) => title);

afterEach(startClock);

describe('the list', () => {
  it('is of what I was told, newest first, and of nothing that others were', async () => {
    const [me, other] = [await asViewer(), await asViewer()];
    await tell(me.userId, 'one');
    await tell(other.userId, 'not mine');
    await tell(me.userId, 'two');
    const list = await listOf(me);
    expect(titles(list)).toEqual(['two', 'one']);
    expect(list).toMatchObject({ unreadCount: 2, pushPublicKey: expect.stringMatching(/^B/) });
    expect(list.items[0]).toMatchObject({ kind: 'comment', body: '', data: { postId: 'p' }, read: false });
  });

  it('goes on where it was, whatever came since', async () => {
    const me = await asViewer();
    for (const title of ['1', '2', '3', '4', '5']) await tell(me.userId, title);
    const first = await listOf(me, '?perPage=2');
    await tell(me.userId, '6');
    const second = await listOf(me, `?perPage=2&cursor=${first.pagination.nextCursor}`);
    const third = await listOf(me, `?perPage=2&cursor=${second.pagination.nextCursor}`);
    expect([first, second, third].flatMap(titles)).toEqual(['5', '4', '3', '2', '1']);
    expect(third.pagination.nextCursor).toBeNull();
  });

  it('leaves out what a banned user did while the ban lasts, and their name in groups', async () => {
    const [me, author, fan] = [await asViewer(), await asViewer(), await asViewer()];
    const comment = { userId: me.userId, kind: 'comment', title: 'A comment', body: 'Rude words' } as const;
    await notify(taskContext().ctx, newId(), { ...comment, data: { postId: 'p', userId: author.userId } });
    await like(me.userId, fan);
    await like(me.userId, author);
    const set = env.DB.prepare('UPDATE users SET status = ? WHERE id = ?');
    await set.bind('banned', author.userId).run();
    const list = await listOf(me);
    expect(list).toMatchObject({ unreadCount: 1, items: [{ title: `${fan.username} and 1 other liked your post` }] });
    expect(list.items).toHaveLength(1);
    await set.bind('active', author.userId).run();
    expect(await listOf(me)).toMatchObject({
      unreadCount: 2,
      items: [{ title: `${author.username} and 1 other liked your post` }, { body: 'Rude words' }],
    });
  });

  it('takes no cursor that it did not give', async () => {
    const me = await asViewer();
    const forged = Buffer.from(JSON.stringify(['followers', 1, 'x'])).toString('base64url');
    for (const cursor of ['nonsense', forged])
      expect((await me.get(`user/notifications?cursor=${cursor}`)).error.code).toBe('CURSOR_INVALID');
  });

  it('told twice has it once', async () => {
    const [me, id] = [await asViewer(), newId()];
    await tell(me.userId, 'once', id);
    await tell(me.userId, 'once', id);
    expect(titles(await listOf(me))).toEqual(['once']);
  });
});

describe('what gathers', () => {
  it('is one row, which says who was last and how many others', async () => {
    const me = await asCreator();
    const [a, b, c] = [await asViewer(), await asViewer(), await asViewer()];
    await like(me.userId, a);
    expect(titles(await listOf(me))).toEqual([`${a.username} liked your post`]);
    await like(me.userId, b);
    expect(titles(await listOf(me))).toEqual([`${b.username} and 1 other liked your post`]);
    await like(me.userId, c);
    await like(me.userId, await asViewer(), 'like:post:2');
    const { items, unreadCount } = await listOf(me);
    expect(items[1]).toMatchObject({
      title: `${c.username} and 2 others liked your post`,
      data: { postId: '1', actorCount: 3, actors: [c, b, a].map(({ userId }) => ({ id: userId })) },
    });
    expect(unreadCount).toBe(2);
  });

  it('counts who likes again once, and tells nobody of their own likes', async () => {
    const [me, a] = [await asCreator(), await asViewer()];
    await Promise.all([1, 2, 3].map(() => like(me.userId, a)));
    await like(me.userId, me);
    expect((await listOf(me)).items).toMatchObject([{ data: { actorCount: 1 } }]);
  });

  it('is unread again, and on top, when somebody new comes', async () => {
    const [me, a] = [await asCreator(), await asViewer()];
    await like(me.userId, a);
    await tell(me.userId, 'later');
    const { items } = await listOf(me);
    await me.put(`user/notifications/${items[1].id}/read`);
    await like(me.userId, a);
    expect((await listOf(me)).unreadCount).toBe(1);
    await like(me.userId, await asViewer());
    const after = await listOf(me);
    expect(after.items[0]).toMatchObject({ id: items[1].id, read: false, data: { actorCount: 2 } });
    expect(after.unreadCount).toBe(2);
  });
});

describe('a creator who goes live', () => {
  it('is told to who follows by then, in one row', async () => {
    const [creator, follower, late, stranger] = [
      await asCreator(),
      await asViewer(),
      await asViewer(),
      await asViewer(),
    ];
    await followCreator(testContext(), actorOf(follower), creator.userId);
    await tell(follower.userId, 'before');
    const streamId = await goLive(creator);
    await env.DB.prepare('INSERT INTO follows VALUES (?, ?, ?)')
      .bind(late.userId, creator.userId, Date.now() + 10)
      .run();
    const list = await listOf(follower);
    expect(list.items[0]).toMatchObject({
      ...{ kind: 'live', title: `${creator.username} is live`, body: 'Tonight', read: false },
      data: { streamId, creatorId: creator.userId },
    });
    expect(titles(list)[1]).toBe('before');
    expect(list.unreadCount).toBe(2);
    for (const reader of [late, stranger, creator])
      expect((await listOf(reader)).items.filter(({ kind }: { kind: string }) => kind === 'live')).toEqual([]);
    const { results } = await env.DB.prepare('SELECT 1 FROM broadcasts WHERE creator_id = ?')
      .bind(creator.userId)
      .all();
    expect(results).toHaveLength(1);
  });

  it('for subscribers or in private tells nobody', async () => {
    const [creator, follower] = [await asCreator(), await asViewer()];
    await followCreator(testContext(), actorOf(follower), creator.userId);
    for (const visibility of ['subscribers', 'private'])
      await endStream(creator, await goLive(creator, { visibility }));
    expect((await listOf(follower)).items).toEqual([]);
    await endStream(creator, await goLive(creator, { visibility: 'followers' }));
    expect((await listOf(follower)).items).toHaveLength(1);
  });

  it('is out of the list of who unfollows, and of either side of a block', async () => {
    const [creator, one, other] = [await asCreator(), await asViewer(), await asViewer()];
    for (const fan of [one, other]) await followCreator(testContext(), actorOf(fan), creator.userId);
    await endStream(creator, await goLive(creator));
    await unfollowCreator(testContext(), one.userId, creator.userId);
    await blockUser(testContext(), creator.userId, other.userId);
    for (const reader of [one, other]) expect(await listOf(reader)).toMatchObject({ items: [], unreadCount: 0 });
  });

  it('is out of every list while they are banned, and tells no page of followers more', async () => {
    const [creator, follower] = [await asCreator(), await asViewer()];
    await followCreator(testContext(), actorOf(follower), creator.userId);
    const streamId = await goLive(creator);
    expect(await listOf(follower)).toMatchObject({ unreadCount: 1, items: [{ id: streamId }] });
    const at = Date.parse((await listOf(follower)).items[0].createdAt);
    const set = env.DB.prepare('UPDATE users SET status = ? WHERE id = ?');
    await set.bind('banned', creator.userId).run();
    expect(await listOf(follower)).toMatchObject({ unreadCount: 0, items: [] });
    const { ctx, sent } = taskContext();
    await follower.put('user/settings', { notifications: { live: { email: true } } });
    await fanOutBroadcast(ctx, streamId, at, null);
    expect(sent()).toEqual([]);
    await set.bind('active', creator.userId).run();
    await fanOutBroadcast(ctx, streamId, at, null);
    expect(sent()).toMatchObject([{ type: 'send-notification-mail', userId: follower.userId }]);
  });

  it('again and again is told of the newest few, and of none older than two weeks', async () => {
    const [creator, follower] = [await asCreator(), await asViewer()];
    await followCreator(testContext(), actorOf(follower), creator.userId);
    const ids: string[] = [];
    const isForgotten = env.DB.prepare('DELETE FROM announcements WHERE creator_id = ?').bind(creator.userId);
    for (let times = 0; times < 5; times += 1) {
      await isForgotten.run(); // as if more than an hour had passed
      ids.unshift(await goLive(creator));
      await endStream(creator, ids[0] ?? '');
    }
    const { items } = await listOf(follower);
    expect(items.map(({ id }: { id: string }) => id)).toEqual(ids.slice(0, 3));
    await env.DB.prepare('UPDATE follows SET created_at = 1 WHERE follower_id = ?').bind(follower.userId).run();
    await env.DB.prepare('UPDATE broadcasts SET created_at = ? WHERE id = ?')
      .bind(Date.now() - 15 * DAY_MS, ids[0])
      .run();
    expect((await listOf(follower)).items).toHaveLength(2);
  });

  it('is told to who follows more than are looked at, if they are among those followed last', async () => {
    const [creator, follower] = [await asCreator(), await asViewer()];
    // Ids before and after the creator's: in no order of ids is it the newest that are looked at.
    for (const prefix of ['0', 'z'])
      await env.DB.batch(
        [
          `INSERT INTO users (id, email, email_key, username, display_name, created_at, updated_at)
           SELECT id, id || '@footlight.test', id || '@footlight.test', replace(id, '-', '_'), 'C', 1, 1 FROM n`,
          `INSERT INTO follows (follower_id, creator_id, created_at) SELECT ?1, id, 1 FROM n`,
        ].map((statement) =>
          env.DB.prepare(
            `WITH RECURSIVE i (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM i WHERE i < 2100),
             n (id) AS (SELECT ?2 || substr(?1, -12) || '-' || i FROM i) ${statement}`,
          ).bind(follower.userId, prefix),
        ),
      );
    await followCreator(testContext(), actorOf(follower), creator.userId);
    const id = await goLive(creator);
    expect((await listOf(follower)).items).toMatchObject([{ id, kind: 'live' }]);
  });

  it('is not shown to who chose not to be told in the app', async () => {
    const [creator, follower] = [await asCreator(), await asViewer()];
    await followCreator(testContext(), actorOf(follower), creator.userId);
    await goLive(creator);
    await env.DB.prepare('INSERT INTO user_settings (user_id, notifications, updated_at) VALUES (?, ?, 1)')
      .bind(follower.userId, JSON.stringify({ live: { inApp: false }, comment: { inApp: false } }))
      .run();
    await tell(follower.userId, 'unwanted');
    expect(await listOf(follower)).toMatchObject({ items: [], unreadCount: 0 });
  });
});

describe('reading', () => {
  it('marks one, of my own or broadcast, and again is the same', async () => {
    const [creator, me] = [await asCreator(), await asViewer()];
    await followCreator(testContext(), actorOf(me), creator.userId);
    await tell(me.userId, 'mine');
    const streamId = await goLive(creator);
    const { items } = await listOf(me);
    const own = items.find(({ kind }: { kind: string }) => kind === 'comment');
    expect((await me.put(`user/notifications/${own.id}/read`)).data).toEqual({ unreadCount: 1 });
    for (let times = 0; times < 2; times += 1)
      expect((await me.put(`user/notifications/${streamId}/read`)).data).toEqual({ unreadCount: 0 });
    expect((await listOf(me)).items).toMatchObject([{ read: true }, { read: true }]);
  });

  it("is of what one was told: another's is not there", async () => {
    const [creator, me, other] = [await asCreator(), await asViewer(), await asViewer()];
    const id = newId();
    await tell(other.userId, 'theirs', id);
    const streamId = await goLive(creator);
    for (const unknown of [id, streamId, newId()])
      expect((await me.put(`user/notifications/${unknown}/read`)).error.code).toBe('NOTIFICATION_NOT_FOUND');
    expect((await listOf(other)).unreadCount).toBe(1);
  });

  it('all leaves nothing unread but what comes later', async () => {
    const [creator, me] = [await asCreator(), await asViewer()];
    await followCreator(testContext(), actorOf(me), creator.userId);
    await tell(me.userId, 'one');
    await like(me.userId, creator);
    await goLive(creator);
    const pass = stopClock(); // what comes in the same millisecond was there to be read
    expect((await me.put('user/notifications/read-all')).data).toEqual({ unreadCount: 0 });
    const { items } = await listOf(me);
    expect(items.every(({ read }: { read: boolean }) => read)).toBe(true);
    pass(1);
    await tell(me.userId, 'two');
    await like(me.userId, await asViewer());
    expect(await listOf(me)).toMatchObject({ unreadCount: 2 });
  });

  it('counts a hundred at most', async () => {
    const me = await asViewer();
    await env.DB.prepare(
      `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 150)
       INSERT INTO notifications (id, user_id, kind, title, body, created_at)
       SELECT ?1 || i, ?1, 'comment', 'many', '', i FROM n`,
    )
      .bind(me.userId)
      .run();
    expect((await listOf(me)).unreadCount).toBe(100);
  });
});

describe('gifts outside of a stream', () => {
  it('are told to who got them, gathered by the day', async () => {
    const [creator, ana, ben] = [await asCreator(), await asViewer(), await asViewer()];
    for (const viewer of [ana, ben, ana]) {
      await giveCoins(viewer.userId, 100);
      await viewer.post('payment/tip', { coins: 50, recipientId: creator.userId, message: 'Bravo' }, once());
    }
    await sweepOutbox(testContext());
    const { items, unreadCount } = await listOf(creator);
    expect([titles({ items }), unreadCount]).toEqual([[`${ben.username} and 1 other sent you gifts`], 1]);
    await sweepOutbox(testContext());
    expect((await listOf(creator)).items).toEqual(items);
  });
});

test('of an account that ends nothing is left of what it was told, nor of where', async () => {
  const [creator, other, browser] = [await asCreator(), await asViewer(), await aBrowser()];
  await followCreator(testContext(), actorOf(other), creator.userId);
  await creator.post('user/push', browser.subscription);
  await tell(creator.userId, 'one');
  await like(creator.userId, other);
  expect(await testContext().db.$count(notifiedOutside, eq(notifiedOutside.userId, creator.userId))).toBe(1);
  await creator.put('user/notifications/read-all');
  await goLive(creator);
  const ctx = testContext();
  await commit(ctx, [forgetBrowsers(ctx, creator.userId), ...forgetNotifications(ctx, creator.userId)]);
  const left = await Promise.all([
    ctx.db.$count(notifications, eq(notifications.userId, creator.userId)),
    ctx.db.$count(notificationActors, eq(notificationActors.actorId, other.userId)),
    ctx.db.$count(notificationMarks, eq(notificationMarks.userId, creator.userId)),
    ctx.db.$count(broadcasts, eq(broadcasts.creatorId, creator.userId)),
    ctx.db.$count(pushSubscriptions, eq(pushSubscriptions.userId, creator.userId)),
    ctx.db.$count(notifiedOutside, eq(notifiedOutside.userId, creator.userId)),
  ]);
  expect(left).toEqual([0, 0, 0, 0, 0, 0]);
  expect((await listOf(other)).items).toEqual([]);
});
