/**
 * Two-factor authentication. A first code from the app turns it on, sign-in then requires a code, and password and code
 * turn it off. Each app or backup code works once, and every change is emailed to the user.
 */

import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import type { OutboxEvent } from '@/contracts/messages';
import { commit, requireChange } from '@/db/commit';
import type { UserRow } from '@/domains/base/users/tables';

import { disableTotp, enableTotp, prepareTotp, useTotpStep } from '@/domains/base/users/write';
import type { AppError } from '@/http/errors';
import type { Actor, Staff } from '@/shared/actor';
import { decrypt, encrypt } from '@/shared/crypto';
import { type Account, findAccountById, getAccount } from './account';
import { type Asker, findKnownDevice } from './asker';
import { newBackupCodes, useBackupCode, voidBackupCodes } from './backup-codes';
import { passChallenge, spendChallengeTry } from './challenges';
import { confirmationAllowances, confirmPassword } from './confirm-password';
import { authError } from './errors';
import { sendMail, type TwoFactorChange, twoFactorMail } from './mails';
import { refuseBanned, startSession } from './sign-in';
import { findTotpStep, newTotpSecret, totpUri } from './totp';
import { giveTryBack, spendTries } from './tries';

const APP_CODE = /^\d{6}$/;

/** It is not on until a code confirms it. Throws PASSWORD_NOT_SET, CONFIRMATION_WRONG, CHALLENGE_LIMIT, TWO_FACTOR_ON. */
export async function beginTwoFactor(ctx: Context, actor: Actor, password: string) {
  const { userId } = actor;
  const account = await confirmPassword(ctx, actor, password);
  const secret = newTotpSecret();
  const sealed = await encrypt(ctx.config.keys, userId, secret);
  await commit(ctx, [prepareTotp(ctx, userId, sealed), requireChange(ctx)], {
    refusals: { DEMAND_NOT_MET: () => authError('TWO_FACTOR_ON') },
  });
  return { secret, otpauthUri: totpUri(secret, account.user.username) };
}

/** Turns it on. Throws CONFIRMATION_WRONG, CHALLENGE_LIMIT, TWO_FACTOR_ON, TWO_FACTOR_OFF (not started). */
export async function confirmTwoFactor(ctx: Context, actor: Actor, code: string, userAgent: string | null) {
  const { userId } = actor;
  const { user, staff } = await getAccount(ctx, userId);
  if (user.totpEnabledAt !== null) throw authError('TWO_FACTOR_ON');
  if (user.totpSecret === null) throw authError('TWO_FACTOR_OFF');
  const allowances = codeAllowances(actor);
  await spendTries(ctx, allowances);
  const step = findTotpStep(await decrypt(ctx.config.keys, userId, user.totpSecret), code, ctx.now());
  if (step === undefined) throw authError('CONFIRMATION_WRONG');
  const { codes, statements } = newBackupCodes(ctx, userId);
  const enable = [enableTotp(ctx, userId, user.totpSecret, step), requireChange(ctx)];
  await commit(ctx, [...enable, giveTryBack(ctx, allowances), ...statements], {
    events: rankChanged(userId, staff),
    ...wrongConfirmation,
  });
  mailChange(ctx, user, 'on', userAgent);
  ctx.log.event('two-factor.enabled', { userId });
  return { enabled: true as const, backupCodes: codes };
}

/** The second step of a sign-in. Throws CHALLENGE_INVALID, TWO_FACTOR_CODE_INVALID, ACCOUNT_BANNED. */
export async function answerChallenge(ctx: Context, token: string, code: string, asker: Asker) {
  const { id, userId, device } = await spendChallengeTry(ctx, token);
  const account = await findAccountById(ctx, userId);
  if (!account) throw authError('CHALLENGE_INVALID');
  const refusal = () => {
    ctx.log.event('sign-in.refused', { userId, by: 'second-factor' });
    return authError('TWO_FACTOR_CODE_INVALID');
  };
  const used = await useCode(ctx, account, code, refusal);
  const before = [...used, passChallenge(ctx, id), requireChange(ctx)];
  await refuseBanned(ctx, account, { uses: before, refusal });
  const from = { ...asker, device: device ?? (await findKnownDevice(ctx, asker, account)) };
  return startSession(ctx, account, from, APP_CODE.test(code) ? 'totp' : 'backup-code', { before, refusal });
}

