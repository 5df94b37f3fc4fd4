/** The mails of accounts, and the links in them. Sent after the answer, so that nobody can time whether one was. */
import type { Context } from '@/contracts/context';
import type { Mail } from '@/contracts/mail';
import { newId } from '@/shared/ids';
import { DAY_MS, toDay, toMinute } from '@/shared/time';
import { resetLink, signResetToken } from './reset-token';
import type { OtpPurpose } from './tables';
import { describeUserAgent } from './user-agent';
import { verifyLink } from './verify-link';

const VERIFY_LINK_MS = DAY_MS;

interface Recipient {
  readonly id: string;
  readonly email: string;
  readonly username: string;
}

interface ResetRecipient {
  readonly user: Recipient;
  /** The token in the link stops working once the password is replaced. */
  readonly secretHash: string | null;
}

/** A failure is logged and not told: whoever waits for a mail asks for another. */
export function sendMail(ctx: Context, write: () => Promise<Mail | undefined>): void {
  const send = async () => {
    const mail = await write();
    if (mail && (await ctx.mail.send(mail, newId())) === 'refused') ctx.log.warning('mail', 'MAIL_REFUSED');
  };
  ctx.waitUntil(send());
}

const OTP_SUBJECT: Readonly<Record<OtpPurpose, string>> = {
  'email-verification': 'Your code to verify this address',
  'sign-in': 'Your code to sign in',
  'forget-password': 'Your code to reset your password',
};

export function otpMail({ email, username }: Recipient, purpose: OtpPurpose, code: string): Mail {
  const text = `Hi ${username},\n\n${OTP_SUBJECT[purpose]}: ${code}\n\nIt expires in ten minutes and works once. Footlight staff will never ask for it.\nIf you didn't ask for it, you can ignore this email.\n`;
  return { to: email, subject: OTP_SUBJECT[purpose], text };
}

export async function verifyLinkMail(ctx: Context, user: Recipient): Promise<Mail> {
  const link = await verifyLink(ctx, user, VERIFY_LINK_MS);
  const text = `Hi ${user.username},\n\nSomeone signed up for Footlight with this email address. If it was you, open this link within a day to verify the address:\n\n${link}\n\nIf it wasn't you, open the link and choose "This wasn't me", or ignore this email: the account is deleted after seven days.\n`;
  return { to: user.email, subject: 'Verify your e-mail address', text };
}

/** @param unverifiedUntil when the account ends, in milliseconds */
export async function verifyReminderMail(ctx: Context, user: Recipient, unverifiedUntil: number): Promise<Mail> {
  const link = await verifyLink(ctx, user, Math.max(0, unverifiedUntil - ctx.now()));
  const text = `Hi ${user.username},\n\nYour email address is not verified yet. If you don't verify it, your Footlight account will be deleted on ${toDay(unverifiedUntil)}. Open this link before then to keep it:\n\n${link}\n\nIf you didn't sign up, open the link and choose "This wasn't me", or ignore this email.\n`;
  return { to: user.email, subject: 'Verify your e-mail address to keep your account', text };
}

/** To the owner of an account, when somebody tried to register with its address. */
export function addressTakenMail({ email, username }: Recipient): Mail {
  const text = `Hi ${username},\n\nSomeone tried to sign up for Footlight with this email address, which already has an account. Nothing has changed.\n\nIf it was you, sign in instead, or reset your password if you've forgotten it. If it wasn't you, you can ignore this email. We send it at most once a day.\n`;
  return { to: email, subject: 'You already have an account', text };
}

export function ownerMail({ email, username }: Recipient): Mail {
  const text = `Hi ${username},\n\nYou verified the address that is set as this platform's owner, so your account is now its owner and can do everything that staff can.\n\nIf it wasn't you, change OWNER_EMAIL and reset your password now: that signs out every device.\n`;
  return { to: email, subject: 'You are now the owner of this platform', text };
}

export async function resetLinkMail(ctx: Context, { user, secretHash }: ResetRecipient): Promise<Mail> {
  const link = resetLink(ctx.config, await signResetToken(ctx, { user, secretHash }));
  const text = `Hi ${user.username},\n\nOpen this link within half an hour to choose a new password:\n\n${link}\n\nIf you didn't ask for it, you can ignore this email.\n`;
  return { to: user.email, subject: 'Reset your password', text };
}

/** Where and when something happened to an account. */
interface Occasion {
  /** Milliseconds. */
  readonly at: number;
  readonly userAgent: string | null;
}

/** @param where they were signed out: `everywhere` */
export function passwordChangedMail(
  { email, username }: Recipient,
  { at, where }: { readonly at: number; readonly where: string },
): Mail {
  const text = `Hi ${username},\n\nYour password was changed on ${toMinute(at)}, and you were signed out ${where}.\n\nIf this wasn't you, reset your password now and contact our support.\n`;
  return { to: email, subject: 'Your password was changed', text };
}

/** @param change a sentence without its full stop: `Two-factor authentication was turned off` */
export function twoFactorMail({ email, username }: Recipient, change: string, occasion: Occasion): Mail {
  const text = `Hi ${username},\n\n${change} on ${describe(occasion)}.\n\nIf this wasn't you, reset your password now and contact our support.\n`;
  return { to: email, subject: change, text };
}

/** From a device that is not known. */
export function signInMail({ email, username }: Recipient, occasion: Occasion): Mail {
  const text = `Hi ${username},\n\nSomeone signed in to your account from a new device on ${describe(occasion)}.\n\nIf this was you, there is nothing to do. If it wasn't, reset your password now: that signs out every device.\n`;
  return { to: email, subject: 'New sign-in to your account', text };
}

/** `2026-11-23 at 18:05 UTC, with Firefox on Windows` */
function describe({ at, userAgent }: Occasion): string {
  return `${toMinute(at)}, with ${describeUserAgent(userAgent)}`;
}

/** @param deletesAt milliseconds */
export function deletionPlannedMail({ email, username }: Recipient, deletesAt: number): Mail {
  const text = `Hello ${username},\n\nyour account is going to be deleted on ${toDay(deletesAt)}, as you asked, and you were signed out everywhere.\n\nIf you sign in before, it stays. Afterwards nobody can bring it back.\n\nIf it was not you, sign in at once, choose a new password and write to our support.\n`;
  return { to: email, subject: 'Your account is going to be deleted', text };
}

export function deletionCancelledMail({ email, username }: Recipient): Mail {
  const text = `Hello ${username},\n\nyou signed in, so your account stays: it is not going to be deleted.\n\nIf it was not you, reset your password at once and write to our support.\n`;
  return { to: email, subject: 'Your account stays', text };
}

/** @param requestedAt milliseconds, as `expiresAt` */
export function exportReadyMail(
  { email, username }: Pick<Recipient, 'email' | 'username'>,
  { requestedAt, expiresAt, url }: { requestedAt: number; expiresAt: number; url: string },
): Mail {
  const text = `Hello ${username},\n\neverything that we hold about you, as you asked for it on ${toDay(requestedAt)}, is ready. Until ${toDay(expiresAt)}, or until you ask for another, you can download it here:\n\n${url}\n\nWhoever has this link can read it: keep it to yourself.\n\nIf it was not you who asked, choose a new password at once and write to our support.\n`;
  return { to: email, subject: 'Your data is ready', text };
}
