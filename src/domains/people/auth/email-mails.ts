/** The mails about a change of an account's address. The new address never learns the former one. */
import type { Context } from '@/contracts/context';
import type { Mail } from '@/contracts/mail';
import { mailTo, type Occasion, type Recipient } from './mails';
import { describeUserAgent } from './user-agent';

/** To the new address, which may be a stranger's. */
export function emailCodeMail(ctx: Context, user: Recipient, code: string): Promise<Mail> {
  return mailTo(ctx, user, 'emailCode', { code });
}

/** To the present address, before anything changes. */
export function emailChangeAskedMail(
  ctx: Context,
  user: Recipient,
  newEmail: string,
  { at, userAgent }: Occasion,
): Promise<Mail> {
  return mailTo(ctx, user, 'emailChangeAsked', (speech) => ({
    ...{ newEmail, at },
    device: describeUserAgent(speech, userAgent),
  }));
}

/** To the former address. @param at milliseconds */
export function emailChangedMail(ctx: Context, user: Recipient, newEmail: string, at: number): Promise<Mail> {
  return mailTo(ctx, user, 'emailChanged', { newEmail, at });
}

/** To the new address. @param at milliseconds */
export function newAddressMail(ctx: Context, user: Recipient, at: number): Promise<Mail> {
  return mailTo(ctx, user, 'newAddress', { at });
}

/** To the owner of the account that has the address. */
export function addressInUseMail(ctx: Context, user: Recipient): Promise<Mail> {
  return mailTo(ctx, user, 'addressInUse');
}
