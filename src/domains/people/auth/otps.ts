/**
 * One-time codes by email: six digits, ten minutes, five tries per asker, one purpose, one use. A new code replaces the
 * old one. A request does the same work whether or not the address has an account, so it never reveals that.
 */
import { randomInt } from 'node:crypto';
import { and, eq, gt, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { commit } from '@/db/commit';
import { int } from '@/db/sql';
import { hmac, isHmacOf } from '@/shared/crypto';
import { fold } from '@/shared/text';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '@/shared/time';
import { type Account, findAccountByEmail } from './account';
import { type Asker, askerKey, findKnownDevice } from './asker';
import { authError } from './errors';
import { type Mailing, mailAllowances } from './mail-quotas';
import { type OtpPurpose, otps } from './tables';
import { type Allowance, type Allowances, EVERYBODY, giveTryBack, spendTries, usedUpUntil } from './tries';

const DIGITS = 6;
const OTP_MS = 10 * MINUTE_MS;
/** Tries of one asker at one code. */
const TRIES_MAX = 5;
/** Wrong codes per day, by one asker for one address. Five askers together use up the limit for all. */
const WRONG_MAX = 10;
/** Wrong codes per day for one address, by all unknown devices: of a million codes, a chance of 1 in 20,000 a day. */
const WRONG_OF_ALL_MAX = 50;

/** A correct code and the account it was mailed to. The request that deletes its row has used it. */
interface RightOtp {
  readonly emailKey: string;
  readonly purpose: OtpPurpose;
  readonly codeHash: string;
  readonly account: Account | undefined;
  /** The known device it was entered on. */
  readonly device: string | undefined;
}

/**
 * Makes a code, and the statement that replaces the old one; commit it by `commitMailing`, which counts the mail. A
 * code whose mail uses up a quota works until the next can be requested, so a stranger who uses up the quota leaves the
 * owner a working code.
 */
export function newOtp(ctx: Context, mailing: Mailing & { readonly kind: OtpPurpose }) {
  const { email, kind: purpose } = mailing;
  const emailKey = fold(email);
  const code = String(randomInt(10 ** DIGITS)).padStart(DIGITS, '0');
  const soonest = ctx.now() + OTP_MS;
  const fresh = {
    codeHash: hmac(ctx.config.keys, 'otp', boundCode(emailKey, purpose, code)),
    attemptsLeft: TRIES_MAX, // for the previous version: see tables.ts
    expiresAt: sql<number>`max(${int(soonest)}, coalesce(${usedUpUntil(ctx, mailAllowances(mailing))}, 0))`,
  };
  const insert: Statement = ctx.db
    .insert(otps)
    .values({ emailKey, purpose, ...fresh })
    .onConflictDoUpdate({ target: [otps.emailKey, otps.purpose], set: fresh });
  return { code, insert };
}

/**
 * Spends a try before it compares the code, and gives it back if the code is right. A stranger's wrong codes use up the
 * stranger's tries, not the code. Throws OTP_INVALID, OTP_TRIES_LIMIT.
 */
export async function checkOtp(
  ctx: Context,
  email: string,
  purpose: OtpPurpose,
  code: string,
  asker: Asker,
): Promise<RightOtp> {
  const emailKey = fold(email);
  const [otp, account] = await Promise.all([findOtp(ctx, emailKey, purpose), findAccountByEmail(ctx, email)]);
  if (!otp) throw authError('OTP_INVALID');
  const device = await findKnownDevice(ctx, asker, account);
  const allowances = tryAllowances(emailKey, otp.codeHash, asker, device);
  await spendTries(ctx, allowances);
  const isRight = isHmacOf(ctx.config.keys, 'otp', boundCode(emailKey, purpose, code), otp.codeHash);
  if (!isRight) throw authError('OTP_INVALID');
  ctx.waitUntil(commit(ctx, [giveTryBack(ctx, allowances)]));
  return { emailKey, purpose, codeHash: otp.codeHash, account, device };
}

/** Changes no row if the code was already used or replaced: put `requireChange` after it. */
export function useOtp(ctx: Context, { emailKey, purpose, codeHash }: RightOtp): Statement {
  return ctx.db
    .delete(otps)
    .where(and(eq(otps.emailKey, emailKey), eq(otps.purpose, purpose), eq(otps.codeHash, codeHash)));
}

/** Deletes every code for the address, after a new password. */
export function voidOtps(ctx: Context, emailKey: string): Statement {
  return ctx.db.delete(otps).where(eq(otps.emailKey, emailKey));
}

function findOtp(ctx: Context, emailKey: string, purpose: OtpPurpose) {
  return ctx.db
    .select({ codeHash: otps.codeHash })
    .from(otps)
    .where(and(eq(otps.emailKey, emailKey), eq(otps.purpose, purpose), gt(otps.expiresAt, ctx.now())))
    .get();
}

/** A known device has its own limits. Wrong codes of all purposes count together. */
function tryAllowances(emailKey: string, codeHash: string, asker: Asker, device: string | undefined): Allowances {
  const refusal: Allowance['refusal'] = (extras) => authError('OTP_TRIES_LIMIT', extras);
  const wrong = { subject: `otp:${emailKey}`, windowMs: DAY_MS, refusal };
  const ofCode = { subject: `otp-code:${codeHash}`, windowMs: HOUR_MS, refusal: () => authError('OTP_INVALID') };
  const own: Allowances = [
    { ...ofCode, asker: askerKey(asker, device), max: TRIES_MAX },
    { ...wrong, asker: askerKey(asker, device), max: device === undefined ? WRONG_MAX : WRONG_OF_ALL_MAX },
  ];
  return device === undefined ? [...own, { ...wrong, asker: EVERYBODY, max: WRONG_OF_ALL_MAX }] : own;
}

/** Binds the code to its address and purpose, so it works for nothing else. */
function boundCode(emailKey: string, purpose: OtpPurpose, code: string): string {
  return `${purpose}:${emailKey}:${code}`;
}
