/**
 * Every password check, at sign-in and when a signed-in user confirms their password. A try is spent before the
 * password is compared, and given back if it was right.
 */
import type { Context } from '@/contracts/context';
import { commit } from '@/db/commit';
import type { Actor } from '@/shared/actor';
import { fold } from '@/shared/text';
import { DAY_MS, HOUR_MS } from '@/shared/time';
import { type Account, findAccountByEmail, getAccount } from './account';
import { type Asker, askerKey, findKnownDevice } from './asker';
import { authError } from './errors';
import { verifyPassword } from './passwords';
import { type Allowance, type Allowances, EVERYBODY, giveTryBack, spendTries } from './tries';

/** Failures per hour at one account, from one address or one known device. */
const SIGN_IN_FAILURES_MAX = 10;
/** Failures per hour at one account, from all addresses. Ten addresses can use them up, but not for a known device. */
const SIGN_IN_FAILURES_OF_ALL_MAX = 100;
/** Wrong passwords per day, in one session and in all sessions of an account. */
const CONFIRMATIONS_MAX = 20;
const CONFIRMATIONS_OF_ALL_MAX = 100;

/**
 * Returns the account and the known device, if any. An address without an account takes the same work and gives the
 * same responses. Throws INVALID_CREDENTIALS, SIGN_IN_LIMIT.
 */
export async function checkCredentials(
  ctx: Context,
  email: string,
  password: string,
  asker: Asker,
): Promise<{ account: Account & { secretHash: string }; device: string | undefined }> {
  const account = await findAccountByEmail(ctx, email);
  const device = await findKnownDevice(ctx, asker, account);
  const right = await isRight(ctx, signInAllowances(email, asker, device), password, account?.secretHash);
  if (!account?.secretHash || !right) {
    ctx.log.event('sign-in.refused', { userId: account?.user.id, by: 'password' });
    throw authError('INVALID_CREDENTIALS');
  }
  return { account: { ...account, secretHash: account.secretHash }, device };
}

/**
 * Asks a signed-in user for the password again, before an action that cannot be undone. Each session has its own tries,
 * so a stolen one does not use up the owner's. Throws PASSWORD_NOT_SET, CONFIRMATION_WRONG, CHALLENGE_LIMIT.
 * @param asker.sessionId the address, for a caller who is not signed in
 */
export async function confirmPassword(
  ctx: Context,
  asker: Pick<Actor, 'userId' | 'sessionId'>,
  password: string,
): Promise<Account> {
  const { userId, sessionId } = asker;
  const account = await getAccount(ctx, userId);
  if (account.secretHash === null) throw authError('PASSWORD_NOT_SET');
  const allowances = confirmationAllowances(confirmationSubject(userId), sessionId);
  if (!(await isRight(ctx, allowances, password, account.secretHash))) throw authError('CONFIRMATION_WRONG');
  return account;
}

/** Keys that wrong passwords are counted under. */
export const signInSubject = (email: string) => `sign-in:${fold(email)}`;
export const confirmationSubject = (userId: string) => `confirm-password:${userId}`;

/** The tries of a signed-in user who confirms a password or code. */
export function confirmationAllowances(subject: string, sessionId: string): Allowances {
  const message = 'Too many wrong passwords or codes. Try again later.';
  const refusal: Allowance['refusal'] = (extras) => authError('CHALLENGE_LIMIT', { ...extras, message });
  const common = { subject, windowMs: DAY_MS, refusal };
  return [
    { ...common, asker: sessionId, max: CONFIRMATIONS_MAX },
    { ...common, asker: EVERYBODY, max: CONFIRMATIONS_OF_ALL_MAX },
  ];
}

/** A known device has its own limit, so even a stolen one gets only ten tries an hour. */
function signInAllowances(email: string, asker: Asker, device: string | undefined): Allowances {
  const refusal: Allowance['refusal'] = (extras) => authError('SIGN_IN_LIMIT', extras);
  const common = { subject: signInSubject(email), windowMs: HOUR_MS, refusal };
  const own = { ...common, asker: askerKey(asker, device), max: SIGN_IN_FAILURES_MAX };
  return device === undefined ? [own, { ...common, asker: EVERYBODY, max: SIGN_IN_FAILURES_OF_ALL_MAX }] : [own];
}

async function isRight(
  ctx: Context,
  allowances: Allowances,
  password: string,
  hash: string | null | undefined,
): Promise<boolean> {
  await spendTries(ctx, allowances);
  const right = await verifyPassword(password, hash);
  if (right) ctx.waitUntil(commit(ctx, [giveTryBack(ctx, allowances)]));
  return right;
}
