/** For the end of an account: closes its open appeals and blanks what they say. */
import { type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { withdrawWaiting } from '@/domains/base/notifications/notify-staff';

/** The rows stay for the figures. Repeat until it changes nothing. */
export function forgetAppeals(ctx: Context, userId: string, limit: SQL): Statement[] {
  const oneOpen = sql`(SELECT id FROM appeals WHERE subject_id = ${userId} AND status = 'open' ORDER BY id LIMIT 1)`;
  return [
    ...withdrawWaiting(ctx, oneOpen),
    ctx.db.run(sql`UPDATE appeals SET status = 'refused', decided_at = ${ctx.now()} WHERE id = ${oneOpen}`),
    ctx.db.run(sql`UPDATE appeals SET text = '', answer = NULL WHERE id IN (
      SELECT id FROM appeals WHERE subject_id = ${userId} AND (text <> '' OR answer IS NOT NULL) ${limit})`),
  ];
}
