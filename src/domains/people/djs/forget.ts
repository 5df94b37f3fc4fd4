/** Deletes a deleted account's profile as a DJ, and its ratings in both directions. Triggers lower the counts. */
import { eq, type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { djProfiles } from './tables';

export function forgetDjProfile(ctx: Context, userId: string): Statement {
  return ctx.db.delete(djProfiles).where(eq(djProfiles.userId, userId));
}

/** Repeat each statement until it changes no row. */
export function forgetDjRatings(ctx: Context, userId: string, limit: SQL): Statement[] {
  return [
    ctx.db.run(sql`DELETE FROM dj_ratings WHERE (dj_id, user_id) IN (
      SELECT dj_id, user_id FROM dj_ratings WHERE user_id = ${userId} ${limit})`),
    ctx.db.run(sql`DELETE FROM dj_ratings WHERE (dj_id, user_id) IN (
      SELECT dj_id, user_id FROM dj_ratings WHERE dj_id = ${userId} ${limit})`),
  ];
}
