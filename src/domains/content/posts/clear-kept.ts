/**
 * Deletes posts and comments that staff removed, once no appeal can bring them back: some at a time, as what its author
 * deletes. An appeal that waits for its answer keeps them. Also at the end of their author's account.
 */
import { inArray, type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { OutboxEvent } from '@/contracts/messages';
import { commit } from '@/db/commit';
import { isRemovalAppealed } from '@/domains/base/decisions/on-target';
import { forgetMedia } from '@/domains/base/media/store';
import { comments, postMedia, posts } from './tables';

const ROWS_A_STEP = 20;

/** A sweep. Returns whether there may be more. */
export async function clearKeptContent(ctx: Context): Promise<boolean> {
  const now = ctx.now();
  const isDue = (type: 'post' | 'comment', id: SQL) =>
    sql`kept_until IS NOT NULL AND kept_until <= ${now} AND NOT ${isRemovalAppealed(type, id)}`;
  const counts = [
    await clearPosts(ctx, isDue('post', sql`posts.id`)),
    await clearComments(ctx, isDue('comment', sql`comments.id`)),
  ];
  return counts.includes(ROWS_A_STEP);
}

/** For the end of an account. Returns how many posts it cleared; 0 means none is left. */
export function forgetKeptPosts(ctx: Context, authorId: string): Promise<number> {
  return clearPosts(ctx, sql`author_id = ${authorId} AND kept_until IS NOT NULL`);
}

async function clearPosts(ctx: Context, which: SQL): Promise<number> {
  const rows = await ctx.db.select({ id: posts.id }).from(posts).where(which).limit(ROWS_A_STEP);
  if (rows.length === 0) return 0;
  const ids = rows.map(({ id }) => id);
  const media = await ctx.db.select({ key: postMedia.key }).from(postMedia).where(inArray(postMedia.postId, ids));
  const forgotten = media.map(({ key }) => forgetMedia(ctx, key));
  const events: OutboxEvent[] = ids.map((postId) => ({ kind: 'task', task: { type: 'clear-post', postId } }));
  await commit(
    ctx,
    [
      ctx.db.update(posts).set({ keptUntil: null, text: '' }).where(inArray(posts.id, ids)),
      ctx.db.delete(postMedia).where(inArray(postMedia.postId, ids)),
      ...forgotten.map(({ statement }) => statement),
    ],
    { events: [...events, ...forgotten.map(({ event }) => event)] },
  );
  return rows.length;
}

async function clearComments(ctx: Context, which: SQL): Promise<number> {
  const rows = await ctx.db.select({ id: comments.id }).from(comments).where(which).limit(ROWS_A_STEP);
  if (rows.length === 0) return 0;
  const ids = rows.map(({ id }) => id);
  await commit(ctx, [ctx.db.update(comments).set({ keptUntil: null, text: '' }).where(inArray(comments.id, ids))], {
    events: ids.map((commentId) => ({ kind: 'task', task: { type: 'clear-comment', commentId } })),
  });
  return rows.length;
}
