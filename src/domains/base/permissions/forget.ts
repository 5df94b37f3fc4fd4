/**
 * For the end of an account: deletes its rank and blanks what the staff log says about it. The account's own acts as
 * staff stay in the log, under its id. After 180 days, a sweep also blanks where staff acted from.
 */
import { eq, type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { commit } from '@/db/commit';
import { literal } from '@/db/sql';
import { DAY_MS } from '@/shared/time';
import { staff, staffLog } from './tables';

const ORIGIN_KEPT_MS = 180 * DAY_MS;
const ROWS_A_RUN = 500;

export function forgetRank(ctx: Context, userId: string): Statement {
  return ctx.db.delete(staff).where(eq(staff.userId, userId));
}

/** Keeps who did what and when. Repeat until it changes nothing. */
export function blankStaffLog(ctx: Context, userId: string, limit: SQL): Statement {
  return ctx.db.run(sql`UPDATE staff_log SET before = NULL, after = NULL, reason = NULL, subject_id = NULL, country = NULL
    WHERE id IN (SELECT id FROM staff_log WHERE subject_id = ${userId} ${limit})`);
}

/** Returns whether there is more to do. */
export async function blankStaffOrigins(ctx: Context): Promise<boolean> {
  const [blanked] = await commit(ctx, [
    ctx.db.run(sql`UPDATE staff_log SET ip = NULL, user_agent = NULL
      WHERE id IN (SELECT id FROM ${staffLog} WHERE (ip IS NOT NULL OR user_agent IS NOT NULL)
        AND created_at <= ${ctx.now() - ORIGIN_KEPT_MS} ORDER BY created_at LIMIT ${literal(ROWS_A_RUN)})`),
  ]);
  return (blanked as D1Result).meta.changes === ROWS_A_RUN;
}
