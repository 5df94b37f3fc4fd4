/**
 * One-time codes by mail: six digits, ten minutes, five tries for each asker, one purpose, one use; a new one replaces
 * the old. Asking for one does the same work whether or not the address has an account, so it never tells.
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
/** Wrong tries of one asker at one code. After five, ask for a new code. */
const TRIES_MAX = 5;
/** Wrong codes of one asker at one address in a day. Five askers together use up the limit for all. */
const WRONG_MAX = 10;
/** Wrong codes of all askers that are not a known device: with a million codes, a chance of 1 in 20,000 a day. */
const WRONG_OF_ALL_MAX = 50;

/** A code that was right, and the account that it was mailed to. The request that deletes the row has used it. */
interface RightOtp {
  readonly emailKey: string;
  readonly purpose: OtpPurpose;
  readonly codeHash: string;
  readonly account: Account | undefined;
  /** The known device that it was typed on. */
  readonly device: string | undefined;
}

/**
 * A new code, and the statement that puts it in the old one's place; it goes with `commitMailing`, which counts the
 * mail. A code whose mail uses up a quota stays good until another can be asked for: a stranger who asks for all of
 * them leaves the owner with the newest.
 */
export function newOtp(ctx: Context, mailing: Mailing & { readonly kind: OtpPurpose }) {
  const { email, kind: purpose } = mailing;
  const emailKey = fold(email);
  const code = String(randomInt(10 ** DIGITS)).padStart(DIGITS, '0');
  const soonest = ctx.now() + OTP_MS;
  const fresh = {
    codeHash: hmac(ctx.config.keys, 'otp', boundCode(emailKey, purpose, code)),
    attemptsLeft: TRIES_MAX, // for the version before: see tables.ts
    expiresAt: sql<number>`max(${int(soonest)}, coalesce(${usedUpUntil(ctx, mailAllowances(mailing))}, 0))`,
  };
  const insert: Statement = ctx.db
    .insert(otps)
    .values({ emailKey, purpose, ...fresh })
    .onConflictDoUpdate({ target: [otps.emailKey, otps.purpose], set: fresh });
  return { code, insert };
}

/**
 * Spends a try before it compares, and gives it back if the code is right. A stranger's wrong codes use up the
 * stranger's tries and not the code. Throws OTP_INVALID, OTP_TRIES_LIMIT.
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

/** Changes nothing if somebody was faster, or a new code has come: demand a change after it. */
export function useOtp(ctx: Context, { emailKey, purpose, codeHash }: RightOtp): Statement {
  return ctx.db
    .delete(otps)
    .where(and(eq(otps.emailKey, emailKey), eq(otps.purpose, purpose), eq(otps.codeHash, codeHash)));
}

/** Every code that waits for the address: after a new password. */
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

/** A known device counts by itself. Wrong codes count together, whatever their purpose. */
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

/** The code with its address and purpose, so that it is good for nothing else. */
function boundCode(emailKey: string, purpose: OtpPurpose, code: string): string {
  return `${purpose}:${emailKey}:${code}`;
}
