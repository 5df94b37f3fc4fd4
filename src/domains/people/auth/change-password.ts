/** Changes the password of a user who knows the current one. The current session stays active, all others end. */
import type { Context } from '@/contracts/context';
import { httpError } from '@/http/errors';
import type { Actor } from '@/shared/actor';
import { confirmPassword } from './confirm-password';
import { authError } from './errors';
import { replacePassword } from './replace-password';

/** Throws PASSWORD_NOT_SET, CONFIRMATION_WRONG, CHALLENGE_LIMIT, VALIDATION_FAILED. */
export async function changePassword(
  ctx: Context,
  actor: Actor,
  { currentPassword, newPassword }: { readonly currentPassword: string; readonly newPassword: string },
): Promise<void> {
  const account = await confirmPassword(ctx, actor, currentPassword);
  if (newPassword.normalize('NFKC') === currentPassword.normalize('NFKC'))
    throw httpError('VALIDATION_FAILED', { details: [{ path: 'newPassword', message: 'is the current one' }] });
  await replacePassword(ctx, account, newPassword, {
    field: 'newPassword',
    before: [],
    refusal: () => authError('CONFIRMATION_WRONG'),
    keptSessionId: actor.sessionId,
  });
}
