/** Account mails and the links in them. They are sent after the response, so its timing never shows whether one was. */
import type { Context } from '@/contracts/context';
import type { Mail } from '@/contracts/mail';
import { newId } from '@/shared/ids';
import { DAY_MS, toDay, toMinute } from '@/shared/time';
import { resetLink, signResetToken } from './reset-token';
import type { OtpPurpose } from './tables';
import { describeUserAgent } from './user-agent';
import { verifyLink } from './verify-link';

const VERIFY_LINK_MS = DAY_MS;

export interface Recipient {
  readonly id: string;
  readonly email: string;
  readonly username: string;
}

interface ResetRecipient {
  readonly user: Recipient;
  /** Hash of the current password. The link stops working once this changes. */
  readonly secretHash: string | null;
}

/** Sends in the background. A failure is only logged: the user can request another mail. */
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
  const text = `Hi ${username},\n\n${OTP_SUBJECT[purpose]}: ${code}\n\nIt expires in ten minutes and works once. Footlight staff will never ask for it.\nIf you didn't request this code, you can ignore this email.\n`;
  return { to: email, subject: OTP_SUBJECT[purpose], text };
}

export async function verifyLinkMail(ctx: Context, user: Recipient): Promise<Mail> {
  const link = await verifyLink(ctx, user, VERIFY_LINK_MS);
  const text = `Hi ${user.username},\n\nSomeone signed up for Footlight with this email address. If this was you, open this link within a day to verify the address:\n\n${link}\n\nIf this wasn't you, open the link and choose "This wasn't me", or ignore this email. The account will be deleted after seven days.\n`;
  return { to: user.email, subject: 'Verify your email address', text };
}

/** @param unverifiedUntil when the account will be deleted, in milliseconds */
export async function verifyReminderMail(ctx: Context, user: Recipient, unverifiedUntil: number): Promise<Mail> {
  const link = await verifyLink(ctx, user, Math.max(0, unverifiedUntil - ctx.now()));
  const text = `Hi ${user.username},\n\nYour email address isn't verified yet. If you don't verify it, your Footlight account will be deleted on ${toDay(unverifiedUntil)}. Open this link before then to keep it:\n\n${link}\n\nIf you didn't sign up, open the link and choose "This wasn't me", or ignore this email.\n`;
  return { to: user.email, subject: 'Verify your email address to keep your account', text };
}

/** To the owner of an account, after someone tried to register with its address. */
export function addressTakenMail({ email, username }: Recipient): Mail {
  const text = `Hi ${username},\n\nSomeone tried to sign up for Footlight with this email address, which already has an account. Nothing has changed.\n\nIf this was you, sign in instead, or reset your password if you've forgotten it. If this wasn't you, you can ignore this email. We send it at most once a day.\n`;
  return { to: email, subject: 'You already have an account', text };
}

/** To the address of an account that was deleted while it was banned, after someone tried to register with it. */
export function addressBannedMail(email: string, until: number): Mail {
  const text = `Hi,\n\nSomeone tried to sign up for Footlight with this email address. An account with it was deleted while it was banned, so it can't be used for a new account before ${toDay(until)}.\n\nIf this wasn't you, you can ignore this email. We send it at most once a day.\n`;
  return { to: email, subject: 'You cannot sign up with this address yet', text };
}

export function ownerMail({ email, username }: Recipient): Mail {
  const text = `Hi ${username},\n\nYou verified the address that is set as this platform's owner, so your account is now its owner and can do everything that staff can.\n\nIf this wasn't you, change OWNER_EMAIL and reset your password now. That signs you out on every device.\n`;
  return { to: email, subject: 'You are now the owner of this platform', text };
}

export async function resetLinkMail(ctx: Context, { user, secretHash }: ResetRecipient): Promise<Mail> {
  const link = resetLink(ctx.config, await signResetToken(ctx, { user, secretHash }));
  const text = `Hi ${user.username},\n\nOpen this link within 30 minutes to choose a new password:\n\n${link}\n\nIf you didn't request this, you can ignore this email. Your password stays the same.\n`;
  return { to: user.email, subject: 'Reset your password', text };
}

/** When a change to an account happened, and on which device. */
export interface Occasion {
  /** Milliseconds. */
  readonly at: number;
  readonly userAgent: string | null;
}

/** @param where the user was signed out: `everywhere` or `everywhere else` */
export function passwordChangedMail(
  { email, username }: Recipient,
  { at, where }: { readonly at: number; readonly where: string },
): Mail {
  const text = `Hi ${username},\n\nYour password was changed on ${toMinute(at)}, and you were signed out ${where}.\n\nIf this wasn't you, reset your password now and contact support.\n`;
  return { to: email, subject: 'Your password was changed', text };
}

/** @param change a sentence without its full stop: `Two-factor authentication was turned off` */
export function twoFactorMail({ email, username }: Recipient, change: string, occasion: Occasion): Mail {
  const text = `Hi ${username},\n\n${change} on ${describeOccasion(occasion)}.\n\nIf this wasn't you, reset your password now and contact support.\n`;
  return { to: email, subject: change, text };
}

/** For a sign-in from an unknown device. */
export function signInMail({ email, username }: Recipient, occasion: Occasion): Mail {
  const text = `Hi ${username},\n\nSomeone signed in to your account from a new device on ${describeOccasion(occasion)}.\n\nIf this was you, you don't need to do anything. If it wasn't, reset your password now. That signs you out on every device.\n`;
  return { to: email, subject: 'New sign-in to your account', text };
}

/** `2026-11-23 at 18:05 UTC, with Firefox on Windows` */
export function describeOccasion({ at, userAgent }: Occasion): string {
  return `${toMinute(at)}, with ${describeUserAgent(userAgent)}`;
}

/** @param deletesAt when the account will be deleted, in milliseconds */
export function deletionPlannedMail({ email, username }: Recipient, deletesAt: number): Mail {
  const text = `Hi ${username},\n\nAs you asked, we'll delete your account on ${toDay(deletesAt)}. You were signed out everywhere.\n\nChanged your mind? Sign in before that day to keep your account. After that, nobody can restore it.\n\nIf this wasn't you, sign in now, choose a new password and contact support.\n`;
  return { to: email, subject: 'Your account will be deleted', text };
}

export function deletionCancelledMail({ email, username }: Recipient): Mail {
  const text = `Hi ${username},\n\nYou signed in, so we won't delete your account.\n\nIf this wasn't you, reset your password now and contact support.\n`;
  return { to: email, subject: "Your account won't be deleted", text };
}

/** `requestedAt` and `expiresAt` are in milliseconds. */
export function exportReadyMail(
  { email, username }: Pick<Recipient, 'email' | 'username'>,
  { requestedAt, expiresAt, url }: { requestedAt: number; expiresAt: number; url: string },
): Mail {
  const text = `Hi ${username},\n\nThe copy of your data that you requested on ${toDay(requestedAt)} is ready. You can download it here until ${toDay(expiresAt)}, or until you request a new copy:\n\n${url}\n\nAnyone who has this link can read your data, so don't share it.\n\nIf you didn't request this, choose a new password now and contact support.\n`;
  return { to: email, subject: 'Your data is ready', text };
}
