/**
 * Likes: at most one per reader, counted by database triggers. A toggle is a single transaction that reads the current
 * state, so two clicks at once toggle twice, and a post deleted meanwhile keeps no like.
 */
import { and, eq, isNull, type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import type { OutboxEvent } from '@/contracts/messages';
import { type DataOf, noticeTo } from '@/contracts/notification-data';
import { commit } from '@/db/commit';
import { int } from '@/db/sql';
import { withdrawAct } from '@/domains/base/notifications/withdraw';
import { users } from '@/domains/base/users/tables';
import { visiblePosts } from '@/domains/base/visibility/posts';
import type { Actor } from '@/shared/actor';
import { contentError } from './errors';
import { commentVisibleTo, getComment, pathTo } from './find-comment';
import { getPost } from './find-post';
import { commentLikes, comments, postLikes, posts } from './tables';

interface Like {
  readonly liked: boolean;
  readonly likeCount: number;
}

/** @param wanted the like's new state; undefined toggles it. Throws as `getPost` does. */
export async function likePost(ctx: Context, actor: Actor, postId: string, wanted: boolean | undefined): Promise<Like> {
  const { post } = await getPost(ctx, actor, postId);
  const isVisible = sql`EXISTS (SELECT 1 FROM posts JOIN ${users} ON users.id = posts.author_id
    WHERE posts.id = ${postId} AND ${visiblePosts(actor)})`;
  const notice = { userId: post.authorId, what: 'post', about: [postId], data: { postId } } as const;
  return (await turnLike(ctx, actor, { id: postId, isVisible, notice }, wanted)) ?? missing('POST_NOT_FOUND');
}

/** @param wanted as in `likePost`. Throws COMMENT_NOT_FOUND. */
export async function likeComment(
  ctx: Context,
  actor: Actor,
  commentId: string,
  wanted: boolean | undefined,
): Promise<Like> {
  const { comment } = await getComment(ctx, actor, commentId);
  const isVisible = sql`EXISTS (SELECT 1 FROM comments JOIN ${users} ON users.id = comments.author_id
    WHERE comments.id = ${commentId} AND ${commentVisibleTo(actor)})`;
  const { authorId, postId } = comment;
  const notice = { userId: authorId, what: 'comment', about: pathTo(comment), data: { postId, commentId } } as const;
  return (await turnLike(ctx, actor, { id: commentId, isVisible, notice }, wanted)) ?? missing('COMMENT_NOT_FOUND');
}

/** For each likeable kind: its table, its table of likes, and the column there that refers to it. */
const LIKED = {
  post: { things: posts, likes: postLikes, thing: sql.identifier(postLikes.postId.name) },
  comment: { things: comments, likes: commentLikes, thing: sql.identifier(commentLikes.commentId.name) },
} as const;

interface Likeable {
  readonly id: string;
  /** Whether the reader may still see it when the batch runs. */
  readonly isVisible: SQL;
  readonly notice: LikeNotice;
}

/** Returns undefined if the post or comment was deleted meanwhile. */
function turnLike(
  ctx: Context,
  actor: Actor,
  { id, isVisible, notice }: Likeable,
  wanted: boolean | undefined,
): Promise<Like | undefined> {
  const { userId } = actor;
  const now = ctx.now();
  const { things, likes, thing } = LIKED[notice.what];
  const own = sql`FROM ${likes} WHERE ${thing} = ${id} AND user_id = ${userId}`;
  const turn = {
    on: ctx.db.run(sql`
      INSERT INTO ${likes} (${thing}, user_id, created_at)
      SELECT ${id}, ${userId}, ${int(now)} WHERE ${isVisible}
      ON CONFLICT DO NOTHING`),
    off: (condition: SQL) => ctx.db.run(sql`DELETE ${own} AND ${condition}`),
    state: ctx.db
      .select({ likeCount: things.likeCount, liked: sql<number>`EXISTS (SELECT 1 ${own})`.as('liked') })
      .from(things)
      .where(and(eq(things.id, id), isNull(things.removedAt))),
    events: likeEvents(actor, notice),
    withdrawal: withdrawLike(ctx, actor, notice, sql`NOT EXISTS (SELECT 1 ${own})`),
  };
  return commitTurn(ctx, turn, wanted);
}

interface Turn {
  readonly on: Statement;
  /** Removes the like if the condition holds. */
  readonly off: (condition: SQL) => Statement;
  readonly state: Statement;
  /** The author's notification, if this adds the like. */
  readonly events: readonly OutboxEvent[];
  /** Withdraws the author's notification if there is no like now. */
  readonly withdrawal: readonly Statement[];
}

async function commitTurn(
  ctx: Context,
  { on, off, state, events, withdrawal }: Turn,
  wanted: boolean | undefined,
): Promise<Like | undefined> {
  // `off` runs only if `on` inserted nothing. `commit` puts the event's insert in between; it changes a row exactly if
  // `on` did, so `changes()` still gives the same answer after it.
  const turned = wanted === undefined ? [on, off(sql`changes() = 0`)] : [wanted ? on : off(sql`true`)];
  const statements = wanted === true ? turned : [...turned, ...withdrawal];
  const results = await commit(ctx, [...statements, state], wanted === false ? {} : { events });
  const [row] = results.at(-1) as { likeCount: number; liked: number }[]; // what `state` selects
  return row && { liked: row.liked === 1, likeCount: row.likeCount };
}

/** The notification for the author. */
interface LikeNotice {
  readonly userId: string;
  readonly what: 'post' | 'comment';
  /** The ids from post to comment. */
  readonly about: readonly string[];
  readonly data: DataOf<'like'>;
}

const groupOf = ({ what, about }: LikeNotice) => `like:${what}:${about.at(-1)}`;

/** Grouped, so that the author is notified once even if a user likes and unlikes ten times. */
function likeEvents({ userId: actorId }: Actor, notice: LikeNotice): OutboxEvent[] {
  const { userId, about, data } = notice;
  if (userId === actorId) return [];
  return [noticeTo(userId, 'like', data, { about, gather: { group: groupOf(notice), actorId } })];
}

function withdrawLike(ctx: Context, { userId: actorId }: Actor, notice: LikeNotice, isOff: SQL): Statement[] {
  return notice.userId === actorId ? [] : withdrawAct(ctx, notice.userId, groupOf(notice), actorId, isOff);
}

function missing(code: 'POST_NOT_FOUND' | 'COMMENT_NOT_FOUND'): never {
  throw contentError(code);
}
