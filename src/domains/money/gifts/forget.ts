/**
 * For account deletion: removes the texts that the user sent with gifts. The gifts stay, because the books need them.
 */
import { sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { literal } from '@/db/sql';

/**
 * Large, because each run passes over gifts that are already blank: an index without those would cost every gift a row.
 */
const GIFTS_AT_ONCE = 5_000;

/** Repeat it until it changes nothing. */
export function blankGiftMessages(ctx: Context, userId: string): Statement {
  return ctx.db.run(sql`UPDATE gifts_sent SET message = NULL WHERE id IN (
    SELECT id FROM gifts_sent WHERE sender_id = ${userId} AND message IS NOT NULL
    LIMIT ${literal(GIFTS_AT_ONCE)})`);
}
