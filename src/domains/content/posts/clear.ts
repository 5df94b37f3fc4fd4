/**
 * Clears away what was hidden: what was told of it, likes, replies, comments, then the thing itself, some rows at a
 * time, however many there are. Safe to do twice and to break off: what is left is found again.
 */
import { type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { TaskMessage } from '@/contracts/messages';
import { literal } from '@/db/sql';
import { withdrawalOf } from '@/domains/base/notifications/withdraw';

const ROWS_A_STEP = 500;
/** Then the next message goes on, so that no task runs without end. */
const STEPS_MAX = 20;

type Clearing = Extract<TaskMessage, { type: 'clear-post' | 'clear-comment' }>;

/** Does nothing where it is not hidden, or gone already. */
export async function clearPost(ctx: Context, postId: string): Promise<void> {
  const hidden = sql`SELECT id FROM posts WHERE id = ${postId} AND removed_at IS NOT NULL`;
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

/** The same, of one comment and its replies. */
export async function clearComment(ctx: Context, commentId: string): Promise<void> {
  const hidden = sql`SELECT id FROM comments WHERE id = ${commentId} AND removed_at IS NOT NULL`;
  const replies = sql`SELECT id FROM comments WHERE parent_id IN (${hidden})`;
  const path = sql`(SELECT post_id || '/' || coalesce(parent_id || '/', '') || id FROM comments
    WHERE id = ${commentId} AND removed_at IS NOT NULL)`;
  await clear(ctx, { type: 'clear-comment', commentId }, [
    (limit) => withdrawalOf(path, limit),
    (limit) => sql`DELETE FROM comment_likes WHERE (comment_id, user_id) IN (
      SELECT comment_id, user_id FROM comment_likes WHERE comment_id IN (${replies} UNION ALL ${hidden}) ${limit})`,
    (limit) => sql`DELETE FROM comments WHERE id IN (${replies} ${limit})`,
    () => sql`DELETE FROM comments WHERE id IN (${hidden})`,
  ]);
}

/** @param steps each is repeated until it has nothing left to do: what comes later hangs on nothing any more */
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
