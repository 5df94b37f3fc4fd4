/**
 * Hides posts and comments from everyone at once and blanks their text. Hidden rows no longer count; a task deletes
 * them, and a sweep queues the task again if it did not finish.
 */
import { and, isNull, type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { users } from '@/domains/base/users/tables';
import { comments, posts } from './tables';

/** Takes these posts out of every list and search at once, and blanks their text. */
export function hidePosts(ctx: Context, ids: readonly string[]): Statement {
  return ctx.db
    .update(posts)
    .set({ removedAt: ctx.now(), text: '' })
    .where(and(oneOf(posts.id, ids), isNull(posts.removedAt)));
}

/**
 * Skips replies to a removed comment, unless it may come back: they are deleted with it, and already subtracted from
 * the counts.
 */
export function hideComments(ctx: Context, ids: readonly string[]): Statement {
  const parentStays = sql`NOT EXISTS (
    SELECT 1 FROM comments parent WHERE parent.id = comments.parent_id
      AND parent.removed_at IS NOT NULL AND parent.kept_until IS NULL)`;
  return hideThoseOf(ctx, ids, parentStays);
}

/**
 * Hides those of these comments that belong to deleted accounts and have no replies left: only their replies kept them.
 * In a batch, put it after the statement that hides the replies.
 */
export function hideUnanswered(ctx: Context, ids: readonly string[]): Statement {
  const isUnanswered = sql`parent_id IS NULL AND reply_count = 0
    AND EXISTS (SELECT 1 FROM ${users} WHERE users.id = comments.author_id AND users.status = 'deleted')`;
  return hideThoseOf(ctx, ids, isUnanswered);
}

function hideThoseOf(ctx: Context, ids: readonly string[], condition: SQL): Statement {
  return ctx.db
    .update(comments)
    .set({ removedAt: ctx.now(), text: '' })
    .where(and(oneOf(comments.id, ids), isNull(comments.removedAt), condition));
}

function oneOf(column: typeof posts.id | typeof comments.id, ids: readonly string[]): SQL {
  return sql`${column} IN (SELECT value FROM json_each(${JSON.stringify(ids)}))`;
}
