/**
 * Limits the mails that callers who are not signed in can cause, per asker and per address. A stranger uses up their
 * own quota long before the address's, and codes and links mailed before that keep working.
 */
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import type { Refusals } from '@/db/commit';
import { AppError } from '@/http/errors';
import { fold } from '@/shared/text';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '@/shared/time';
import { type Asker, askerKey } from './asker';
import { authError } from './errors';
import type { OtpPurpose } from './tables';
import { type Allowance, type Allowances, EVERYBODY, spendTries } from './tries';

/** Mails of one kind to one address within a window, by one asker and by all askers. */
const MAILS_MAX = 5;
const MAILS_OF_ALL_MAX = 15;
/** Mails per hour that one asker may cause, to any addresses. */
const MAILS_OF_ASKER_MAX = 300;

/** New-device mails to one user per day. A client that keeps no device token is a new device every time. */
const SIGN_IN_MAILS_MAX = 10;

/** Each kind has its own quota, so a stranger who uses one up does not block the other ways to sign in. */
type MailKind = OtpPurpose | 'verify-link' | 'reset-link' | 'email-change';

/** Never longer than the newest mail works: links last long enough, and `newOtp` extends codes. */
const WINDOW_MS: Readonly<Record<MailKind, number>> = {
  'email-verification': HOUR_MS,
  'sign-in': HOUR_MS,
  'forget-password': HOUR_MS,
  'verify-link': HOUR_MS,
  'reset-link': 30 * MINUTE_MS,
  'email-change': HOUR_MS,
};

/** A requested mail. The address may not belong to the asker. */
export interface Mailing {
  readonly email: string;
  readonly kind: MailKind;
  readonly asker: Asker;
  /** The asker's known device, if any. Mails that strangers request do not count against it. */
  readonly device: string | undefined;
}

/** Commits the statements and counts the mail. Throws OTP_LIMIT; earlier codes and links then keep working. */
export async function commitMailing(
  ctx: Context,
  mailing: Mailing,
  statements: readonly Statement[],
  refusals: Refusals = {},
): Promise<void> {
  await spendTries(ctx, mailAllowances(mailing), statements, refusals);
}

/** Counts a mail about a sign-in from a new device. Returns false if the user has had too many today. */
export async function trySignInMail(ctx: Context, userId: string): Promise<boolean> {
  const allowance = { subject: `sign-in-mail:${userId}`, asker: EVERYBODY, max: SIGN_IN_MAILS_MAX, windowMs: DAY_MS };
  try {
    await spendTries(ctx, [{ ...allowance, refusal: () => authError('OTP_LIMIT') }]);
    return true;
  } catch (error) {
    if (error instanceof AppError) return false;
    throw error;
  }
}

/** Counts the mail for the asker at this address, for all askers at this address, and for the asker at any address. */
export function mailAllowances({ email, kind, asker, device }: Mailing): Allowances {
  const refusal: Allowance['refusal'] = (extras) => authError('OTP_LIMIT', extras);
  const message = 'You asked for too many emails. Try again later.';
  const ofAddress = { subject: `mail:${kind}:${fold(email)}`, windowMs: WINDOW_MS[kind], refusal };
  const everywhere: Allowance = {
    subject: 'mails',
    asker: asker.address,
    max: MAILS_OF_ASKER_MAX,
    windowMs: HOUR_MS,
    refusal: (extras) => authError('OTP_LIMIT', { ...extras, message }),
  };
  const own = { ...ofAddress, asker: askerKey(asker, device), max: MAILS_MAX };
  if (device !== undefined) return [own, everywhere];
  return [own, { ...ofAddress, asker: EVERYBODY, max: MAILS_OF_ALL_MAX }, everywhere];
}
