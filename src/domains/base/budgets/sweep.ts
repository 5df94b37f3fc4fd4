/** Deletes budgets whose day is over, a bounded number at a time. The next run follows immediately if more are left. */
import { sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { commit } from '@/db/commit';
import { literal } from '@/db/sql';
import { DAY_MS } from '@/shared/time';
import { dailyBudgets } from './tables';

const ROWS_MAX = 500;

/** Returns true if there is more to do. */
export async function sweepBudgets(ctx: Context): Promise<boolean> {
  const [result] = (await commit(ctx, [
    ctx.db.run(sql`
      DELETE FROM ${dailyBudgets} WHERE (user_id, kind) IN (
        SELECT user_id, kind FROM daily_budgets WHERE started_at <= ${ctx.now() - DAY_MS}
        LIMIT ${literal(ROWS_MAX)})`),
  ])) as D1Result[]; // a statement without rows
  return result?.meta.changes === ROWS_MAX;
}
