import { env } from 'cloudflare:workers';
import { inArray } from 'drizzle-orm';
import { describe, expect, it, vi } from 'vitest';
import { travel } from '#test/support/accounts';
import { testContext } from '#test/support/context';
import { taskContext } from '#test/support/notifications';
import { recordingContext } from '#test/support/outbox';
import { plansOf } from '#test/support/plans';
import { aPost } from '#test/support/posts';
import { queueThatIsAway } from '#test/support/queues';
import { actorOf, asViewer, type Person } from '#test/support/users';
import { addComment, removeComment } from '@/domains/content/posts/comments';
import { requeueClearing } from '@/domains/content/posts/sweep';
import { comments, posts } from '@/domains/content/posts/tables';
import { removePost } from '@/domains/content/posts/write-post';
import { eraseAccounts } from '@/domains/operations/privacy/erase';
import { runSweeps } from '@/queues/sweeps';
import { HOUR_MS, MINUTE_MS } from '@/shared/time';

/** A post and a comment of it elsewhere, hidden; the tasks that should clear them away are lost. */
async function aLostClearing(author: Person) {
  const { ctx } = recordingContext();
  const postId = await aPost(author, { text: 'Said in haste' });
  const { id: commentId } = await addComment(ctx, actorOf(author), { postId: await aPost(author), text: 'And this' });
  await removePost(ctx, actorOf(author), postId);
  await removeComment(ctx, actorOf(author), commentId);
  const left = async () => {
    const { db } = testContext();
    const [post] = await db
      .select()
      .from(posts)
      .where(inArray(posts.id, [postId]));
    const [comment] = await db
      .select()
      .from(comments)
      .where(inArray(comments.id, [commentId]));
    return { post, comment };
  };
  const tasks = [
    { type: 'clear-post', postId },
    { type: 'clear-comment', commentId },
  ];
  return { left, tasks };
}

describe('what was hidden', () => {
  it('has no words any more', async () => {
    const { left } = await aLostClearing(await asViewer());
    const { post, comment } = await left();
    expect([post, comment]).toMatchObject([{ text: '' }, { text: '' }]);
    const found = `SELECT count(*) AS n FROM posts_fts
      WHERE posts_fts MATCH 'haste' AND rowid = (SELECT rowid FROM posts WHERE id = ?)`;
    expect(await env.DB.prepare(found).bind(post?.id).first('n')).toBe(0);
  });

  it('and is there an hour later is queued again, and cleared away', async () => {
    const { left, tasks } = await aLostClearing(await asViewer());
    const { ctx, sent, drain } = taskContext();
    await requeueClearing(ctx);
    expect(sent()).toEqual([]);
    travel(HOUR_MS + MINUTE_MS);
    await runSweeps(ctx);
    expect(sent()).toEqual(expect.arrayContaining(tasks));
    await drain();
    expect(await left()).toEqual({ post: undefined, comment: undefined });
  });

  it('is queued once an hour, by however many sweeps, and also if the queue was away', async () => {
    const { tasks } = await aLostClearing(await asViewer());
    travel(HOUR_MS + MINUTE_MS);
    const { ctx, sent } = taskContext();
    await Promise.all([requeueClearing(ctx), requeueClearing(ctx)]);
    const ours = () => sent().filter((task) => tasks.some((one) => JSON.stringify(one) === JSON.stringify(task)));
    expect(ours()).toEqual(tasks);
    vi.restoreAllMocks();
    travel(2 * HOUR_MS + 2 * MINUTE_MS);
    await expect(requeueClearing(testContext({ TASKS: queueThatIsAway }))).rejects.toThrow();
    expect(ours()).toEqual(tasks);
    vi.restoreAllMocks();
    travel(3 * HOUR_MS + 3 * MINUTE_MS);
    await requeueClearing(ctx);
    expect(ours()).toEqual([...tasks, ...tasks]);
  });

  it('is queued some at a time, what was hidden first before the rest, by the index of it', async () => {
    const author = await asViewer();
    const hidden = (removedAt: number) => aPost(author, { removedAt, text: '' });
    const younger = await hidden(60);
    for (let at = 1; at <= 50; at += 1) await hidden(at);
    const { ctx, sent } = taskContext();
    await requeueClearing(ctx);
    expect(sent().filter(({ type }) => type === 'clear-post')).toHaveLength(50);
    expect(sent()).not.toContainEqual({ type: 'clear-post', postId: younger });
    await requeueClearing(ctx);
    expect(sent()).toContainEqual({ type: 'clear-post', postId: younger });
    const plans = (await plansOf(requeueClearing)).join('\n');
    expect(plans).toContain('INDEX posts_removed');
    expect(plans).toContain('INDEX comments_removed');
    expect(plans).not.toContain('SCAN');
  });

  it('leaves no words behind when its author goes, though it is not cleared away', async () => {
    const author = await asViewer();
    const { left } = await aLostClearing(author);
    // As a version before left them.
    await env.DB.prepare("UPDATE comments SET text = 'And this' WHERE author_id = ?").bind(author.userId).run();
    await env.DB.prepare('UPDATE users SET deletes_at = 1 WHERE id = ?').bind(author.userId).run();
    await eraseAccounts(testContext());
    expect(await left()).toMatchObject({ post: { text: '' }, comment: { text: '' } });
  });
});
