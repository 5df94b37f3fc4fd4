/** For the end of an account: the words it sent with gifts. The gifts stay, as the books need them. */
import { type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/context';
import type { Statement } from '@/db/commit';

/** Repeated until it changes nothing. */
export function blankGiftMessages(ctx: Context, userId: string, limit: SQL): Statement {
  return ctx.db.run(sql`UPDATE gifts_sent SET message = NULL WHERE id IN (
    SELECT id FROM gifts_sent WHERE sender_id = ${userId} AND message IS NOT NULL ${limit})`);
}
