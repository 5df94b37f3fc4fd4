/**
 * Every comparison of a password with an account's, at sign-in and by somebody signed in. A try is spent before it is
 * compared, and given back if it was right.
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

/** Failures an hour of one address, or of one known device, at one account. */
const SIGN_IN_FAILURES_MAX = 10;
/**
 * Failures an hour of all addresses at one account. Ten addresses can use them up for others, but not for a known
 * device.
 */
const SIGN_IN_FAILURES_OF_ALL_MAX = 100;
/** Wrong passwords a day within one session, and within all sessions of an account. */
const CONFIRMATIONS_MAX = 20;
const CONFIRMATIONS_OF_ALL_MAX = 100;

/**
 * Who signs in by a password, and the known device they do it on. The same work and the same answers for an address
 * without an account. Throws INVALID_CREDENTIALS, SIGN_IN_LIMIT.
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
 * Somebody signed in proves once more who they are, before what cannot be undone. Each session has tries of its own,
 * so one that was stolen does not use up the owner's. Throws PASSWORD_NOT_SET, CONFIRMATION_WRONG, CHALLENGE_LIMIT.
 * @param asker.sessionId the address instead, for somebody who is not signed in
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

/** What failures at an account's password are counted under. */
export const signInSubject = (email: string) => `sign-in:${fold(email)}`;
export const confirmationSubject = (userId: string) => `confirm-password:${userId}`;

/** For a user who is signed in and confirms a secret again. */
export function confirmationAllowances(subject: string, sessionId: string): Allowances {
  const message = 'Too many wrong passwords or codes. Try again later.';
  const refusal: Allowance['refusal'] = (extras) => authError('CHALLENGE_LIMIT', { ...extras, message });
  const common = { subject, windowMs: DAY_MS, refusal };
  return [
    { ...common, asker: sessionId, max: CONFIRMATIONS_MAX },
    { ...common, asker: EVERYBODY, max: CONFIRMATIONS_OF_ALL_MAX },
  ];
}

/** A known device counts by itself: even a stolen one has ten tries an hour. */
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
