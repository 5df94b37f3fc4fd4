/**
 * Hiding: for everybody at once, words and all. What is hidden counts no more; a task clears it away, and the minute's
 * sweep queues again what no task has cleared.
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

/** Changes nothing under a comment that goes: a reply goes with it, and has been counted. */
export function hideComments(ctx: Context, ids: readonly string[]): Statement {
  const parentStays = sql`NOT EXISTS (
    SELECT 1 FROM comments parent WHERE parent.id = comments.parent_id AND parent.removed_at IS NOT NULL)`;
  return hideThoseOf(ctx, ids, parentStays);
}

/**
 * Of these, the comments of deleted accounts that nobody replies to (any more): it is for their replies alone that such
 * a comment stays. For a batch, behind what hid the replies.
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
