/** Deletes budgets whose day is over. Bounded; what is left over follows at once. */
import { sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { commit } from '@/db/commit';
import { literal } from '@/db/sql';
import { DAY_MS } from '@/shared/time';
import { dailyBudgets } from './tables';

const ROWS_MAX = 500;

/** True: there is more. */
export async function sweepBudgets(ctx: Context): Promise<boolean> {
  const [result] = (await commit(ctx, [
    ctx.db.run(sql`
      DELETE FROM ${dailyBudgets} WHERE (user_id, kind) IN (
        SELECT user_id, kind FROM daily_budgets WHERE started_at <= ${ctx.now() - DAY_MS}
        LIMIT ${literal(ROWS_MAX)})`),
  ])) as D1Result[]; // of a statement without rows
  return result?.meta.changes === ROWS_MAX;
}
