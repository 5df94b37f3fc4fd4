/**
 * For the end of an account: what it watched goes; its streams stay without a word of it, since gifts hang on them, and
 * what it had announced is called off.
 */
import { eq, type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/context';
import type { Statement } from '@/db/commit';
import { watchedCategories } from './tables';

export function forgetWatched(ctx: Context, userId: string): Statement {
  return ctx.db.delete(watchedCategories).where(eq(watchedCategories.userId, userId));
}

/** Repeated until it changes nothing: a stream without a title has been blanked. */
export function blankStreams(ctx: Context, userId: string, limit: SQL): Statement {
  return ctx.db.run(sql`
    UPDATE streams SET title = '', description = '', category = NULL, thumbnail_url = NULL, recording_url = NULL,
      status = CASE status WHEN 'scheduled' THEN 'cancelled' ELSE status END,
      updated_at = max(updated_at + 1, CAST(${ctx.now()} AS INTEGER))
    WHERE id IN (SELECT id FROM streams WHERE creator_id = ${userId} AND title <> '' ${limit})`);
}
