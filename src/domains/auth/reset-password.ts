/**
 * A forgotten password replaced by who can read the mailbox: by a mailed code or link. Every session ends, whatever
 * was begun with the old password is void, and the user is told.
 */
import type { Context } from '@/context';
import { demandChange } from '@/db/commit';
import { hmac, isHmacOf } from '@/shared/crypto';
import { verifyToken } from '@/shared/tokens';
import { type Account, findAccountByEmail, findAccountById } from './account';
import { type Asker, knownDevice } from './asker';
import { authError } from './errors';
import { commitMailing } from './mail-quotas';
import { resetLinkMail, sendMail } from './mails';
import { checkOtp, useOtp } from './otps';
import { replacePassword } from './replace-password';
import { proveEmail } from './verify-email';

/** Mails a link if there is such an account, and does the same work if there is none. Throws OTP_LIMIT. */
export async function requestResetLink(ctx: Context, email: string, asker: Asker): Promise<void> {
  const account = await findAccountByEmail(ctx, email);
  await commitMailing(ctx, { email, kind: 'reset-link', asker, device: await knownDevice(ctx, asker, account) }, []);
  if (account)
    sendMail(ctx, () =>
      resetLinkMail(ctx, account.user, hmac(ctx.config.keys, 'reset-fingerprint', passwordOf(account))),
    );
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
    before: [useOtp(ctx, otp), demandChange(ctx), ...proveEmail(ctx, account.user)],
    refusal: () => authError('OTP_INVALID'),
  });
}

/** Throws TOKEN_INVALID; VALIDATION_FAILED, and then the link is still good. */
export async function resetByLink(ctx: Context, token: string, password: string): Promise<void> {
  const claims = await verifyToken(ctx.config.keys, 'reset-password', token, ctx.now());
  const account = typeof claims?.sub === 'string' ? await findAccountById(ctx, claims.sub) : undefined;
  const { keys } = ctx.config;
  if (!account || !isHmacOf(keys, 'reset-fingerprint', passwordOf(account), String(claims?.fingerprint)))
    throw authError('TOKEN_INVALID');
  await replacePassword(ctx, account, password, {
    field: 'password',
    before: proveEmail(ctx, account.user),
    refusal: () => authError('TOKEN_INVALID'),
  });
}

/** The link carries a fingerprint of this, so that it stops working once the password changes. */
function passwordOf({ user, secretHash }: Account): string {
  return `${user.id}:${secretHash}`;
}
