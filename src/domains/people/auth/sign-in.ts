/**
 * Signs a user in by password or emailed code, and after a second factor if it is on. One batch creates the session and
 * uses up the proof, so a proof that was replaced or used meanwhile creates no session.
 */

import { and, eq, type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import type { OutboxEvent } from '@/contracts/messages';
import { commit, requireChange } from '@/db/commit';
import { presentUser } from '@/domains/base/users/present';
import type { UserRow } from '@/domains/base/users/tables';
import { recordLogin } from '@/domains/base/users/write';
import type { AppError } from '@/http/errors';
import { type Account, actorOf } from './account';
import { type Asker, signDeviceToken } from './asker';
import { openChallenge } from './challenges';
import { checkCredentials } from './confirm-password';
import { authError } from './errors';
import { firstVerification } from './first-verification';
import { trySignInMail } from './mail-quotas';
import { deletionCancelledMail, sendMail, signInMail } from './mails';
import { checkOtp, useOtp } from './otps';
import { hashPassword, needsRehash } from './passwords';
import { signResetToken } from './reset-token';
import { accountBanned } from './restricted-token';
import { newSession, sessionsEnded } from './sessions';
import { accounts } from './tables';

/** Throws INVALID_CREDENTIALS, SIGN_IN_LIMIT, ACCOUNT_BANNED, CHALLENGE_LIMIT. */
export async function signInByPassword(ctx: Context, email: string, password: string, asker: Asker) {
  const { account, device } = await checkCredentials(ctx, email, password, asker);
  const { user, secretHash, passwordSetAt } = account;
  if (needsRehash(secretHash)) ctx.waitUntil(rehash(ctx, user.id, password, secretHash));
  // The password must still be the verified one when the batch runs: it may have been reset meanwhile.
  const ofUser = and(eq(accounts.provider, 'password'), eq(accounts.subject, user.id));
  const unchanged = sql`EXISTS (SELECT 1 FROM ${accounts} WHERE ${ofUser} AND ${accounts.updatedAt} = ${passwordSetAt})`;
  if (user.totpEnabledAt !== null) return twoFactorRequired(ctx, user.id, device, unchanged);
  await refuseBanned(ctx, account);
  return startSession(ctx, account, { ...asker, device }, 'password', {
    condition: unchanged,
    refusal: () => authError('INVALID_CREDENTIALS'),
  });
}

/**
 * The first sign-in by code also verifies the address. It removes the account's earlier setup, because nothing proves
 * who made it, and returns a token to set a new password. Throws OTP_INVALID, OTP_TRIES_LIMIT, ACCOUNT_BANNED,
 * CHALLENGE_LIMIT.
 */
export async function signInByOtp(ctx: Context, email: string, code: string, asker: Asker) {
  const otp = await checkOtp(ctx, email, 'sign-in', code, asker);
  const { account, device } = otp;
  if (!account) throw authError('OTP_INVALID');
  const refusal = () => authError('OTP_INVALID');
  const use = [useOtp(ctx, otp), requireChange(ctx)];
  if (account.user.totpEnabledAt === null) await refuseBanned(ctx, account, { uses: use, refusal });
  if (account.user.emailVerifiedAt === null) {
    const verified = { ...account, user: { ...account.user, emailVerifiedAt: ctx.now() }, secretHash: null };
    const before = [...use, ...firstVerification(ctx, account.user, false)];
    const signedIn = await startSession(ctx, verified, { ...asker, device }, 'otp', {
      before,
      events: [sessionsEnded(account.user.id)],
      refusal,
    });
    ctx.log.event('email.verified', { userId: account.user.id, keeps: false });
    return { ...signedIn, resetToken: await signResetToken(ctx, verified) };
  }
  if (account.user.totpEnabledAt !== null) {
    await commit(ctx, use, { refusals: { DEMAND_NOT_MET: refusal } });
    return twoFactorRequired(ctx, account.user.id, device);
  }
  return startSession(ctx, account, { ...asker, device }, 'otp', { before: use, refusal });
}

interface SessionProof {
  /** Statements that use up the proof, each with its `requireChange`. */
  readonly before?: Statement[];
  /** Events that using it up causes. */
  readonly events?: readonly OutboxEvent[];
  /** Must still be true of the account when the batch runs. */
  readonly condition?: SQL;
  /** The error if the proof was used, replaced or voided meanwhile. */
  readonly refusal: () => AppError;
}

/**
 * The last step of every sign-in: creates the session and its response, if the account is still active. If the device
 * is unknown and the address verified, the user is emailed.
 */
export async function startSession(
  ctx: Context,
  account: Account,
  { userAgent, address, device }: Pick<Asker, 'userAgent' | 'address'> & { readonly device: string | undefined },
  by: 'password' | 'otp' | 'totp' | 'backup-code',
  { before = [], events = [], condition, refusal }: SessionProof,
) {
  const { user, staff } = account;
  const [{ insert, tokens, sessionId }, deviceToken] = await Promise.all([
    newSession(ctx, actorOf(account), userAgent, address),
    signDeviceToken(ctx, account, device),
  ]);
  const statements = [...before, recordLogin(ctx, user.id, condition), requireChange(ctx), insert];
  const results = await commit(ctx, statements, { events, refusals: { DEMAND_NOT_MET: refusal } });
  const [row = user] = results[before.length] as UserRow[]; // returned by recordLogin
  ctx.log.event('session.started', { userId: user.id, sessionId, by });
  if (user.deletesAt !== null) {
    sendMail(ctx, () => deletionCancelledMail(ctx, user));
    ctx.log.event('deletion.cancelled', { userId: user.id });
  }
  if (device === undefined && user.emailVerifiedAt !== null) mailSignIn(ctx, user, userAgent);
  return { ...tokens, deviceToken, user: presentUser(row, staff) };
}

function mailSignIn(ctx: Context, user: UserRow, userAgent: string | null): void {
  const at = ctx.now();
  sendMail(ctx, async () => {
    return (await trySignInMail(ctx, user.id)) ? signInMail(ctx, user, { at, userAgent }) : undefined;
  });
}

/**
 * Throws ACCOUNT_BANNED. A ban is only revealed once the user has proved who they are, by the second factor too.
 * @param proof uses up a code, which gives a restricted token just as it would give a session
 */
export async function refuseBanned(
  ctx: Context,
  { user }: Account,
  proof?: { readonly uses: Statement[]; readonly refusal: () => AppError },
): Promise<void> {
  if (user.status !== 'banned') return;
  if (proof) await commit(ctx, proof.uses, { refusals: { DEMAND_NOT_MET: proof.refusal } });
  ctx.log.event('sign-in.refused', { userId: user.id, by: 'ban' });
  throw await accountBanned(ctx, user, true);
}

async function twoFactorRequired(ctx: Context, userId: string, device: string | undefined, condition?: SQL) {
  return { twoFactorRequired: true as const, challenge: await openChallenge(ctx, userId, device, condition) };
}

/** Changes nothing if the password was replaced meanwhile. */
async function rehash(ctx: Context, userId: string, password: string, from: string): Promise<void> {
  const secretHash = await hashPassword(password);
  await ctx.db
    .update(accounts)
    .set({ secretHash })
    .where(and(eq(accounts.provider, 'password'), eq(accounts.subject, userId), eq(accounts.secretHash, from)));
}
