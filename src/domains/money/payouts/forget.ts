/**
 * For account deletion: deletes where the user's money was sent, and requests for other bank details. Payouts stay,
 * because the books need them.
 */
import { eq, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { withdrawWaiting } from '@/domains/base/notifications/notify-staff';
import { formerPayoutAccounts, payoutAccounts, payoutDetails } from './tables';

export function forgetPayoutAccounts(ctx: Context, userId: string): Statement[] {
  const pending = sql`(SELECT id FROM ${payoutDetails} WHERE user_id = ${userId} AND status = 'pending')`;
  const deletions = [payoutAccounts, formerPayoutAccounts, payoutDetails].map((table) =>
    ctx.db.delete(table).where(eq(table.userId, userId)),
  );
  return [...withdrawWaiting(ctx, pending), ...deletions];
}
