/**
 * For the end of an account: its posts, comments and likes, some at a time. A comment that others replied to stays
 * without its words, so that their thread does; everything else is hidden at once and cleared away by tasks.
 */
import { and, eq, inArray, isNotNull, isNull, type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/context';
import { commit, type Statement } from '@/db/commit';
import { comments, postMedia, posts } from './tables';

const ROWS_A_STEP = 40;

/** Answers how many there were: none means that none is left. Their files go with the user's. */
export async function forgetPosts(ctx: Context, authorId: string): Promise<number> {
  const rows = await ctx.db
    .select({ id: posts.id })
    .from(posts)
    .where(and(eq(posts.authorId, authorId), isNull(posts.removedAt)))
    .limit(ROWS_A_STEP);
  if (rows.length === 0) return 0;
  const ids = rows.map(({ id }) => id);
  const standing = and(inArray(posts.id, ids), isNull(posts.removedAt));
  await commit(
    ctx,
    [
      ctx.db.delete(postMedia).where(inArray(postMedia.postId, ids)),
      // First the words, then the post: each has a trigger that takes what it was out of the search.
      ctx.db.update(posts).set({ text: '' }).where(standing),
      ctx.db.update(posts).set({ removedAt: ctx.now() }).where(standing),
    ],
    { events: ids.map((postId) => ({ kind: 'task', task: { type: 'clear-post', postId } })) },
  );
  return rows.length;
}

/** Replies before what they reply to: after them, a reply under a comment is somebody else's. Answers as `forgetPosts`. */
export async function forgetComments(ctx: Context, authorId: string): Promise<number> {
  const replies = await hideComments(ctx, authorId, isNotNull(comments.parentId));
  if (replies > 0) return replies;
  const alone = await hideComments(ctx, authorId, sql`(parent_id IS NULL AND reply_count = 0)`);
  if (alone > 0) return alone;
  const blanked = ctx.db.run(sql`UPDATE comments SET text = '' WHERE id IN (
    SELECT id FROM comments WHERE author_id = ${authorId} AND text <> '' LIMIT ${sql.raw(String(ROWS_A_STEP))})`);
  return (await blanked).meta.changes;
}

async function hideComments(ctx: Context, authorId: string, which: SQL): Promise<number> {
  // A reply under a comment that goes goes with it, and has been counted.
  const standing = and(
    isNull(comments.removedAt),
    which,
    sql`NOT EXISTS (SELECT 1 FROM comments parent WHERE parent.id = comments.parent_id AND parent.removed_at IS NOT NULL)`,
  );
  const rows = await ctx.db
    .select({ id: comments.id })
    .from(comments)
    .where(and(eq(comments.authorId, authorId), standing))
    .limit(ROWS_A_STEP);
  if (rows.length === 0) return 0;
  const ids = rows.map(({ id }) => id);
  await commit(
    ctx,
    [
      ctx.db
        .update(comments)
        .set({ removedAt: ctx.now(), text: '' })
        .where(and(inArray(comments.id, ids), standing)),
    ],
    { events: ids.map((commentId) => ({ kind: 'task', task: { type: 'clear-comment', commentId } })) },
  );
  return rows.length;
}

/** Each is repeated until it changes nothing. */
export function forgetLikes(ctx: Context, userId: string, limit: SQL): Statement[] {
  return [
    ctx.db.run(sql`DELETE FROM post_likes WHERE (post_id, user_id) IN (
      SELECT post_id, user_id FROM post_likes WHERE user_id = ${userId} ${limit})`),
    ctx.db.run(sql`DELETE FROM comment_likes WHERE (comment_id, user_id) IN (
      SELECT comment_id, user_id FROM comment_likes WHERE user_id = ${userId} ${limit})`),
  ];
}
