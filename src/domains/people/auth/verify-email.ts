/**
 * Verifies that an address belongs to its user, by an emailed code or link. If the address is OWNER_EMAIL, a code sent
 * with the account's session or password also makes the account the owner.
 */
import { and, eq, type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { commit, requireChange, requireThat } from '@/db/commit';
import { isOwnerAddress, logOwner, rankOwner } from '@/domains/base/permissions/rank-owner';
import { presentUser } from '@/domains/base/users/present';
import { sessionIsActive } from '@/domains/base/users/session-active';
import type { AppError } from '@/http/errors';
import type { Viewer } from '@/shared/actor';
import { type Account, findAccountByEmail, findAccountById, getAccount } from './account';
import { type Asker, findKnownDevice } from './asker';
import { confirmPassword } from './confirm-password';
import { authError } from './errors';
import { firstVerification } from './first-verification';
import { commitMailing } from './mail-quotas';
import { otpMail, ownerMail, sendMail } from './mails';
import { checkOtp, newOtp, useOtp } from './otps';
import { signResetToken } from './reset-token';
import { accountBanned } from './restricted-token';
import { sessionsEnded } from './sessions';
import { accounts, type OtpPurpose } from './tables';
import { findAccountByLink } from './verify-link';

/** The rest of the request, besides the code or link. */
interface Credentials {
  readonly actor: Viewer;
  readonly password: string | undefined;
  readonly asker: Asker;
}

/** Emails a code if the account exists, and does the same work if it doesn't. Throws OTP_LIMIT. */
export async function requestOtp(ctx: Context, email: string, purpose: OtpPurpose, asker: Asker): Promise<void> {
  const account = await findAccountByEmail(ctx, email);
  const mailing = { email, kind: purpose, asker, device: await findKnownDevice(ctx, asker, account) };
  const { code, insert } = newOtp(ctx, mailing);
  await commitMailing(ctx, mailing, [insert]);
  if (account) sendMail(ctx, () => otpMail(ctx, account.user, purpose, code));
}

/**
 * Throws OTP_INVALID, OTP_TRIES_LIMIT, ACCOUNT_BANNED, and what `proofOf` throws. After ACCOUNT_BANNED and the errors
 * of `proofOf`, the code still works.
 */
export async function verifyEmailByOtp(ctx: Context, email: string, code: string, credentials: Credentials) {
  const otp = await checkOtp(ctx, email, 'email-verification', code, credentials.asker);
  const { account } = otp;
  if (!account) throw authError('OTP_INVALID');
  if (account.user.status === 'banned') throw await accountBanned(ctx, account.user, false);
  return verify(ctx, account, {
    proof: await proofOf(ctx, account, credentials),
    use: () => [useOtp(ctx, otp), requireChange(ctx)],
    grantsRank: true,
    refusal: authError('OTP_INVALID'),
  });
}

/** Idempotent. Throws TOKEN_INVALID, ACCOUNT_BANNED, and what `proofOf` throws. */
export async function verifyEmailByLink(ctx: Context, token: string, credentials: Credentials) {
  const account = await findAccountByLink(ctx, token);
  if (!account) throw authError('TOKEN_INVALID');
  if (account.user.status === 'banned') throw await accountBanned(ctx, account.user, false);
  return verify(ctx, account, {
    proof: await proofOf(ctx, account, credentials),
    use: () => [],
    grantsRank: false,
    refusal: authError('TOKEN_INVALID'),
  });
}

/**
 * SQL condition that proves the caller set up the account's credentials; it must still be true when the batch runs.
 * Undefined if the request has neither password nor session. Another account's session counts as none.
 * Throws PASSWORD_NOT_SET, CONFIRMATION_WRONG, CHALLENGE_LIMIT.
 */
async function proofOf(
  ctx: Context,
  { user }: Account,
  { actor, password, asker }: Credentials,
): Promise<SQL | undefined> {
  if (password !== undefined) {
    const { secretHash } = await confirmPassword(ctx, { userId: user.id, sessionId: asker.address }, password);
    const same = and(eq(accounts.provider, 'password'), eq(accounts.subject, user.id));
    return sql`EXISTS (SELECT 1 FROM ${accounts} WHERE ${same} AND ${accounts.secretHash} = ${secretHash})`;
  }
  if (actor?.kind !== 'user' || actor.userId !== user.id) return undefined;
  return sessionIsActive(sql`${actor.sessionId}`, ctx.now());
}

interface Verification {
  readonly proof: SQL | undefined;
  /** Statements that use up the code, with their `requireChange`. */
  readonly use: () => Statement[];
  readonly grantsRank: boolean;
  readonly refusal: AppError;
}

async function verify(ctx: Context, account: Account, verification: Verification) {
  const { user, staff } = account;
  const { proof, use, grantsRank, refusal } = verification;
  const isFirst = user.emailVerifiedAt === null;
  const isNewOwner =
    grantsRank && proof !== undefined && isOwnerAddress(ctx.config, user.email) && staff?.rank !== 'owner';
  try {
    await commit(
      ctx,
      [
        ...use(),
        ...(proof && (isFirst || isNewOwner) ? [requireThat(ctx, proof)] : []),
        ...(isFirst ? firstVerification(ctx, user, proof !== undefined) : []),
        ...(isNewOwner ? [rankOwner(ctx, user.id), logOwner(ctx, user.id, staff)] : []),
      ],
      {
        events: [
          ...(isFirst && !proof ? [sessionsEnded(user.id)] : []),
          ...(isNewOwner ? [{ kind: 'user-changed', userId: user.id } as const] : []),
        ],
        refusals: { DEMAND_NOT_MET: () => refusal },
      },
    );
  } catch (error) {
    // Another request may have verified it since it was read. That one decided what is kept.
    const now = error === refusal && isFirst ? await findAccountById(ctx, user.id) : undefined;
    if (now?.user.emailVerifiedAt == null) throw error;
    return verify(ctx, now, verification);
  }
  if (isFirst) ctx.log.event('email.verified', { userId: user.id, keeps: proof !== undefined });
  if (isNewOwner) {
    ctx.log.event('staff.ranked', { targetId: user.id, rank: 'owner' });
    sendMail(ctx, () => ownerMail(ctx, user));
  }
  const verified = await getAccount(ctx, user.id);
  return {
    verified: true as const,
    user: presentUser(verified.user, verified.staff),
    ...(isFirst && !proof ? { resetToken: await signResetToken(ctx, verified) } : {}),
  };
}
