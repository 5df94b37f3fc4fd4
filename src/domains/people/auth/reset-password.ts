/**
 * Resets a forgotten password with an emailed code or link. Every session ends, pending sign-ins and codes are void,
 * and the user is emailed. An account that was not verified before also loses its second factor and push subscriptions.
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

/** Emails a link if the account exists, and does the same work if it doesn't. Throws OTP_LIMIT. */
export async function requestResetLink(ctx: Context, email: string, asker: Asker): Promise<void> {
  const account = await findAccountByEmail(ctx, email);
  await commitMailing(
    ctx,
    { email, kind: 'reset-link', asker, device: await findKnownDevice(ctx, asker, account) },
    [],
  );
  if (account) sendMail(ctx, () => resetLinkMail(ctx, account));
}

/** Throws OTP_INVALID, OTP_TRIES_LIMIT, VALIDATION_FAILED; after the last, the code still works. */
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

/** Throws TOKEN_INVALID, VALIDATION_FAILED; after the latter, the link still works. */
export async function resetByLink(ctx: Context, token: string, password: string): Promise<void> {
  const account = await findResettable(ctx, token);
  if (!account) throw authError('TOKEN_INVALID');
  await replacePassword(ctx, account, password, {
    field: 'password',
    before: verificationByReset(ctx, account.user),
    refusal: () => authError('TOKEN_INVALID'),
  });
}
