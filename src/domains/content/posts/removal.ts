/**
 * Plans what staff do with posts and comments, as a part of one batch: hide them during a review, remove them so that an
 * appeal can bring them back, and bring them back with their likes, comments and counts. Notifications about them are
 * withdrawn for good. Repeating any of it changes nothing. What its author deletes meanwhile stays deleted.
 */
import { type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { int, literal } from '@/db/sql';
import { setPrivacy } from '@/domains/base/media/access';
import { withdrawAbout, withdrawalOf } from '@/domains/base/notifications/withdraw';
import { comments, posts } from './tables';

/** Notifications that are no longer true; those beyond are few, and lead to a 404. */
const ROWS_AT_ONCE = 100;

/** @param until ms */
export function keepRemovedPost(ctx: Context, id: string, until: number): Statement[] {
  return [
    ctx.db.run(sql`UPDATE ${posts} SET removed_at = ${int(ctx.now())}, kept_until = ${int(until)}, hidden_at = NULL
      WHERE id = ${id} AND removed_at IS NULL`),
    withdrawAbout(ctx, [id]),
    setPrivacy(ctx, filesOf(id), true),
  ];
}

export function returnPost(ctx: Context, id: string): Statement[] {
  return [
    ctx.db.run(
      sql`UPDATE ${posts} SET removed_at = NULL, kept_until = NULL WHERE id = ${id} AND kept_until IS NOT NULL`,
    ),
    openFiles(ctx, id),
  ];
}

export function hidePost(ctx: Context, id: string): Statement[] {
  return [
    ctx.db.run(sql`UPDATE ${posts} SET hidden_at = ${int(ctx.now())}
      WHERE id = ${id} AND removed_at IS NULL AND hidden_at IS NULL`),
    withdrawAbout(ctx, [id]),
    setPrivacy(ctx, filesOf(id), true),
  ];
}

export function unhidePost(ctx: Context, id: string): Statement[] {
  return [
    ctx.db.run(sql`UPDATE ${posts} SET hidden_at = NULL WHERE id = ${id} AND hidden_at IS NOT NULL`),
    openFiles(ctx, id),
  ];
}

/** Replies go with it. They are hidden because their comment is. */
export function keepRemovedComment(ctx: Context, id: string, until: number): Statement[] {
  return [
    ctx.db.run(sql`UPDATE ${comments} SET removed_at = ${int(ctx.now())}, kept_until = ${int(until)}, hidden_at = NULL
      WHERE id = ${id} AND removed_at IS NULL`),
    withdrawCommentNotices(ctx, id),
  ];
}

export function returnComment(ctx: Context, id: string): Statement[] {
  return [
    ctx.db.run(sql`UPDATE ${comments} SET removed_at = NULL, kept_until = NULL
      WHERE id = ${id} AND kept_until IS NOT NULL`),
  ];
}

export function hideComment(ctx: Context, id: string): Statement[] {
  return [
    ctx.db.run(sql`UPDATE ${comments} SET hidden_at = ${int(ctx.now())}
      WHERE id = ${id} AND removed_at IS NULL AND hidden_at IS NULL`),
    withdrawCommentNotices(ctx, id),
  ];
}

export function unhideComment(ctx: Context, id: string): Statement[] {
  return [ctx.db.run(sql`UPDATE ${comments} SET hidden_at = NULL WHERE id = ${id} AND hidden_at IS NOT NULL`)];
}

function withdrawCommentNotices(ctx: Context, id: string): Statement {
  return ctx.db.run(withdrawalOf(pathOf(id), sql`LIMIT ${literal(ROWS_AT_ONCE)}`));
}

/** Only public posts that are shown have open files. */
function openFiles(ctx: Context, postId: string): Statement {
  const keys = sql`SELECT post_media.key FROM post_media JOIN ${posts} ON posts.id = post_media.post_id
    WHERE post_media.post_id = ${postId} AND posts.visibility = 'public'
      AND posts.removed_at IS NULL AND posts.hidden_at IS NULL`;
  return setPrivacy(ctx, keys, false);
}

/** A SELECT of the keys of a post's files. */
export function filesOf(postId: string): SQL {
  return sql`SELECT key FROM post_media WHERE post_id = ${postId}`;
}

/** The ids from post to comment, as notifications store them in `about`. */
export function pathOf(commentId: string): SQL {
  return sql`(SELECT post_id || '/' || coalesce(parent_id || '/', '') || id FROM comments WHERE id = ${commentId})`;
}
