/**
 * Who hears that a creator went live: members of public streams and of those for followers, subscribers of theirs
 * alone.
 */
import { env } from 'cloudflare:workers';
import { sql } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { testContext } from '#test/support/context';
import { aBrowser, giveFollowers, outside, taskContext } from '#test/support/notifications';
import { plansOf } from '#test/support/plans';
import { aUser, joinRoom } from '#test/support/rooms';
import { anOpenStream, aStream } from '#test/support/streams';
import { giveSubscribers } from '#test/support/subscriptions';
import { actorOf, asCreator, asViewer, type Person } from '#test/support/users';
import type { Visibility } from '@/contracts/room-command';
import { commit } from '@/db/commit';
import { announceLive, fanOutBroadcast, MEMBERS_AT_ONCE } from '@/domains/base/notifications/broadcast';
import { stillSo } from '@/domains/base/notifications/claim';
import { markRead } from '@/domains/base/notifications/mark-read';
import { rememberRoom } from '@/domains/live/rooms/last-rooms';
import { block } from '@/domains/people/social/block';
import { followCreator } from '@/domains/people/social/follow';

type Creator = Person & { channelId: string };

const end = (userId: string) =>
  env.DB.prepare("UPDATE subscriptions SET status = 'ended' WHERE subscriber_id = ?").bind(userId).run();

/** Follows a minute ago, so that no clock is as fine as the announcement. */
const follow = (userId: string, creatorId: string) =>
  env.DB.prepare('INSERT INTO follows (follower_id, creator_id, created_at) VALUES (?, ?, ?)')
    .bind(userId, creatorId, Date.now() - 60_000)
    .run();

/** With a browser each, so that each is pushed what they are told. */
async function makePeople(creator: Creator) {
  const people = {
    follower: await asViewer(),
    subscriber: await asViewer(),
    inGrace: await asViewer(),
    both: await asViewer(),
    blocked: await asViewer(),
    former: await asViewer(),
    stranger: await asViewer(),
  };
  const { follower, subscriber, inGrace, both, blocked, former } = people;
  for (const { userId } of [follower, both]) await follow(userId, creator.userId);
  await giveSubscribers(creator.userId, [subscriber.userId, both.userId, blocked.userId]);
  await giveSubscribers(creator.userId, [inGrace.userId], { status: 'grace' });
  await giveSubscribers(creator.userId, [former.userId], { status: 'ended' });
  await block(testContext(), creator.userId, blocked.userId);
  const names = new Map<string, string>();
  for (const [name, person] of Object.entries(people)) {
    const { subscription } = await aBrowser();
    await person.post('user/push', subscription);
    names.set(person.userId, name);
  }
  return { people, names };
}

async function announce(creator: Creator, visibility: Visibility, overrides: Parameters<typeof taskContext>[0] = {}) {
  const tasks = taskContext(overrides);
  const id = await aStream(creator, { visibility });
  const { statements, events } = announceLive(tasks.ctx, {
    id,
    creatorId: creator.userId,
    title: 'Tonight',
    visibility,
  });
  await commit(tasks.ctx, statements, { events });
  await tasks.settle();
  return { id, ...tasks };
}

const listed = async (person: Person) => (await person.get('user/notifications')).data;

