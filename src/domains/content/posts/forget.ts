/**
 * Removes the posts, comments and likes of a deleted account, a few rows at a time. A comment with replies stays
 * without its text, to keep the thread; everything else is hidden at once and deleted by tasks.
 */
import { and, eq, inArray, isNull, ne, type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { commit } from '@/db/commit';
import { literal } from '@/db/sql';
import { hideComments, hidePosts, hideUnanswered } from './hide';
import { comments, postMedia, posts } from './tables';

const ROWS_A_STEP = 40;

/** Returns how many posts it hid; 0 means none is left. `forgetFiles` deletes their files. */
export async function forgetPosts(ctx: Context, authorId: string): Promise<number> {
  const rows = await ctx.db
    .select({ id: posts.id })
    .from(posts)
    .where(and(eq(posts.authorId, authorId), isNull(posts.removedAt)))
    .limit(ROWS_A_STEP);
  if (rows.length === 0) return 0;
  const ids = rows.map(({ id }) => id);
  await commit(ctx, [hidePosts(ctx, ids), ctx.db.delete(postMedia).where(inArray(postMedia.postId, ids))], {
    events: ids.map((postId) => ({ kind: 'task', task: { type: 'clear-post', postId } })),
  });
  return rows.length;
}

/**
 * Blanks the account's comments in any order, and hides those without replies. A comment kept only by the author's own
 * replies is hidden with the last of them. Returns how many it blanked; 0 means none is left. Call it once the account
 * is marked as deleted.
 */
export async function forgetComments(ctx: Context, authorId: string): Promise<number> {
  const rows = await ctx.db
    .select({ id: comments.id, parentId: comments.parentId, replyCount: comments.replyCount })
    .from(comments)
    .where(and(eq(comments.authorId, authorId), ne(comments.text, literal(''))))
    .limit(ROWS_A_STEP);
  if (rows.length === 0) return 0;
  const ids = rows.map(({ id }) => id);
  const replies = rows.filter(({ parentId }) => parentId !== null);
  const alone = rows.filter(({ parentId, replyCount }) => parentId === null && replyCount === 0);
  const hidden = [...replies, ...alone];
  await commit(
    ctx,
    [
      hideComments(
        ctx,
        replies.map(({ id }) => id),
      ),
      hideUnanswered(ctx, [...ids, ...replies.flatMap(({ parentId }) => parentId ?? [])]),
      ctx.db.update(comments).set({ text: '', keptUntil: null }).where(inArray(comments.id, ids)),
    ],
    {
      events: hidden.map(({ id: commentId }) => ({ kind: 'task', task: { type: 'clear-comment', commentId } })),
      evenIfUnchanged: true,
    },
  );
  return rows.length;
}

/** The caller repeats these statements until they change nothing. */
export function forgetLikes(ctx: Context, userId: string, limit: SQL): Statement[] {
  return [
    ctx.db.run(sql`DELETE FROM post_likes WHERE (post_id, user_id) IN (
      SELECT post_id, user_id FROM post_likes WHERE user_id = ${userId} ${limit})`),
    ctx.db.run(sql`DELETE FROM comment_likes WHERE (comment_id, user_id) IN (
      SELECT comment_id, user_id FROM comment_likes WHERE user_id = ${userId} ${limit})`),
  ];
}
