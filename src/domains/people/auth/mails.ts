/**
 * Account mails and the links in them, in the user's language. They are sent after the response, so its timing never
 * shows whether one was.
 */
import type { Context } from '@/contracts/context';
import type { Mail } from '@/contracts/mail';
import { speechFor } from '@/domains/base/settings/read';
import { newId } from '@/shared/ids';
import { DAY_MS } from '@/shared/time';
import type { Values } from '@/texts/fill';
import { LANGUAGE_DEFAULT, type Speech, speechOf } from '@/texts/languages';
import type { Texts } from '@/texts/texts';
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

/**
 * Sends in the background, and reads nothing before the response: its timing must not show whether there is a mail. A
 * failure is only logged: the user can request another mail.
 */
export function sendMail(ctx: Context, write: () => Promise<Mail | undefined>): void {
  const send = async () => {
    await scheduler.wait(0);
    const mail = await write();
    if (mail && (await ctx.mail.send(mail, newId())) === 'refused') ctx.log.warning('mail', 'MAIL_REFUSED');
  };
  ctx.waitUntil(send());
}

type Named = {
  [Name in keyof Texts['mails']]: Texts['mails'][Name] extends { subject: unknown; text: unknown } ? Name : never;
}[keyof Texts['mails']];

/** The mail of this name in the user's language. */
export async function mailTo(
  ctx: Context,
  { id, email, username }: Recipient,
  name: Named,
  values: Values | ((speech: Speech) => Values) = {},
): Promise<Mail> {
  const speech = await speechFor(ctx, id);
  const { subject, text } = speech.texts.mails[name];
  const known = typeof values === 'function' ? values(speech) : values;
  return { to: email, subject: speech.say(subject), text: speech.say(text, { username, ...known }) };
}

export async function otpMail(ctx: Context, user: Recipient, purpose: OtpPurpose, code: string): Promise<Mail> {
  const { texts, say } = await speechFor(ctx, user.id);
  const subject = say(texts.mails.otp[purpose]);
  return { to: user.email, subject, text: say(texts.mails.otp.text, { username: user.username, what: subject, code }) };
}

export async function verifyLinkMail(ctx: Context, user: Recipient): Promise<Mail> {
  return mailTo(ctx, user, 'verifyLink', { link: await verifyLink(ctx, user, VERIFY_LINK_MS) });
}

/** @param unverifiedUntil when the account will be deleted, in milliseconds */
export async function verifyReminderMail(ctx: Context, user: Recipient, unverifiedUntil: number): Promise<Mail> {
  const link = await verifyLink(ctx, user, Math.max(0, unverifiedUntil - ctx.now()));
  return mailTo(ctx, user, 'verifyReminder', { link, until: unverifiedUntil });
}

/** To the owner of an account, after someone tried to register with its address. */
export function addressTakenMail(ctx: Context, user: Recipient): Promise<Mail> {
  return mailTo(ctx, user, 'addressTaken');
}

/**
 * To the address of an account that was deleted while it was banned, after someone tried to register with it. In
 * English, since its settings were deleted too.
 */
export function addressBannedMail(email: string, until: number): Mail {
  const { texts, say } = speechOf(LANGUAGE_DEFAULT);
  const { subject, text } = texts.mails.addressBanned;
  return { to: email, subject: say(subject), text: say(text, { until }) };
}

export function ownerMail(ctx: Context, user: Recipient): Promise<Mail> {
  return mailTo(ctx, user, 'owner');
}

export async function resetLinkMail(ctx: Context, { user, secretHash }: ResetRecipient): Promise<Mail> {
  return mailTo(ctx, user, 'resetLink', {
    link: resetLink(ctx.config, await signResetToken(ctx, { user, secretHash })),
  });
}

/** When a change to an account happened, and on which device. */
export interface Occasion {
  /** Milliseconds. */
  readonly at: number;
  readonly userAgent: string | null;
}

/** @param where the user was signed out */
export function passwordChangedMail(
  ctx: Context,
  user: Recipient,
  { at, where }: { readonly at: number; readonly where: 'everywhere' | 'everywhere-else' },
): Promise<Mail> {
  return mailTo(ctx, user, 'passwordChanged', ({ texts, say }) => ({
    at,
    where: say(texts.mails.passwordChanged[where]),
  }));
}

export type TwoFactorChange = 'on' | 'off' | 'new-codes';

export async function twoFactorMail(
  ctx: Context,
  user: Recipient,
  change: TwoFactorChange,
  { at, userAgent }: Occasion,
): Promise<Mail> {
  const speech = await speechFor(ctx, user.id);
  const { twoFactor } = speech.texts.mails;
  const subject = speech.say(twoFactor[change]);
  const device = describeUserAgent(speech, userAgent);
  const text = speech.say(twoFactor.text, { username: user.username, change: subject, at, device });
  return { to: user.email, subject, text };
}

/** For a sign-in from an unknown device. */
export function signInMail(ctx: Context, user: Recipient, { at, userAgent }: Occasion): Promise<Mail> {
  return mailTo(ctx, user, 'signIn', (speech) => ({ at, device: describeUserAgent(speech, userAgent) }));
}

/** @param deletesAt when the account will be deleted, in milliseconds */
export function deletionPlannedMail(ctx: Context, user: Recipient, deletesAt: number): Promise<Mail> {
  return mailTo(ctx, user, 'deletionPlanned', { at: deletesAt });
}

export function deletionCancelledMail(ctx: Context, user: Recipient): Promise<Mail> {
  return mailTo(ctx, user, 'deletionCancelled');
}

/** `requestedAt` and `expiresAt` are in milliseconds. */
export function exportReadyMail(
  ctx: Context,
  user: Recipient,
  { requestedAt, expiresAt, url }: { requestedAt: number; expiresAt: number; url: string },
): Promise<Mail> {
  return mailTo(ctx, user, 'exportReady', { requestedAt, expiresAt, url });
}

/** @param requestedAt milliseconds */
export function bankDetailsMail(ctx: Context, user: Recipient, requestedAt: number, last4: string): Promise<Mail> {
  return mailTo(ctx, user, 'bankDetails', { at: requestedAt, last4 });
}
