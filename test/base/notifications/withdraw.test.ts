import { env } from 'cloudflare:workers';
import { sql } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { testContext } from '#test/support/context';
import { aBrowser, outside, taskContext } from '#test/support/notifications';
import { recordingContext } from '#test/support/outbox';
import { aPost } from '#test/support/posts';
import { eventually } from '#test/support/rooms';
import { actorOf, asCreator, asStaff, asViewer, type Person } from '#test/support/users';
import type { OutboxEvent } from '@/contracts/messages';
import { commit } from '@/db/commit';
import { forgetMentions } from '@/domains/base/notifications/forget';
import { notify } from '@/domains/base/notifications/notify';
import { clearComment, clearPost } from '@/domains/content/posts/clear';
import { addComment } from '@/domains/content/posts/comments';
import { likePost } from '@/domains/content/posts/like';
import { followCreator } from '@/domains/people/social/follow';
import { newId } from '@/shared/ids';

interface Told {
  readonly titles: string[];
  readonly unreadCount: number;
}

async function listOf(reader: Person) {
  const { status, data } = await reader.get('user/notifications');
  expect(status).toBe(200);
  return data;
}

async function toldTo(reader: Person): Promise<Told> {
  const { items, unreadCount } = await listOf(reader);
  return { titles: items.map(({ title }: { title: string }) => title), unreadCount };
}

/** What follows a request is delivered after its answer. */
const untilTold = (reader: Person, ...titles: string[]) =>
  eventually(async () => expect((await toldTo(reader)).titles).toEqual(titles));

const nothing: Told = { titles: [], unreadCount: 0 };

const say = async (person: Person, postId: string, text = 'Hello', parentId?: string): Promise<string> => {
  const { status, data } = await person.post('content/comments', { postId, text, ...(parentId ? { parentId } : {}) });
  expect(status).toBe(201);
  return data.id;
};

const like = (person: Person, postId: string, liked = true) => person.post(`content/posts/${postId}/like`, { liked });

/** Told as if the outbox brought them now. */
async function deliver(events: readonly OutboxEvent[], ctx = taskContext().ctx): Promise<void> {
  for (const event of events) if (event.kind === 'notify') await notify(ctx, newId(), event.notification);
}

const choose = (person: Person, notifications: object) => person.put('user/settings', { notifications });

