/**
 * For account deletion: deletes where the user's money was sent, and requests for other bank details. Payouts stay,
 * because the books need them.
 */
import { eq } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { formerPayoutAccounts, payoutAccounts, payoutDetails } from './tables';

export function forgetPayoutAccounts(ctx: Context, userId: string): Statement[] {
  return [payoutAccounts, formerPayoutAccounts, payoutDetails].map((table) =>
    ctx.db.delete(table).where(eq(table.userId, userId)),
  );
}
