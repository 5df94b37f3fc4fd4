/**
 * For the end of an account: its posts, comments and likes, some at a time. A comment that others replied to stays
 * without its words, so that their thread does; everything else is hidden at once and cleared away by tasks.
 */
import { and, eq, inArray, isNull, ne, type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { commit } from '@/db/commit';
import { literal } from '@/db/sql';
import { hideComments, hidePosts, hideUnanswered } from './hide';
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
  await commit(ctx, [hidePosts(ctx, ids), ctx.db.delete(postMedia).where(inArray(postMedia.postId, ids))], {
    events: ids.map((postId) => ({ kind: 'task', task: { type: 'clear-post', postId } })),
  });
  return rows.length;
}

/**
 * Those with words in them, in whatever order: a comment that stays for the author's own replies goes with the last of
 * them. Answers as `forgetPosts`. The account is deleted by then.
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
      ctx.db.update(comments).set({ text: '' }).where(inArray(comments.id, ids)),
    ],
    {
      events: hidden.map(({ id: commentId }) => ({ kind: 'task', task: { type: 'clear-comment', commentId } })),
      evenIfUnchanged: true,
    },
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