describe('a block', () => {
  it.each(['the one', 'the other'] as const)(
    'by %s withdraws the notifications that both have about each other',
    async (who) => {
      const [one, other, third] = [await asCreator(), await asCreator(), await asViewer()];
      for (const [reader, actor] of [
        [one, other],
        [other, one],
      ] as const) {
        const postId = await aPost(reader);
        await actor.post(`social/follow/${reader.userId}`);
        await say(actor, postId, 'Words of a stranger');
        await like(actor, postId);
        await eventually(async () => expect((await toldTo(reader)).unreadCount).toBe(3));
        await like(third, await aPost(reader));
        await eventually(async () => expect((await toldTo(reader)).unreadCount).toBe(4));
      }
      const [blocker, blocked] = who === 'the one' ? [one, other] : [other, one];
      expect((await blocker.post(`social/block/${blocked.userId}`)).status).toBe(200);
      const left = { titles: [`${third.username} liked your post`], unreadCount: 1 };
      for (const reader of [one, other]) expect(await toldTo(reader)).toEqual(left);
      await blocker.delete(`social/block/${blocked.userId}`);
      for (const reader of [one, other]) expect(await toldTo(reader)).toEqual(left);
    },
  );

  it('leaves what gathered without them, and wakes nobody', async () => {
    const me = await asViewer();
    const likers = [await asViewer(), await asViewer(), await asViewer(), await asViewer()] as const;
    const [first, , third, last] = likers;
    const postId = await aPost(me);
    for (const [index, liker] of likers.entries()) {
      await like(liker, postId);
      await eventually(async () => expect((await listOf(me)).items[0]?.data.actorCount).toBe(index + 1));
    }
    const [{ id }] = (await listOf(me)).items;
    await me.put(`user/notifications/${id}/read`);
    await me.post(`social/block/${last.userId}`);
    const { items, unreadCount } = await listOf(me);
    expect(unreadCount).toBe(0);
    expect(items).toMatchObject([
      { id, title: `${third.username} and 2 others liked your post`, read: true, data: { actorCount: 3 } },
    ]);
    const names = items[0].data.actors.map(({ id }: { id: string }) => id);
    expect(names).toHaveLength(3);
    expect(names).toContain(first.userId);
    expect(JSON.stringify(items)).not.toContain(last.userId);
  });

  it('keeps back what was on its way: to the list, to mail and to a browser', async () => {
    const [me, other, browser] = [await asCreator(), await asViewer(), await aBrowser()];
    await me.post('user/push', browser.subscription);
    const loud = { email: true, push: true };
    await choose(me, { comment: loud, like: loud, follower: loud });
    const postId = await aPost(me);
    const { ctx, events } = recordingContext();
    await addComment(ctx, actorOf(other), { postId, text: 'Words of a stranger' });
    await likePost(ctx, actorOf(other), postId, true);
    await followCreator(ctx, actorOf(other), me.userId);
    const told = taskContext();
    await deliver(events, told.ctx);
    expect(told.sent()).toHaveLength(6);
    const calls = outside(201);
    await me.post(`social/block/${other.userId}`);
    await told.drain();
    expect(calls).toEqual([]);
    expect(await mailOf(me)).toEqual([]);
    await deliver(events, told.ctx);
    expect(told.sent()).toEqual([]);
    expect(await toldTo(me)).toEqual(nothing);
    await choose(me, { comment: { inApp: false }, like: { inApp: false }, follower: { inApp: false } });
    await deliver(events, told.ctx);
    expect(told.sent()).toEqual([]);
  });

  it('goes over all there is, however much', async () => {
    const [me, other] = [await asViewer(), await asViewer()];
    await env.DB.batch([
      env.DB.prepare(
        `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 700)
         INSERT INTO notifications (id, user_id, kind, title, body, data, created_at)
         SELECT ?1 || i, ?1, 'comment', 'B commented', '', json_object('userId', ?2), i FROM n`,
      ).bind(me.userId, other.userId),
      env.DB.prepare(
        `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 700)
         INSERT INTO notifications (id, user_id, kind, title, body, group_key, actor_count, last_actors, created_at)
         SELECT ?1 || 'g' || i, ?1, 'like', 'liked', '', 'g' || i, 1, json_array(?2), i FROM n`,
      ).bind(me.userId, other.userId),
      env.DB.prepare(
        `INSERT INTO notification_actors (notification_id, actor_id, user_id)
         SELECT id, ?2, user_id FROM notifications WHERE user_id = ?1 AND group_key IS NOT NULL`,
      ).bind(me.userId, other.userId),
    ]);
    await other.post(`social/block/${me.userId}`);
    await eventually(async () => expect(await toldTo(me)).toEqual(nothing));
  });

  it('that is lifted leaves alone what comes after it, however late its task is', async () => {
    const [me, other] = [await asViewer(), await asViewer()];
    const postId = await aPost(me);
    await me.post(`social/block/${other.userId}`);
    await me.delete(`social/block/${other.userId}`);
    await like(other, postId);
    await untilTold(me, `${other.username} liked your post`);
    await say(other, postId);
    const titles = [`${other.username} commented on your post`, `${other.username} liked your post`];
    await untilTold(me, ...titles);
    const { consume } = taskContext();
    const task = { type: 'withdraw-between', one: me.userId, other: other.userId } as const;
    expect(await consume(task)).toMatchObject({ acked: [0] });
    expect(await toldTo(me)).toEqual({ titles, unreadCount: 2 });
    await other.post(`social/block/${me.userId}`);
    expect(await toldTo(me)).toEqual(nothing);
  });
});

async function mailOf({ email }: Person) {
  const { results } = await env.DB.prepare('SELECT subject FROM mailbox WHERE recipient = ?').bind(email).all();
  return results;
}

