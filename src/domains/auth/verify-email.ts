/** Proves that an address is its user's: by a mailed code or link. The address in OWNER_EMAIL makes the owner. */
import type { Context } from '@/context';
import { commit, demandChange, type Statement } from '@/db/commit';
import { rankOwner } from '@/domains/staff/rank-owner';
import type { UserRow } from '@/domains/users/present';
import { markEmailVerified } from '@/domains/users/write';
import { fold } from '@/shared/text';
import { verifyToken } from '@/shared/tokens';
import { findAccountByEmail, findAccountById } from './account';
import { type Asker, knownDevice } from './asker';
import { authError } from './errors';
import { commitMailing } from './mail-quotas';
import { otpMail, sendMail } from './mails';
import { checkOtp, newOtp, useOtp } from './otps';
import type { OtpPurpose } from './tables';

/**
 * For the batch of whatever proved that the mailbox is the user's. Safe to repeat, and repeated it makes an owner of
 * the user whose address became OWNER_EMAIL since.
 */
export function proveEmail(ctx: Context, { id, emailKey, emailVerifiedAt }: UserRow): Statement[] {
  const { ownerEmail } = ctx.config;
  const isOwner = ownerEmail !== undefined && fold(ownerEmail) === emailKey;
  return [...(emailVerifiedAt === null ? [markEmailVerified(ctx, id)] : []), ...(isOwner ? [rankOwner(ctx, id)] : [])];
}

/** Mails a code if there is such an account, and does the same work if there is none. Throws OTP_LIMIT. */
export async function requestOtp(ctx: Context, email: string, purpose: OtpPurpose, asker: Asker): Promise<void> {
  const account = await findAccountByEmail(ctx, email);
  const mailing = { email, kind: purpose, asker, device: await knownDevice(ctx, asker, account) };
  const { code, statements } = newOtp(ctx, mailing);
  await commitMailing(ctx, mailing, statements);
  if (account) sendMail(ctx, async () => otpMail(account.user, purpose, code));
}

/** Throws OTP_INVALID, OTP_TRIES_LIMIT. */
export async function verifyEmailByOtp(ctx: Context, email: string, code: string, asker: Asker): Promise<void> {
  const otp = await checkOtp(ctx, email, 'email-verification', code, asker);
  const { account } = otp;
  if (!account) throw authError('OTP_INVALID');
  await commit(ctx, [useOtp(ctx, otp), demandChange(ctx), ...proveEmail(ctx, account.user)], {
    refusals: { DEMAND_NOT_MET: () => authError('OTP_INVALID') },
  });
  ctx.log.event('email.verified', { userId: account.user.id });
}

/** Opened twice, it answers the same. Throws TOKEN_INVALID. */
export async function verifyEmailByLink(ctx: Context, token: string): Promise<void> {
  const claims = await verifyToken(ctx.config.keys, 'verify-email', token, ctx.now());
  const account = typeof claims?.sub === 'string' ? await findAccountById(ctx, claims.sub) : undefined;
  // Bound to the address: a link mailed to an old one proves nothing of the new.
  if (!account || claims?.email !== account.user.emailKey) throw authError('TOKEN_INVALID');
  await commit(ctx, proveEmail(ctx, account.user));
  ctx.log.event('email.verified', { userId: account.user.id });
}