/** Throws PASSWORD_NOT_SET, CONFIRMATION_WRONG, TWO_FACTOR_OFF, CHALLENGE_LIMIT. */
export async function disableTwoFactor(
  ctx: Context,
  actor: Actor,
  { password, code }: { readonly password: string; readonly code: string },
  userAgent: string | null,
) {
  const { userId } = actor;
  const account = await confirmPassword(ctx, actor, password);
  const confirmed = await confirmByCode(ctx, actor, account, code);
  await commit(ctx, [...confirmed, disableTotp(ctx, userId), voidBackupCodes(ctx, userId)], {
    events: rankChanged(userId, account.staff),
    ...wrongConfirmation,
  });
  mailChange(ctx, account.user, 'off', userAgent);
  ctx.log.event('two-factor.disabled', { userId });
}

/** The password alone is not enough. Throws CONFIRMATION_WRONG, TWO_FACTOR_OFF, CHALLENGE_LIMIT. */
export async function replaceBackupCodes(
  ctx: Context,
  actor: Actor,
  { password, code }: { readonly password?: string | undefined; readonly code: string },
  userAgent: string | null,
) {
  const { userId } = actor;
  const account = password === undefined ? await getAccount(ctx, userId) : await confirmPassword(ctx, actor, password);
  const confirmed = await confirmByCode(ctx, actor, account, code);
  const { codes, statements } = newBackupCodes(ctx, userId);
  await commit(ctx, [...confirmed, ...statements], wrongConfirmation);
  mailChange(ctx, account.user, 'new-codes', userAgent);
  ctx.log.event('backup-codes.replaced', { userId });
  return { backupCodes: codes };
}

/**
 * For an act that needs a fresh code from the app; a backup code does not do. Returns the statements that use up the
 * code, for the act's own batch: they abort it if the code was used meanwhile. Throws TOTP_REQUIRED, CHALLENGE_LIMIT.
 */
export async function useAppCode(
  ctx: Context,
  actor: Actor,
  account: Account,
  code: string | undefined,
): Promise<Statement[]> {
  const refusal = () => authError('TOTP_REQUIRED');
  if (code === undefined || !APP_CODE.test(code) || account.user.totpEnabledAt === null) throw refusal();
  const allowances = codeAllowances(actor);
  await spendTries(ctx, allowances);
  const used = await useCode(ctx, account, code, refusal);
  return [...used, giveTryBack(ctx, allowances)];
}

/** A rank takes effect with two-factor authentication and is dormant without it, and rooms must know. */
function rankChanged(userId: string, staff: Staff | null): OutboxEvent[] {
  return staff ? [{ kind: 'user-changed', userId }] : [];
}

const wrongConfirmation = { refusals: { DEMAND_NOT_MET: () => authError('CONFIRMATION_WRONG') } };

/** Counted separately from passwords: a new password resets those tries, but must not reset these. */
function codeAllowances({ userId, sessionId }: Actor) {
  return confirmationAllowances(`confirm-code:${userId}`, sessionId);
}

/**
 * Limited like password confirmations. Returns the statements that use up the code. Throws TWO_FACTOR_OFF,
 * CONFIRMATION_WRONG, CHALLENGE_LIMIT.
 */
export async function confirmByCode(ctx: Context, actor: Actor, account: Account, code: string): Promise<Statement[]> {
  if (account.user.totpEnabledAt === null) throw authError('TWO_FACTOR_OFF');
  const allowances = codeAllowances(actor);
  await spendTries(ctx, allowances);
  const used = await useCode(ctx, account, code, () => authError('CONFIRMATION_WRONG'));
  return [...used, giveTryBack(ctx, allowances)];
}

function mailChange(ctx: Context, user: UserRow, change: TwoFactorChange, userAgent: string | null): void {
  const at = ctx.now();
  sendMail(ctx, () => twoFactorMail(ctx, user, change, { at, userAgent }));
}

/**
 * Returns the statements that use up the code, and abort their batch if it was used before. Throws the refusal if the
 * code is wrong. NOTE: an array, because a statement is a thenable: awaiting it would run it.
 */
async function useCode(ctx: Context, { user }: Account, code: string, refusal: () => AppError): Promise<Statement[]> {
  if (!APP_CODE.test(code)) return [useBackupCode(ctx, user.id, code), requireChange(ctx)];
  // If two-factor was turned off after the challenge began, no code can pass it.
  if (user.totpSecret === null || user.totpEnabledAt === null) throw refusal();
  const step = findTotpStep(await decrypt(ctx.config.keys, user.id, user.totpSecret), code, ctx.now());
  if (step === undefined) throw refusal();
  return [useTotpStep(ctx, user.id, user.totpSecret, step), requireChange(ctx)];
}