describe('a comment that is deleted', () => {
  it.each(['its author', 'the author of the post', 'staff'] as const)('by %s is told no more', async (who) => {
    const [author, reader, staff] = [await asViewer(), await asViewer(), await asStaff('admin_l1')];
    const postId = await aPost(author);
    const kept = await say(reader, postId, 'Kept');
    const gone = await say(reader, postId, 'Gone');
    await untilTold(author, ...Array(2).fill(`${reader.username} commented on your post`));
    const by = { 'its author': reader, 'the author of the post': author, staff }[who];
    expect((await by.delete(`content/comments/${gone}`)).status).toBe(200);
    const { items, unreadCount } = await listOf(author);
    expect(items).toMatchObject([{ body: 'Kept', data: { commentId: kept } }]);
    expect(unreadCount).toBe(1);
  });

  it('takes along what was told of its replies and likes', async () => {
    const [author, reader, other] = [await asViewer(), await asViewer(), await asViewer()];
    const postId = await aPost(author);
    const comment = await say(reader, postId);
    const reply = await say(other, postId, 'Reply', comment);
    await say(reader, postId, 'Reply to myself', comment);
    await other.post(`content/comments/${comment}/like`);
    await reader.post(`content/comments/${reply}/like`);
    await untilTold(other, `${reader.username} liked your comment`);
    await eventually(async () => expect((await toldTo(reader)).unreadCount).toBe(2));
    await eventually(async () => expect((await toldTo(author)).unreadCount).toBe(3));
    await reader.delete(`content/comments/${comment}`);
    for (const person of [author, reader, other]) expect(await toldTo(person)).toEqual(nothing);
  });

  it('before it was told is told to nobody, by whatever way', async () => {
    const [author, reader, other] = [await asViewer(), await asViewer(), await asViewer()];
    await choose(author, { comment: { email: true } });
    const postId = await aPost(author);
    const comment = await say(reader, postId);
    const { ctx, events } = recordingContext();
    const reply = await addComment(ctx, actorOf(other), { postId, parentId: comment, text: 'Reply' });
    const early = taskContext();
    await deliver(events, early.ctx);
    expect(early.sent()).toMatchObject([{ type: 'send-notification-mail', userId: author.userId }]);
    await other.delete(`content/comments/${reply.id}`);
    await early.drain();
    expect(await mailOf(author)).toEqual([]);
    const late = taskContext();
    await deliver(events, late.ctx);
    await clearComment(testContext(), reply.id);
    await deliver(events, late.ctx);
    expect(late.sent()).toEqual([]);
    await untilTold(author, `${reader.username} commented on your post`);
    expect(await toldTo(reader)).toEqual(nothing);
  });

  it('was the parent of a reply on its way: that is told to nobody either', async () => {
    const [author, reader, other] = [await asViewer(), await asViewer(), await asViewer()];
    const postId = await aPost(author);
    const comment = await say(reader, postId);
    const { ctx, events } = recordingContext();
    await addComment(ctx, actorOf(other), { postId, parentId: comment, text: 'Reply' });
    await reader.delete(`content/comments/${comment}`);
    await deliver(events);
    for (const person of [author, reader]) expect(await toldTo(person)).toEqual(nothing);
  });
});

describe('a post that is deleted', () => {
  it('takes along what was told of it, its comments and its likes', async () => {
    const [author, reader, other] = [await asViewer(), await asViewer(), await asViewer()];
    const [kept, gone] = [await aPost(author), await aPost(author)];
    await like(reader, kept);
    await untilTold(author, `${reader.username} liked your post`);
    await like(reader, gone);
    const comment = await say(reader, gone);
    await say(other, gone, 'Reply', comment);
    await other.post(`content/comments/${comment}/like`);
    await eventually(async () => expect((await toldTo(author)).unreadCount).toBe(4));
    await eventually(async () => expect((await toldTo(reader)).unreadCount).toBe(2));
    expect((await author.delete(`content/posts/${gone}`)).status).toBe(200);
    expect(await toldTo(author)).toEqual({ titles: [`${reader.username} liked your post`], unreadCount: 1 });
    expect(await toldTo(reader)).toEqual(nothing);
  });

  it('with more than one step takes is gone over to the end', async () => {
    const author = await asViewer();
    const postId = await aPost(author);
    await env.DB.prepare(
      `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1200)
       INSERT INTO notifications (id, user_id, kind, title, body, about, created_at)
       SELECT ?1 || i, ?1, 'comment', 'B commented', '', ?2 || '/' || i, i FROM n`,
    )
      .bind(author.userId, postId)
      .run();
    await author.delete(`content/posts/${postId}`);
    await clearPost(testContext(), postId);
    expect(await toldTo(author)).toEqual(nothing);
  });

  it('before something of it was told is told of no more', async () => {
    const [author, reader] = [await asViewer(), await asViewer()];
    const postId = await aPost(author);
    const { ctx, events } = recordingContext();
    await likePost(ctx, actorOf(reader), postId, true);
    await addComment(ctx, actorOf(reader), { postId, text: 'Hello' });
    await author.delete(`content/posts/${postId}`);
    await deliver(events);
    expect(await toldTo(author)).toEqual(nothing);
  });
});

