/** For the end of an account: what the user reported stays, since staff need it, but without the user's words. */
import { type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { reportVoices } from './tables';

/** Repeat it until it changes nothing. */
export function blankReports(ctx: Context, userId: string, limit: SQL): Statement {
  return ctx.db.run(sql`UPDATE ${reportVoices} SET text = NULL WHERE (report_id, reporter_id) IN (
    SELECT report_id, reporter_id FROM ${reportVoices} WHERE reporter_id = ${userId} AND text IS NOT NULL ${limit})`);
}
