/**
 * One-time codes by mail: six digits, ten minutes, five tries, one purpose, one use; a new one replaces the old.
 * Asking for one does the same work whether or not the address has an account, so it never tells.
 */
import { randomInt } from 'node:crypto';
import { and, eq, gt, sql } from 'drizzle-orm';
import type { Context } from '@/context';
import { commit, type Refusals, type Statement } from '@/db/commit';
import { hmac, isHmacOf } from '@/shared/crypto';
import { fold } from '@/shared/text';
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '@/shared/time';
import { authError } from './errors';
import { mailQuotas, type OtpPurpose, otps } from './tables';

const DIGITS = 6;
const ATTEMPTS = 5;
const OTP_MS = 10 * MINUTE_MS;
/** Eight mails a window: the table's own CHECK, `mail_quota_used_up`. */
export const QUOTA_WINDOW_MS = HOUR_MS;

/** A code whose try was spent and that was right; whoever deletes the row has used it. */
export interface RightOtp {
  readonly emailKey: string;
  readonly purpose: OtpPurpose;
  readonly codeHash: string;
}

/** A new code and the statements that put it in the old one's place and count the mail. */
export function newOtp(
  ctx: Context,
  email: string,
  purpose: OtpPurpose,
): { readonly code: string; readonly statements: Statement[] } {
  const emailKey = fold(email);
  const code = String(randomInt(10 ** DIGITS)).padStart(DIGITS, '0');
  const fresh = {
    codeHash: hmac(ctx.config.keys, 'otp', boundCode(emailKey, purpose, code)),
    attemptsLeft: ATTEMPTS,
    expiresAt: ctx.now() + OTP_MS,
  };
  return {
    code,
    statements: [
      countMail(ctx, email),
      ctx.db
        .insert(otps)
        .values({ emailKey, purpose, ...fresh })
        .onConflictDoUpdate({ target: [otps.emailKey, otps.purpose], set: fresh }),
    ],
  };
}

/** Breaks `mail_quota_used_up` past the eighth mail to the address within the window. */
export function countMail(ctx: Context, email: string): Statement {
  const now = ctx.now();
  const windowIsOver = sql`${mailQuotas.windowStartedAt} <= ${now - QUOTA_WINDOW_MS}`;
  return ctx.db
    .insert(mailQuotas)
    .values({ emailKey: fold(email), windowStartedAt: now, sent: 1 })
    .onConflictDoUpdate({
      target: mailQuotas.emailKey,
      set: {
        sent: sql`CASE WHEN ${windowIsOver} THEN 1 ELSE ${mailQuotas.sent} + 1 END`,
        windowStartedAt: sql`CASE WHEN ${windowIsOver} THEN CAST(${now} AS INTEGER) ELSE ${mailQuotas.windowStartedAt} END`,
      },
    });
}

/** Commits what mails somebody. Throws OTP_LIMIT, with the time until the window ends. */
export async function commitMailing(
  ctx: Context,
  email: string,
  statements: readonly Statement[],
  refusals: Refusals = {},
): Promise<void> {
  const usedUp = authError('OTP_LIMIT');
  try {
    await commit(ctx, statements, { refusals: { ...refusals, mail_quota_used_up: () => usedUp } });
  } catch (error) {
    if (error !== usedUp) throw error;
    const quota = await ctx.db
      .select()
      .from(mailQuotas)
      .where(eq(mailQuotas.emailKey, fold(email)))
      .get();
    const waitMs = Math.max(0, (quota?.windowStartedAt ?? 0) + QUOTA_WINDOW_MS - ctx.now());
    throw authError('OTP_LIMIT', { headers: { 'Retry-After': String(Math.ceil(waitMs / SECOND_MS)) } });
  }
}

/** Spends one try before it compares, so that any number of guesses at once gets five. Throws OTP_INVALID. */
export async function checkOtp(ctx: Context, email: string, purpose: OtpPurpose, code: string): Promise<RightOtp> {
  const emailKey = fold(email);
  const [otp] = await ctx.db
    .update(otps)
    .set({ attemptsLeft: sql`${otps.attemptsLeft} - 1` })
    .where(
      and(
        eq(otps.emailKey, emailKey),
        eq(otps.purpose, purpose),
        gt(otps.attemptsLeft, 0),
        gt(otps.expiresAt, ctx.now()),
      ),
    )
    .returning({ codeHash: otps.codeHash });
  const isRight = otp && isHmacOf(ctx.config.keys, 'otp', boundCode(emailKey, purpose, code), otp.codeHash);
  if (!isRight) throw authError('OTP_INVALID');
  return { emailKey, purpose, codeHash: otp.codeHash };
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

/** The code with its address and purpose, so that it is good for nothing else. */
function boundCode(emailKey: string, purpose: OtpPurpose, code: string): string {
  return `${purpose}:${emailKey}:${code}`;
}