describe('a like that is taken back', () => {
  it('is told no more, and wakes nobody', async () => {
    const [author, one, other] = [await asViewer(), await asViewer(), await asViewer()];
    const postId = await aPost(author);
    await like(one, postId);
    await untilTold(author, `${one.username} liked your post`);
    await like(other, postId);
    await untilTold(author, `${other.username} and 1 other liked your post`);
    await author.put('user/notifications/read-all');
    await like(other, postId, false);
    expect(await toldTo(author)).toEqual({ titles: [`${one.username} liked your post`], unreadCount: 0 });
    expect((await one.post(`content/posts/${postId}/like`)).data.liked).toBe(false);
    expect(await toldTo(author)).toEqual(nothing);
  });

  it('and given again counts once, and is no news', async () => {
    const [author, reader] = [await asViewer(), await asViewer()];
    await choose(author, { like: { email: true } });
    const postId = await aPost(author);
    const told = taskContext();
    const { ctx, events } = recordingContext();
    const turn = async () => {
      await likePost(ctx, actorOf(reader), postId, undefined);
      await deliver(events.splice(0), told.ctx);
    };
    await turn();
    const [{ id }] = (await listOf(author)).items;
    for (const _ of [1, 2]) {
      await turn();
      expect(await toldTo(author)).toEqual(nothing);
      expect((await author.put(`user/notifications/${id}/read`)).error.code).toBe('NOTIFICATION_NOT_FOUND');
      await turn();
      expect(await toldTo(author)).toEqual({ titles: [`${reader.username} liked your post`], unreadCount: 1 });
    }
    await author.put(`user/notifications/${id}/read`);
    for (const _ of [1, 2]) await turn();
    expect(await listOf(author)).toMatchObject({
      unreadCount: 0,
      items: [{ id, read: true, data: { actorCount: 1 } }],
    });
    expect(told.sent()).toHaveLength(1);
  });

  it('of somebody who is left alone makes room for news of the next', async () => {
    const [author, one, other] = [await asViewer(), await asViewer(), await asViewer()];
    const postId = await aPost(author);
    await like(one, postId);
    await untilTold(author, `${one.username} liked your post`);
    await author.put('user/notifications/read-all');
    await like(one, postId, false);
    await like(other, postId);
    await untilTold(author, `${other.username} liked your post`);
    expect((await toldTo(author)).unreadCount).toBe(1);
  });

  it('before it was told is not told; of a comment neither', async () => {
    const [author, reader] = [await asViewer(), await asViewer()];
    const postId = await aPost(author);
    const { ctx, events } = recordingContext();
    await likePost(ctx, actorOf(reader), postId, true);
    await like(reader, postId, false);
    await deliver(events);
    const comment = await say(author, postId);
    await reader.post(`content/comments/${comment}/like`);
    await untilTold(author, `${reader.username} liked your comment`);
    await reader.post(`content/comments/${comment}/like`);
    expect(await toldTo(author)).toEqual(nothing);
  });
});

