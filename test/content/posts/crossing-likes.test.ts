import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { testContext } from '#test/support/context';
import { recordingContext } from '#test/support/outbox';
import { aPost } from '#test/support/posts';
import { eventually } from '#test/support/rooms';
import { actorOf, asViewer, type Person } from '#test/support/users';
import type { Context } from '@/contracts/context';
import { addComment } from '@/domains/content/posts/comments';
import { likeComment, likePost } from '@/domains/content/posts/like';

/** Something else comes between what is read and what is written. */
function withBetween({ ctx, events }: ReturnType<typeof recordingContext>, between: () => Promise<unknown>) {
  const db = new Proxy(ctx.db, {
    get(target, name, receiver) {
      if (name !== 'batch') return Reflect.get(target, name, receiver);
      return async (batch: never) => {
        await between();
        return target.batch(batch);
      };
    },
  });
  return { ctx: { ...ctx, db }, events };
}

/** Events that wait in the outbox, about whatever this person did. */
async function waiting({ userId }: Person): Promise<number> {
  const rows = env.DB.prepare('SELECT count(*) AS n FROM outbox WHERE instr(event, ?)').bind(userId);
  return (await rows.first<number>('n')) ?? 0;
}

async function aComment(author: Person, postId: string): Promise<string> {
  return (await addComment(testContext(), actorOf(author), { postId, text: 'Words' })).id;
}

const removed = (table: string, id: string) =>
  env.DB.prepare(`UPDATE ${table} SET removed_at = 1 WHERE id = ?`).bind(id).run();
const toggle = (ctx: Context, reader: Person, postId: string) => likePost(ctx, actorOf(reader), postId, undefined);
const titles = async (reader: Person): Promise<string[]> =>
  (await reader.get('user/notifications')).data.items.map(({ title }: { title: string }) => title);

describe('a like that did not come about', () => {
  it.each([true, undefined])('since the post has gone meanwhile tells nobody (liked: %s)', async (wanted) => {
    const [author, reader] = [await asViewer(), await asViewer()];
    const postId = await aPost(author);
    const { ctx, events } = withBetween(recordingContext(), () => removed('posts', postId));
    await expect(likePost(ctx, actorOf(reader), postId, wanted)).rejects.toMatchObject({ code: 'POST_NOT_FOUND' });
    expect(events).toEqual([]);
    expect(await waiting(reader)).toBe(0);
  });

  it('since the comment has gone, or its author blocks the reader, tells nobody', async () => {
    const [author, reader] = [await asViewer(), await asViewer()];
    const commentId = await aComment(author, await aPost(author));
    const blocked = withBetween(recordingContext(), () => author.post(`social/block/${reader.userId}`));
    const like = await likeComment(blocked.ctx, actorOf(reader), commentId, true);
    expect(like).toEqual({ liked: false, likeCount: 0 });
    await author.delete(`social/block/${reader.userId}`);
    const gone = withBetween(recordingContext(), () => removed('comments', commentId));
    await expect(likeComment(gone.ctx, actorOf(reader), commentId, true)).rejects.toThrow();
    expect([...blocked.events, ...gone.events]).toEqual([]);
    expect(await waiting(reader)).toBe(0);
  });

  it('since another click turned it on first tells nobody a second time', async () => {
    const [author, reader] = [await asViewer(), await asViewer()];
    const postId = await aPost(author);
    const first = recordingContext();
    const second = withBetween(recordingContext(), () => toggle(first.ctx, reader, postId));
    expect(await toggle(second.ctx, reader, postId)).toEqual({ liked: false, likeCount: 0 });
    expect(first.events).toHaveLength(1);
    expect(second.events).toEqual([]);
  });
});

describe('a like that came about', () => {
  it('since another click turned it off first is told', async () => {
    const [author, reader] = [await asViewer(), await asViewer()];
    const postId = await aPost(author);
    await reader.post(`content/posts/${postId}/like`);
    const told = [`${reader.username} liked your post`];
    await eventually(async () => expect(await titles(author)).toEqual(told));
    const other = testContext();
    const crossing = withBetween(recordingContext(), () => toggle(other, reader, postId));
    const delivering = testContext();
    const ctx = { ...crossing.ctx, deliver: delivering.deliver, waitUntil: delivering.waitUntil };
    expect(await toggle(ctx, reader, postId)).toEqual({ liked: true, likeCount: 1 });
    await delivering.settle();
    expect(await titles(author)).toEqual(told);
  });
});
