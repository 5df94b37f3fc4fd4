/** Deletes the days on which a deleted account was active. Figures that were rolled up stay. */
import { and, eq, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { activeDays } from './tables';

/** Looks each day up, since the days are few and the table has no index by user. */
export function forgetActiveDays(ctx: Context, userId: string): Statement {
  const days = sql`(
    WITH RECURSIVE kept (day) AS (
      SELECT min(day) FROM active_days
      UNION ALL SELECT (SELECT min(later.day) FROM active_days later WHERE later.day > kept.day) FROM kept
      WHERE kept.day IS NOT NULL)
    SELECT day FROM kept WHERE day IS NOT NULL)`;
  return ctx.db.delete(activeDays).where(and(sql`${activeDays.day} IN ${days}`, eq(activeDays.userId, userId)));
}
