/**
 * Two-factor authentication: turned on with a code that proves the app works, asked for at sign-in, turned off with
 * password and code. Every code, of the app or of the backup list, is good once.
 */
import type { Context } from '@/context';
import { commit, demandChange, type Statement } from '@/db/commit';
import { disableTotp, enableTotp, prepareTotp, useTotpStep } from '@/domains/users/write';
import type { AppError } from '@/http/errors';
import type { Actor } from '@/shared/actor';
import { decrypt, encrypt } from '@/shared/crypto';
import { type Account, findAccountById, getAccount } from './account';
import { newBackupCodes, useBackupCode, voidBackupCodes } from './backup-codes';
import { passChallenge, spendChallengeTry, spendSingleTry } from './challenges';
import { authError } from './errors';
import { verifyPassword } from './passwords';
import { refuseBanned, startSession } from './sign-in';
import { findTotpStep, newTotpSecret, totpUri } from './totp';

const APP_CODE = /^\d{6}$/;

/** Not on until a code confirms it. Throws CONFIRMATION_WRONG, TWO_FACTOR_ON. */
export async function beginTwoFactor(ctx: Context, { userId }: Actor, password: string) {
  const account = await getAccount(ctx, userId);
  await confirmPassword(account, password);
  const secret = newTotpSecret();
  const sealed = await encrypt(ctx.config.keys, userId, secret);
  await commit(ctx, [prepareTotp(ctx, userId, sealed), demandChange(ctx)], {
    refusals: { DEMAND_NOT_MET: () => authError('TWO_FACTOR_ON') },
  });
  return { secret, otpauthUri: totpUri(secret, account.user.username) };
}

/** Turns it on. Throws CONFIRMATION_WRONG, TWO_FACTOR_ON, TWO_FACTOR_OFF (not begun). */
export async function confirmTwoFactor(ctx: Context, { userId }: Actor, code: string) {
  const { user } = await getAccount(ctx, userId);
  if (user.totpEnabledAt !== null) throw authError('TWO_FACTOR_ON');
  if (user.totpSecret === null) throw authError('TWO_FACTOR_OFF');
  const step = findTotpStep(await decrypt(ctx.config.keys, userId, user.totpSecret), code, ctx.now());
  if (step === undefined) throw authError('CONFIRMATION_WRONG');
  const { codes, statements } = newBackupCodes(ctx, userId);
  await commit(ctx, [enableTotp(ctx, userId, user.totpSecret, step), demandChange(ctx), ...statements], {
    refusals: { DEMAND_NOT_MET: () => authError('CONFIRMATION_WRONG') },
  });
  ctx.log.event('two-factor.enabled', { userId });
  return { enabled: true as const, backupCodes: codes };
}

/** The second half of a sign-in. Throws CHALLENGE_INVALID, TWO_FACTOR_CODE_INVALID, ACCOUNT_BANNED. */
export async function answerChallenge(ctx: Context, token: string, code: string, userAgent: string | null) {
  const { id, userId } = await spendChallengeTry(ctx, token);
  const account = await findAccountById(ctx, userId);
  if (!account) throw authError('CHALLENGE_INVALID');
  refuseBanned(ctx, account);
  const refusal = () => {
    ctx.log.event('sign-in.refused', { userId, by: 'second-factor' });
    return authError('TWO_FACTOR_CODE_INVALID');
  };
  const used = await useCode(ctx, account, code, refusal);
  const before = [...used, passChallenge(ctx, id), demandChange(ctx)];
  return startSession(ctx, account, userAgent, APP_CODE.test(code) ? 'totp' : 'backup-code', { before, refusal });
}

/** Throws CONFIRMATION_WRONG, TWO_FACTOR_OFF, CHALLENGE_LIMIT. */
export async function disableTwoFactor(ctx: Context, { userId }: Actor, password: string, code: string) {
  const account = await getAccount(ctx, userId);
  await confirmPassword(account, password);
  const confirmed = await confirmByCode(ctx, account, code);
  await commit(ctx, [...confirmed, disableTotp(ctx, userId), voidBackupCodes(ctx, userId)], wrongConfirmation);
  ctx.log.event('two-factor.disabled', { userId });
}

/** By password or by a code. Throws CONFIRMATION_WRONG, TWO_FACTOR_OFF, CHALLENGE_LIMIT. */
export async function replaceBackupCodes(
  ctx: Context,
  { userId }: Actor,
  proof: { password?: string | undefined; code?: string | undefined },
) {
  const account = await getAccount(ctx, userId);
  if (account.user.totpEnabledAt === null) throw authError('TWO_FACTOR_OFF');
  if (proof.password !== undefined) await confirmPassword(account, proof.password);
  const confirmed = proof.code === undefined ? [] : await confirmByCode(ctx, account, proof.code);
  const { codes, statements } = newBackupCodes(ctx, userId);
  await commit(ctx, [...confirmed, ...statements], wrongConfirmation);
  ctx.log.event('backup-codes.replaced', { userId });
  return { backupCodes: codes };
}

const wrongConfirmation = { refusals: { DEMAND_NOT_MET: () => authError('CONFIRMATION_WRONG') } };

async function confirmPassword({ secretHash }: Account, password: string): Promise<void> {
  if (!(await verifyPassword(password, secretHash))) throw authError('CONFIRMATION_WRONG');
}

/** Whoever is signed in has no more tries than whoever signs in. */
async function confirmByCode(ctx: Context, account: Account, code: string): Promise<Statement[]> {
  if (account.user.totpEnabledAt === null) throw authError('TWO_FACTOR_OFF');
  const id = await spendSingleTry(ctx, account.user.id);
  const used = await useCode(ctx, account, code, () => authError('CONFIRMATION_WRONG'));
  return [...used, passChallenge(ctx, id)];
}

/**
 * What uses the code up in its batch, and aborts it if the code was used before. Throws the refusal if it is wrong.
 * NOTE: in an array, since a statement is a thenable: awaited by itself it would run.
 */
async function useCode(ctx: Context, { user }: Account, code: string, refusal: () => AppError): Promise<Statement[]> {
  if (!APP_CODE.test(code)) return [useBackupCode(ctx, user.id, code), demandChange(ctx)];
  // Off since the challenge was given: there is no code that could pass it.
  if (user.totpSecret === null || user.totpEnabledAt === null) throw refusal();
  const step = findTotpStep(await decrypt(ctx.config.keys, user.id, user.totpSecret), code, ctx.now());
  if (step === undefined) throw refusal();
  return [useTotpStep(ctx, user.id, user.totpSecret, step), demandChange(ctx)];
}
