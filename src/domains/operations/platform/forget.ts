/** For the end of an account: deletes the feedback that the user sent. */
import { type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { feedback } from './tables';

/** @param limit `LIMIT 200` */
export function forgetFeedback(ctx: Context, userId: string, limit: SQL): Statement[] {
  return [
    ctx.db.run(sql`DELETE FROM ${feedback} WHERE id IN (SELECT id FROM feedback WHERE user_id = ${userId} ${limit})`),
  ];
}
