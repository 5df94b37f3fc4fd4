/**
 * A forgotten password replaced by who can read the mailbox: by a mailed code or link. Every session ends, whatever
 * was begun with the old password is void, and the user is mailed. An account that was not verified before also loses
 * its second factor and its push subscriptions.
 */
import type { Context } from '@/contracts/context';
import { requireChange } from '@/db/commit';
import { findAccountByEmail } from './account';
import { type Asker, findKnownDevice } from './asker';
import { authError } from './errors';
import { verificationByReset } from './first-verification';
import { commitMailing } from './mail-quotas';
import { resetLinkMail, sendMail } from './mails';
import { checkOtp, useOtp } from './otps';
import { replacePassword } from './replace-password';
import { findResettable } from './reset-token';

/** Mails a link if there is such an account, and does the same work if there is none. Throws OTP_LIMIT. */
export async function requestResetLink(ctx: Context, email: string, asker: Asker): Promise<void> {
  const account = await findAccountByEmail(ctx, email);
  await commitMailing(
    ctx,
    { email, kind: 'reset-link', asker, device: await findKnownDevice(ctx, asker, account) },
    [],
  );
  if (account) sendMail(ctx, () => resetLinkMail(ctx, account));
}

/** Throws OTP_INVALID, OTP_TRIES_LIMIT; VALIDATION_FAILED, and then the code is still good. */
export async function resetByOtp(
  ctx: Context,
  { email, otp: code, password }: { readonly email: string; readonly otp: string; readonly password: string },
  asker: Asker,
): Promise<void> {
  const otp = await checkOtp(ctx, email, 'forget-password', code, asker);
  const { account } = otp;
  if (!account) throw authError('OTP_INVALID');
  await replacePassword(ctx, account, password, {
    field: 'password',
    before: [useOtp(ctx, otp), requireChange(ctx), ...verificationByReset(ctx, account.user)],
    refusal: () => authError('OTP_INVALID'),
  });
}

/** Throws TOKEN_INVALID; VALIDATION_FAILED, and then the link is still good. */
export async function resetByLink(ctx: Context, token: string, password: string): Promise<void> {
  const account = await findResettable(ctx, token);
  if (!account) throw authError('TOKEN_INVALID');
  await replacePassword(ctx, account, password, {
    field: 'password',
    before: verificationByReset(ctx, account.user),
    refusal: () => authError('TOKEN_INVALID'),
  });
}
