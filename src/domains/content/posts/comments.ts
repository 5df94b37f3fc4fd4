/** Comments on posts, with one level of replies. Everyone who can see a post can read and write its comments. */

import type { z } from '@hono/zod-openapi';
import { and, asc, desc, eq, gt, isNull, lt, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { OutboxEvent } from '@/contracts/messages';
import { noticeTo } from '@/contracts/notification-data';
import { commit, requireChange } from '@/db/commit';
import { int } from '@/db/sql';
import { removeAsStaff } from '@/domains/base/decisions/direct-removal';
import { KEPT_MS } from '@/domains/base/decisions/record';
import { withdrawAbout } from '@/domains/base/notifications/withdraw';
import { staffCan } from '@/domains/base/permissions/permissions';
import { staffReaches } from '@/domains/base/permissions/reach';
import { type CardRow, cardColumnsFor, presentCard } from '@/domains/base/users/present';
import { users } from '@/domains/base/users/tables';
import { notHiddenFrom, visiblePosts } from '@/domains/base/visibility/posts';
import { requireActive } from '@/domains/people/auth/active';
import { BANNED_MEANWHILE } from '@/domains/people/auth/errors';
import { decodeCursor, encodeCursor, presentCursorPage } from '@/http/envelope';
import type { Actor, Viewer } from '@/shared/actor';
import { newId } from '@/shared/ids';
import { toIso } from '@/shared/time';
import { contentError } from './errors';
import { commentAuthorVisibleTo, commentColumns, getComment, pathTo, postOpenTo } from './find-comment';
import { getPost } from './find-post';
import { hideComments, hideUnanswered } from './hide';
import { keepRemovedComment } from './removal';
import { type Comment, type CommentQuery, IdPosition, type NewComment } from './schemas';
import { type CommentRow, comments, posts } from './tables';

const EXCERPT_CHARACTERS_MAX = 140;

/**
 * Lists comments newest first, or replies oldest first. Throws as `getPost` does, CURSOR_INVALID, COMMENT_NOT_FOUND.
 */
export async function listComments(
  ctx: Context,
  viewer: Viewer,
  postId: string,
  { cursor, perPage, parentId }: z.output<typeof CommentQuery>,
) {
  const list = `comments.${postId}.${parentId ?? ''}`;
  const position = cursor === undefined ? undefined : decodeCursor(list, IdPosition, cursor)[0];
  const [, parent] = await Promise.all([
    getPost(ctx, viewer, postId),
    parentId === undefined ? undefined : getComment(ctx, viewer, parentId),
  ]);
  if (parent && parent.comment.postId !== postId) throw contentError('COMMENT_NOT_FOUND');
  const beyond = parentId === undefined ? lt : gt;
  const rows = await ctx.db
    .select(commentColumns(viewer))
    .from(comments)
    .innerJoin(users, eq(users.id, comments.authorId))
    .where(
      and(
        eq(comments.postId, postId),
        parentId === undefined ? isNull(comments.parentId) : eq(comments.parentId, parentId),
        position === undefined ? undefined : beyond(comments.id, position),
        isNull(comments.removedAt),
        notHiddenFrom(viewer, sql`comments`),
        commentAuthorVisibleTo(viewer),
      ),
    )
    .orderBy(parentId === undefined ? desc(comments.id) : asc(comments.id))
    .limit(perPage + 1);
  return presentCursorPage(
    rows,
    perPage,
    ({ comment, author, liked }) => presentComment(comment, author, liked === 1),
    ({ comment }) => encodeCursor(list, [comment.id]),
  );
}

/**
 * Notifies the author of the post, and the author of the comment replied to.
 * Throws as `getPost` does, COMMENT_NOT_FOUND, REPLY_TO_REPLY, ACCOUNT_BANNED.
 */
export async function addComment(
  ctx: Context,
  actor: Actor,
  { postId, parentId, text }: z.output<typeof NewComment>,
): Promise<z.input<typeof Comment>> {
  const [{ post }, parent, author] = await Promise.all([
    getPost(ctx, actor, postId),
    parentId === undefined ? undefined : getComment(ctx, actor, parentId),
    ctx.db.select(cardColumnsFor(actor)).from(users).where(eq(users.id, actor.userId)).get(),
  ]);
  if (!author || (parent && parent.comment.postId !== postId)) throw contentError('COMMENT_NOT_FOUND');
  if (parent && parent.comment.parentId !== null) throw contentError('REPLY_TO_REPLY');
  const row = {
    id: newId(),
    postId,
    parentId: parentId ?? null,
    authorId: actor.userId,
    text,
    likeCount: 0,
    replyCount: 0,
    createdAt: ctx.now(),
    removedAt: null,
    hiddenAt: null,
    keptUntil: null,
  };
  // Checks again: the post may have been deleted, or someone blocked, since the look-up.
  const insert = ctx.db.run(sql`
    INSERT INTO comments (id, post_id, parent_id, author_id, text, created_at)
    SELECT ${row.id}, ${postId}, ${row.parentId}, ${actor.userId}, ${text}, ${int(row.createdAt)}
    FROM ${posts} JOIN ${users} ON users.id = posts.author_id
    WHERE posts.id = ${postId} AND ${visiblePosts(actor)}`);
  await commit(ctx, [requireActive(ctx, actor.userId), insert, requireChange(ctx)], {
    events: commentEvents(row, post.authorId, parent?.comment.authorId),
    refusals: {
      DEMAND_NOT_MET: () => contentError('POST_NOT_FOUND'),
      COMMENT_PARENT_WRONG: () => contentError('COMMENT_NOT_FOUND'),
      ...BANNED_MEANWHILE,
    },
  });
  return presentComment(row, author, false);
}

/**
 * Deletes a comment with its replies and likes. Its author, the post's author and staff may; the comment's author may
 * even if they can no longer see the post. Staff decide with it, so its author can appeal. Throws COMMENT_NOT_FOUND,
 * NOT_YOUR_COMMENT, OUT_OF_YOUR_REACH.
 */
export async function removeComment(ctx: Context, actor: Actor, commentId: string): Promise<void> {
  const row = await ctx.db
    .select({
      comment: comments,
      postAuthorId: posts.authorId,
      isOpen: sql<number>`${postOpenTo(actor)} AND ${notHiddenFrom(actor, sql`comments`)}`,
    })
    .from(comments)
    .innerJoin(posts, eq(posts.id, comments.postId))
    .where(and(eq(comments.id, commentId), isNull(comments.removedAt), isNull(posts.removedAt)))
    .get();
  if (!row) throw contentError('COMMENT_NOT_FOUND');
  const { comment, postAuthorId } = row;
  const isTheirs = comment.authorId === actor.userId || postAuthorId === actor.userId;
  if (!isTheirs && !staffCan(actor.staff, 'canDeleteMessages'))
    throw contentError(row.isOpen === 1 ? 'NOT_YOUR_COMMENT' : 'COMMENT_NOT_FOUND');
  if (!isTheirs && !(await staffReaches(ctx, actor, comment.authorId))) throw contentError('OUT_OF_YOUR_REACH');
  if (!isTheirs) return removeCommentAsStaff(ctx, actor, comment);
  const statements = [
    hideComments(ctx, [commentId]),
    requireChange(ctx),
    ...(comment.parentId === null ? [] : [hideUnanswered(ctx, [comment.parentId])]),
    withdrawAbout(ctx, pathTo(comment)),
  ];
  await commit(ctx, statements, {
    events: [{ kind: 'task', task: { type: 'clear-comment', commentId } }],
    refusals: { DEMAND_NOT_MET: () => contentError('COMMENT_NOT_FOUND') },
  });
}

/** Keeps it for as long as its author may appeal. */
async function removeCommentAsStaff(ctx: Context, actor: Actor, comment: CommentRow): Promise<void> {
  const { id, postId, authorId, text } = comment;
  const isRemoved = await removeAsStaff(ctx, {
    ...{ staffId: actor.userId, subjectId: authorId, target: { type: 'comment', id }, text },
    log: { action: 'comment.delete', targetType: 'comment', before: { postId, authorId, text } },
    isThere: sql`EXISTS (SELECT 1 FROM comments WHERE id = ${id} AND removed_at IS NULL)`,
    statements: keepRemovedComment(ctx, id, ctx.now() + KEPT_MS),
  });
  if (!isRemoved) throw contentError('COMMENT_NOT_FOUND');
}

function presentComment(row: CommentRow, author: CardRow, liked: boolean): z.input<typeof Comment> {
  const { id, postId, parentId, text, likeCount, replyCount, createdAt, hiddenAt } = row;
  return {
    id,
    postId,
    parentId,
    author: presentCard(author),
    text,
    likeCount,
    replyCount,
    liked,
    createdAt: toIso(createdAt),
    ...(hiddenAt === null ? {} : { hidden: true as const }),
  };
}

function commentEvents(row: CommentRow, postAuthorId: string, repliedTo: string | undefined): OutboxEvent[] {
  const { id, postId, parentId, authorId, text } = row;
  const about = pathTo(row);
  const characters = [...text];
  const excerpt =
    characters.length > EXCERPT_CHARACTERS_MAX ? `${characters.slice(0, EXCERPT_CHARACTERS_MAX).join('')}…` : text;
  const tell = (userId: string, to: 'post' | 'comment'): OutboxEvent[] =>
    userId === authorId
      ? []
      : [noticeTo(userId, 'comment', { postId, commentId: id, parentId, to, userId: authorId, excerpt }, { about })];
  return [
    ...(repliedTo === undefined ? [] : tell(repliedTo, 'comment')),
    ...(repliedTo === postAuthorId ? [] : tell(postAuthorId, 'post')),
  ];
}
