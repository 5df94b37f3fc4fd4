/** Closes tickets that stayed resolved for a week: their user had nothing to add. */
import { sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { commit } from '@/db/commit';
import { int, literal } from '@/db/sql';
import { DAY_MS } from '@/shared/time';
import { tickets } from './tables';

const CLOSES_AFTER_MS = 7 * DAY_MS;
const ROWS_MAX = 200;

/** Returns true if there is more to do. */
export async function closeResolvedTickets(ctx: Context): Promise<boolean> {
  const now = ctx.now();
  const [result] = (await commit(ctx, [
    ctx.db.run(sql`
      UPDATE ${tickets} SET status = 'closed', status_at = ${int(now)}, updated_at = ${int(now)}
      WHERE id IN (SELECT id FROM tickets WHERE status = 'resolved' AND status_at <= ${int(now - CLOSES_AFTER_MS)}
        ORDER BY status_at LIMIT ${literal(ROWS_MAX)})`),
  ])) as D1Result[]; // a statement without rows
  return result?.meta.changes === ROWS_MAX;
}
