/** Finds comments that a reader may see: those on a post open to them, by an author visible to them. */

import { and, eq, isNull, or, type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { cardColumnsFor } from '@/domains/base/users/present';
import { users } from '@/domains/base/users/tables';
import { userVisibleTo } from '@/domains/base/visibility/people';
import { notHiddenFrom, visiblePosts } from '@/domains/base/visibility/posts';
import type { Viewer } from '@/shared/actor';
import { contentError } from './errors';
import { likedBy } from './present';
import { type CommentRow, comments, posts } from './tables';

/** For `comments` joined with `users` as the author. */
export function commentColumns(viewer: Viewer) {
  return {
    comment: comments,
    author: cardColumnsFor(viewer),
    liked: likedBy(
      viewer,
      sql`SELECT 1 FROM comment_likes WHERE comment_likes.comment_id = comments.id AND comment_likes.user_id =`,
    ),
  };
}

/**
 * For the same query: neither the comment nor its parent is removed or hidden, and both its author and its post are
 * visible.
 */
export function commentVisibleTo(viewer: Viewer): SQL | undefined {
  return and(
    isNull(comments.removedAt),
    notHiddenFrom(viewer, sql`comments`),
    sql`NOT EXISTS (SELECT 1 FROM comments parent WHERE parent.id = comments.parent_id
      AND NOT (parent.removed_at IS NULL AND ${notHiddenFrom(viewer, sql`parent`)}))`,
    commentAuthorVisibleTo(viewer),
    postOpenTo(viewer),
  );
}

/** For the same query: a comment with replies stays, without text, after its author's account is deleted. */
export function commentAuthorVisibleTo(viewer: Viewer): SQL | undefined {
  return or(userVisibleTo(viewer), sql`(users.status = 'deleted' AND comments.reply_count > 0)`);
}

/** For the same query: whether the reader may see the comment's post. */
export function postOpenTo(viewer: Viewer): SQL {
  return sql`EXISTS (SELECT 1 FROM ${posts} JOIN ${users} ON users.id = posts.author_id
    WHERE posts.id = comments.post_id AND ${visiblePosts(viewer)})`;
}

/** The ids from post to comment, as notifications store them in `about`. */
export function pathTo({ id, postId, parentId }: Pick<CommentRow, 'id' | 'postId' | 'parentId'>) {
  return [postId, ...(parentId === null ? [] : [parentId]), id];
}

/** Throws COMMENT_NOT_FOUND. */
export async function getComment(ctx: Context, viewer: Viewer, commentId: string) {
  const row = await ctx.db
    .select(commentColumns(viewer))
    .from(comments)
    .innerJoin(users, eq(users.id, comments.authorId))
    .where(and(eq(comments.id, commentId), commentVisibleTo(viewer)))
    .get();
  if (!row) throw contentError('COMMENT_NOT_FOUND');
  return row;
}
