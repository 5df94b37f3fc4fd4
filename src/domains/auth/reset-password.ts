/**
 * A forgotten password replaced by who can read the mailbox: by a mailed code or link. Every session ends, whatever
 * was begun with the old password is void, and the user is told.
 */
import { and, eq, sql } from 'drizzle-orm';
import type { Context } from '@/context';
import { commit, demandChange, type Statement } from '@/db/commit';
import { type AppError, httpError } from '@/http/errors';
import { equalInConstantTime, hmac } from '@/shared/crypto';
import { verifyToken } from '@/shared/tokens';
import { type Account, findAccountByEmail, findAccountById } from './account';
import { voidChallenges } from './challenges';
import { authError } from './errors';
import { passwordChangedMail, resetLinkMail, sendMail } from './mails';
import { checkOtp, commitMailing, countMail, useOtp, voidOtps } from './otps';
import { passwordFault } from './password-policy';
import { hashPassword } from './passwords';
import { endSessionsOf } from './sessions';
import { accounts } from './tables';
import { proveEmail } from './verify-email';

/** Mails a link if there is such an account, and does the same work if there is none. Throws OTP_LIMIT. */
export async function requestResetLink(ctx: Context, email: string): Promise<void> {
  await commitMailing(ctx, email, [countMail(ctx, email)]);
  sendMail(ctx, async () => {
    const account = await findAccountByEmail(ctx, email);
    return account && resetLinkMail(ctx, account.user, fingerprint(ctx, account));
  });
}

/** Throws OTP_INVALID; VALIDATION_FAILED, and then the code is still good. */
export async function resetByOtp(ctx: Context, email: string, code: string, password: string): Promise<void> {
  const otp = await checkOtp(ctx, email, 'forget-password', code);
  const account = await findAccountByEmail(ctx, email);
  if (!account) throw authError('OTP_INVALID');
  await replacePassword(ctx, account, password, {
    before: [useOtp(ctx, otp), demandChange(ctx)],
    refusal: () => authError('OTP_INVALID'),
  });
}

/** Throws TOKEN_INVALID; VALIDATION_FAILED, and then the link is still good. */
export async function resetByLink(ctx: Context, token: string, password: string): Promise<void> {
  const claims = await verifyToken(ctx.config.keys, 'reset-password', token, ctx.now());
  const account = typeof claims?.sub === 'string' ? await findAccountById(ctx, claims.sub) : undefined;
  if (!account || !equalInConstantTime(String(claims?.fingerprint), fingerprint(ctx, account)))
    throw authError('TOKEN_INVALID');
  await replacePassword(ctx, account, password, { before: [], refusal: () => authError('TOKEN_INVALID') });
}

async function replacePassword(
  ctx: Context,
  account: Account,
  password: string,
  { before, refusal }: { before: Statement[]; refusal: () => AppError },
): Promise<void> {
  const { user } = account;
  const fault = passwordFault(password, user.username);
  if (fault) throw httpError('VALIDATION_FAILED', { details: [{ path: 'password', message: fault }] });
  const secretHash = await hashPassword(password);
  await commit(
    ctx,
    [
      ...before,
      replaceHash(ctx, account, secretHash),
      demandChange(ctx),
      endSessionsOf(ctx, user.id, 'new-password'),
      voidChallenges(ctx, user.id),
      voidOtps(ctx, user.emailKey),
      ...proveEmail(ctx, user),
    ],
    { refusals: { DEMAND_NOT_MET: refusal } },
  );
  sendMail(ctx, async () => passwordChangedMail(user));
  ctx.log.event('session.ended', { userId: user.id, because: 'new-password', all: true });
}

/** Changes nothing if the password was replaced since it was read: of two resets at once one wins. */
function replaceHash(ctx: Context, { user, secretHash: old }: Account, secretHash: string): Statement {
  return ctx.db
    .update(accounts)
    .set({ secretHash, updatedAt: ctx.now() })
    .where(
      and(eq(accounts.provider, 'password'), eq(accounts.subject, user.id), sql`${accounts.secretHash} IS ${old}`),
    );
}

/** Of the password as it is: a link dies with the password that it replaces. */
function fingerprint(ctx: Context, { user, secretHash }: Account): string {
  return hmac(ctx.config.keys, 'reset-fingerprint', `${user.id}:${secretHash}`);
}
