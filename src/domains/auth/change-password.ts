/** A password changed by who knows the old one: the session that asks goes on, all others end. */
import type { Context } from '@/context';
import { httpError } from '@/http/errors';
import type { Actor } from '@/shared/actor';
import { getAccount } from './account';
import { spendSingleTry } from './challenges';
import { authError } from './errors';
import { verifyPassword } from './passwords';
import { replacePassword } from './replace-password';

/**
 * A try is spent before it is compared, so that whoever finds a device that is signed in cannot guess without end;
 * a new password gives the tries back. Throws PASSWORD_NOT_SET, CONFIRMATION_WRONG, CHALLENGE_LIMIT, VALIDATION_FAILED.
 */
export async function changePassword(
  ctx: Context,
  { userId, sessionId }: Actor,
  { currentPassword, newPassword }: { readonly currentPassword: string; readonly newPassword: string },
): Promise<void> {
  const account = await getAccount(ctx, userId);
  if (account.secretHash === null) throw authError('PASSWORD_NOT_SET');
  await spendSingleTry(ctx, userId);
  if (!(await verifyPassword(currentPassword, account.secretHash))) throw authError('CONFIRMATION_WRONG');
  if (newPassword.normalize('NFKC') === currentPassword.normalize('NFKC'))
    throw httpError('VALIDATION_FAILED', { details: [{ path: 'newPassword', message: 'is the current one' }] });
  await replacePassword(ctx, account, newPassword, {
    field: 'newPassword',
    before: [],
    refusal: () => authError('CONFIRMATION_WRONG'),
    keptSessionId: sessionId,
  });
}