describe('a follow that ends', () => {
  it('is told no more, and never again, whoever follows and unfollows', async () => {
    const [creator, fan] = [await asCreator(), await asViewer()];
    await fan.post(`social/follow/${creator.userId}`);
    await untilTold(creator, 'New follower');
    await fan.delete(`social/follow/${creator.userId}`);
    expect(await toldTo(creator)).toEqual(nothing);
    const { ctx, events } = recordingContext();
    await followCreator(ctx, actorOf(fan), creator.userId);
    expect(events).toEqual([]);
    expect(await toldTo(creator)).toEqual(nothing);
  });

  it('before it was told is not told', async () => {
    const [creator, fan] = [await asCreator(), await asViewer()];
    const { ctx, events } = recordingContext();
    await followCreator(ctx, actorOf(fan), creator.userId);
    await fan.delete(`social/follow/${creator.userId}`);
    await deliver(events);
    expect(await toldTo(creator)).toEqual(nothing);
  });
});

describe('somebody who is gone', () => {
  const rowsOf = async ({ userId }: Person) => {
    const { results } = await env.DB.prepare('SELECT 1 FROM notifications WHERE user_id = ?').bind(userId).all();
    return results;
  };
  const becomes = (person: Person, status: 'banned' | 'deleted') =>
    env.DB.prepare('UPDATE users SET status = ? WHERE id = ?').bind(status, person.userId).run();

  it('is told nothing of a reply to what stays of theirs', async () => {
    const [author, gone, other] = [await asViewer(), await asViewer(), await asViewer()];
    const postId = await aPost(author);
    const comment = await say(gone, postId);
    await say(author, postId, 'First', comment);
    await eventually(async () => expect(await rowsOf(gone)).toHaveLength(1));
    await env.DB.prepare('DELETE FROM notifications WHERE user_id = ?').bind(gone.userId).run();
    await becomes(gone, 'deleted');
    const { ctx, events } = recordingContext();
    await addComment(ctx, actorOf(other), { postId, parentId: comment, text: 'Second' });
    const told = taskContext();
    await deliver(events, told.ctx);
    expect(await rowsOf(gone)).toEqual([]);
    expect(told.sent()).toEqual([]);
  });

  it.each(['banned', 'deleted'] as const)('%s, is neither mailed nor pushed to, nor told of', async (status) => {
    const [me, reader, browser] = [await asViewer(), await asViewer(), await aBrowser()];
    await me.post('user/push', browser.subscription);
    await choose(me, { comment: { email: true, push: true } });
    const postId = await aPost(me);
    const { ctx, events } = recordingContext();
    await addComment(ctx, actorOf(reader), { postId, text: 'Hello' });
    const told = taskContext();
    await deliver(events, told.ctx);
    expect(told.sent()).toHaveLength(2);
    await becomes(me, status);
    const calls = outside(201);
    await told.drain();
    expect(calls).toEqual([]);
    expect(await mailOf(me)).toEqual([]);

    const other = await asViewer();
    await deliver(await eventsOf(reader, other));
    const late = await eventsOf(reader, other);
    await becomes(reader, status);
    const before = await toldTo(other);
    await deliver(late);
    expect(await toldTo(other)).toEqual(before);
  });

  it('whose account is cleared away is neither named nor counted', async () => {
    const [me, gone, other] = [await asViewer(), await asViewer(), await asViewer()];
    const postId = await aPost(me);
    for (const liker of [other, gone]) {
      await like(liker, postId);
      await eventually(async () => expect((await toldTo(me)).titles[0]).toContain(liker.username));
    }
    await like(gone, await aPost(me));
    await say(gone, postId, 'Words of somebody');
    await eventually(async () => expect((await toldTo(me)).unreadCount).toBe(3));
    const ctx = testContext();
    await commit(ctx, forgetMentions(ctx, gone.userId, sql`LIMIT 10`));
    expect(await toldTo(me)).toEqual({ titles: [`${other.username} liked your post`], unreadCount: 1 });
    const { results } = await env.DB.prepare('SELECT 1 FROM notification_actors WHERE actor_id = ?')
      .bind(gone.userId)
      .all();
    expect(results).toEqual([]);
  });

  /** Of a comment by one that was written before they were gone. */
  async function eventsOf(by: Person, to: Person) {
    const { ctx, events } = recordingContext();
    const postId = await aPost(to);
    await addComment(ctx, actorOf(by), { postId, text: 'Hello' });
    return events;
  }
});
