/** For the end of an account: the words it sent with gifts. The gifts stay, as the books need them. */
import { sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { literal } from '@/db/sql';

/** Many, since each time those that are blank already are passed by: an index of the others would cost every gift a row. */
const GIFTS_AT_ONCE = 5_000;

/** Repeated until it changes nothing. */
export function blankGiftMessages(ctx: Context, userId: string): Statement {
  return ctx.db.run(sql`UPDATE gifts_sent SET message = NULL WHERE id IN (
    SELECT id FROM gifts_sent WHERE sender_id = ${userId} AND message IS NOT NULL
    LIMIT ${literal(GIFTS_AT_ONCE)})`);
}