describe('that a creator went live', () => {
  it.each<[Visibility, string[]]>([
    ['public', ['both', 'follower', 'inGrace', 'subscriber']],
    ['followers', ['both', 'follower', 'inGrace', 'subscriber']],
    ['subscribers', ['both', 'inGrace', 'subscriber']],
    ['private', []],
  ])('with a %s stream is told once to each of %j', async (visibility, expected) => {
    const creator = await asCreator();
    const { people, names } = await makePeople(creator);
    outside(201);
    const { drain, id } = await announce(creator, visibility);
    const pushed = (await drain()).flatMap((task) => (task.type === 'send-push' ? [names.get(task.userId)] : []));
    expect(pushed.toSorted()).toEqual(expected);
    for (const [name, person] of Object.entries(people)) {
      const { items, unreadCount } = await listed(person);
      expect([name, items.map((item: { id: string }) => item.id)]).toEqual([name, expected.includes(name) ? [id] : []]);
      expect(unreadCount).toBe(items.length);
    }
  });

  it('is shown in the open room of a subscriber, who can mark it as read', async () => {
    const [creator, subscriber, follower] = [await asCreator(), await asViewer(), await asViewer()];
    await giveSubscribers(creator.userId, [subscriber.userId]);
    await follow(follower.userId, creator.userId);
    const room = await anOpenStream(await asCreator());
    const sockets = [];
    for (const { userId } of [subscriber, follower]) {
      sockets.push(await joinRoom(room, aUser({}, userId)));
      await rememberRoom(testContext(), userId, room);
    }
    const { drain, id } = await announce(creator, 'subscribers');
    await drain();
    expect((await sockets[0]?.next('user-notification'))?.notification).toMatchObject({ id, kind: 'live' });
    await sockets[1]?.say('hello'); // what the room had to show came before
    expect(sockets[1]?.eventsOf('user-notification')).toEqual([]);
    expect((await subscriber.put(`user/notifications/${id}/read`)).data.unreadCount).toBe(0);
    expect((await listed(subscriber)).items).toMatchObject([{ id, read: true }]);
    expect((await follower.put(`user/notifications/${id}/read`)).error.code).toBe('NOTIFICATION_NOT_FOUND');
  });

  it('is told as a subscriber chose, and no longer to one whose subscription ended on the way', async () => {
    const [creator, silent, mailed, ended] = [await asCreator(), await asViewer(), await asViewer(), await asViewer()];
    await giveSubscribers(
      creator.userId,
      [silent, mailed, ended].map(({ userId }) => userId),
    );
    const none = { inApp: false, email: false, push: false };
    await silent.put('user/settings', { notifications: { live: none } });
    for (const { put } of [mailed, ended])
      await put('user/settings', { notifications: { live: { ...none, email: true } } });
    const { sent, consume, drain } = await announce(creator, 'subscribers');
    const [page] = sent();
    if (!page) throw new Error('Nothing to fan out');
    await consume(page);
    await end(ended.userId);
    await drain();
    const { results } = await env.DB.prepare('SELECT DISTINCT recipient FROM mailbox WHERE recipient IN (?, ?, ?)')
      .bind(silent.email, mailed.email, ended.email)
      .all();
    expect(results).toEqual([{ recipient: mailed.email }]);
    expect((await listed(silent)).items).toEqual([]);
  });

  it('reaches those who subscribed after it neither by push nor in their list', async () => {
    const [creator, late] = [await asCreator(), await asViewer()];
    await giveSubscribers(creator.userId, [late.userId], { startedAt: Date.now() + 60_000 });
    const { drain } = await announce(creator, 'public');
    expect((await drain()).map(({ type }) => type)).toEqual(['fan-out-broadcast']);
    expect((await listed(late)).items).toEqual([]);
  });

  it('is told to whoever subscribed before and followed after, also while pages go on', async () => {
    const [creator, one] = [await asCreator(), await asViewer()];
    await one.post('user/push', (await aBrowser()).subscription);
    await giveSubscribers(creator.userId, [one.userId]);
    outside(201);
    const { drain } = await announce(creator, 'public');
    await env.DB.prepare('INSERT INTO follows (follower_id, creator_id, created_at) VALUES (?, ?, ?)')
      .bind(one.userId, creator.userId, Date.now() + 60_000)
      .run();
    const pushed = (await drain()).filter(({ type }) => type === 'send-push');
    expect(pushed).toMatchObject([{ userId: one.userId }]);
    expect((await listed(one)).items).toHaveLength(1);
  });

  it('goes over followers and subscribers in pages of one order, each person once', async () => {
    const creator = await asCreator();
    const count = 2 * MEMBERS_AT_ONCE + 50;
    await giveFollowers(creator.userId, count);
    const { results } = await env.DB.prepare('SELECT follower_id AS id FROM follows WHERE creator_id = ? ORDER BY 1')
      .bind(creator.userId)
      .all<{ id: string }>();
    const ids = results.map(({ id }) => id);
    // A hundred who do both, and the others of whom half no longer follow.
    await giveSubscribers(creator.userId, ids.slice(0, 150), { startedAt: Date.now() - 30_000 });
    const gone = ids.slice(100, 200);
    await env.DB.prepare('DELETE FROM follows WHERE creator_id = ? AND follower_id IN (SELECT value FROM json_each(?))')
      .bind(creator.userId, JSON.stringify(gone))
      .run();
    const everyone = JSON.stringify([...ids.slice(0, 150), ...ids.slice(200)]);
    await env.DB.prepare(
      `INSERT INTO user_settings (user_id, notifications, updated_at)
       SELECT value, '{"live":{"email":true}}', 1 FROM json_each(?)`,
    )
      .bind(JSON.stringify(ids))
      .run();
    const { sent, consume } = await announce(creator, 'public');
    const mailed: string[] = [];
    for (let page = sent().find(({ type }) => type === 'fan-out-broadcast'); page; ) {
      const before = sent().length;
      await consume(page);
      const tasks = sent().slice(before);
      mailed.push(...tasks.flatMap((task) => (task.type === 'send-notification-mail' ? [task.userId] : [])));
      page = tasks.find(({ type }) => type === 'fan-out-broadcast');
    }
    expect(mailed.toSorted()).toEqual(JSON.parse(everyone).toSorted());
  });

  it('goes by indexes alone, for each audience', async () => {
    const creator = await asCreator();
    for (const visibility of ['public', 'subscribers'] as const) {
      const { id, ctx: told } = await announce(creator, visibility);
      const { created_at: at } = (await env.DB.prepare('SELECT created_at FROM broadcasts WHERE id = ?')
        .bind(id)
        .first<{ created_at: number }>()) ?? { created_at: told.now() };
      await env.DB.prepare("UPDATE streams SET status = 'ended', ended_at = 1 WHERE id <> ? AND channel_id = ?")
        .bind(id, creator.channelId)
        .run();
      const plans = await plansOf((ctx) => fanOutBroadcast(ctx, id, at, null));
      const all = plans.join('\n');
      expect(all).toContain('INDEX subscriptions_open_of_creator (creator_id=?');
      expect(all.includes('INDEX follows_of_creator (creator_id=?')).toBe(visibility === 'public');
      expect(all).not.toMatch(/SCAN (f|s|u|follows|subscriptions|users)\b/);
      await env.DB.prepare("UPDATE streams SET status = 'ended', ended_at = 1 WHERE id = ?").bind(id).run();
      await env.DB.prepare('DELETE FROM announcements WHERE creator_id = ?').bind(creator.userId).run();
    }
    const claim = { kind: 'live', actorId: 'a', streamId: 's' } as const;
    const plans = await plansOf(async (ctx) => {
      await ctx.db.all(sql`SELECT 1 WHERE ${stillSo('u', claim)}`);
      await markRead(ctx, 'u', 'b');
    });
    expect(plans.join('\n')).not.toMatch(/SCAN (follows|subscriptions|followed|subscribed|f|s|b|streams|announced)\b/);
  });

  it('is no longer told to users who neither follow nor subscribe', async () => {
    const [creator, me] = [await asCreator(), await asViewer()];
    await me.post('user/push', (await aBrowser()).subscription);
    await followCreator(testContext(), actorOf(me), creator.userId);
    const calls = outside(201);
    const { sent, consume, drain } = await announce(creator, 'public');
    const [page] = sent();
    if (!page) throw new Error('Nothing to fan out');
    await consume(page);
    await me.delete(`social/follow/${creator.userId}`);
    await drain();
    expect(calls).toEqual([]);
  });
});
