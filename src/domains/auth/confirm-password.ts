/** Somebody signed in proves once more who they are, before what cannot be undone. */
import type { Context } from '@/context';
import { type Account, getAccount } from './account';
import { spendSingleTry } from './challenges';
import { authError } from './errors';
import { verifyPassword } from './passwords';

/**
 * A try is spent before it is compared; `voidChallenges`, in the batch of what it was asked for, gives it back.
 * Throws PASSWORD_NOT_SET, CONFIRMATION_WRONG, CHALLENGE_LIMIT.
 */
export async function confirmPassword(ctx: Context, userId: string, password: string): Promise<Account> {
  const account = await getAccount(ctx, userId);
  if (account.secretHash === null) throw authError('PASSWORD_NOT_SET');
  await spendSingleTry(ctx, userId);
  if (!(await verifyPassword(password, account.secretHash))) throw authError('CONFIRMATION_WRONG');
  return account;
}
