/**
 * For the end of an account: deletes its rank and blanks what the staff log says about it. The account's own acts as
 * staff stay in the log, under its id.
 */
import { eq, type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { staff } from './tables';

export function forgetRank(ctx: Context, userId: string): Statement {
  return ctx.db.delete(staff).where(eq(staff.userId, userId));
}

/** Keeps who did what and when. Repeat until it changes nothing. */
export function blankStaffLog(ctx: Context, userId: string, limit: SQL): Statement {
  return ctx.db.run(sql`UPDATE staff_log SET before = NULL, after = NULL, reason = NULL, subject_id = NULL
    WHERE id IN (SELECT id FROM staff_log WHERE subject_id = ${userId} ${limit})`);
}
