/**
 * Deletes hidden posts and comments with their notifications, likes and replies, a bounded number of rows at a time.
 * Safe to repeat and to interrupt: the next run finds what is left. It leaves what staff removed and an appeal may bring
 * back.
 */
import { type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { TaskMessage } from '@/contracts/messages';
import { literal } from '@/db/sql';
import { withdrawalOf } from '@/domains/base/notifications/withdraw';

const ROWS_A_STEP = 500;
/** Statements per task; another task continues after that. */
const STEPS_MAX = 20;

type Clearing = Extract<TaskMessage, { type: 'clear-post' | 'clear-comment' }>;

/** Does nothing if the post is not hidden or was already deleted. */
export async function clearPost(ctx: Context, postId: string): Promise<void> {
  const hidden = sql`SELECT id FROM posts WHERE id = ${postId} AND removed_at IS NOT NULL AND kept_until IS NULL`;
  const commentIds = sql`SELECT id FROM comments WHERE post_id IN (${hidden})`;
  await clear(ctx, { type: 'clear-post', postId }, [
    (limit) => withdrawalOf(sql`(${hidden})`, limit),
    (limit) => sql`DELETE FROM comment_likes WHERE (comment_id, user_id) IN (
      SELECT comment_id, user_id FROM comment_likes WHERE comment_id IN (${commentIds}) ${limit})`,
    (limit) => sql`DELETE FROM comments WHERE id IN (
      SELECT id FROM comments WHERE post_id IN (${hidden}) AND parent_id IS NOT NULL ${limit})`,
    (limit) => sql`DELETE FROM comments WHERE id IN (
      SELECT id FROM comments WHERE post_id IN (${hidden}) AND parent_id IS NULL ${limit})`,
    (limit) => sql`DELETE FROM post_likes WHERE (post_id, user_id) IN (
      SELECT post_id, user_id FROM post_likes WHERE post_id IN (${hidden}) ${limit})`,
    () => sql`DELETE FROM posts WHERE id IN (${hidden})`,
  ]);
}

/** Deletes one hidden comment and its replies. Does nothing if it is not hidden or was already deleted. */
export async function clearComment(ctx: Context, commentId: string): Promise<void> {
  const hidden = sql`SELECT id FROM comments WHERE id = ${commentId} AND removed_at IS NOT NULL AND kept_until IS NULL`;
  const replies = sql`SELECT id FROM comments WHERE parent_id IN (${hidden})`;
  const path = sql`(SELECT post_id || '/' || coalesce(parent_id || '/', '') || id FROM comments
    WHERE id = ${commentId} AND removed_at IS NOT NULL AND kept_until IS NULL)`;
  await clear(ctx, { type: 'clear-comment', commentId }, [
    (limit) => withdrawalOf(path, limit),
    (limit) => sql`DELETE FROM comment_likes WHERE (comment_id, user_id) IN (
      SELECT comment_id, user_id FROM comment_likes WHERE comment_id IN (${replies} UNION ALL ${hidden}) ${limit})`,
    (limit) => sql`DELETE FROM comments WHERE id IN (${replies} ${limit})`,
    () => sql`DELETE FROM comments WHERE id IN (${hidden})`,
  ]);
}

/** @param steps each is repeated until it deletes nothing more, so children are gone before their parents */
async function clear(ctx: Context, task: Clearing, steps: readonly ((limit: SQL) => SQL)[]): Promise<void> {
  const limit = sql`LIMIT ${literal(ROWS_A_STEP)}`;
  let left = STEPS_MAX;
  for (const step of steps) {
    for (let changed = ROWS_A_STEP; changed >= ROWS_A_STEP; left -= 1) {
      if (left === 0) {
        await ctx.queues.tasks.send(task);
        return;
      }
      changed = (await ctx.db.run(step(limit))).meta.changes;
    }
  }
}
