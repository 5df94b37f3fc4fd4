/**
 * For account deletion: deletes where the provider sent the user's money. Payouts stay, because the books need them.
 */
import { eq } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { payoutAccounts } from './tables';

export function forgetPayoutAccount(ctx: Context, userId: string): Statement {
  return ctx.db.delete(payoutAccounts).where(eq(payoutAccounts.userId, userId));
}
