/** The mails about a change of an account's address. The new address never learns the former one. */
import type { Mail } from '@/contracts/mail';
import { toMinute } from '@/shared/time';
import { describeOccasion, type Occasion, type Recipient } from './mails';

/** To the new address, which may be a stranger's. */
export function emailCodeMail({ email, username }: Pick<Recipient, 'email' | 'username'>, code: string): Mail {
  const text = `Hi,\n\nThe Footlight user ${username} wants to use this address for their account. If this was you, enter this code within an hour: ${code}\n\nIt works once. Footlight staff will never ask for it.\nIf this wasn't you, ignore this email. Nothing changes without the code.\n`;
  return { to: email, subject: 'Your code to use this address', text };
}

/** To the present address, before anything changes. */
export function emailChangeAskedMail({ email, username }: Recipient, newEmail: string, occasion: Occasion): Mail {
  const text = `Hi ${username},\n\nSomeone asked to change your account's email address to ${newEmail} on ${describeOccasion(occasion)}. It changes once they enter the code that we sent there.\n\nIf this was you, you don't need to do anything here. If it wasn't, reset your password now: that cancels the change and signs you out on every device. Then contact support.\n`;
  return { to: email, subject: 'Someone asked to change your email address', text };
}

/** To the former address. @param at milliseconds */
export function emailChangedMail({ email, username }: Recipient, newEmail: string, at: number): Mail {
  const text = `Hi ${username},\n\nYour account's email address was changed to ${newEmail} on ${toMinute(at)}. Codes and links that we sent to this address no longer work, and you were signed out everywhere else.\n\nIf this wasn't you, contact support now and tell them about this email.\n`;
  return { to: email, subject: 'Your email address was changed', text };
}

/** To the new address. @param at milliseconds */
export function newAddressMail({ email, username }: Recipient, at: number): Mail {
  const text = `Hi ${username},\n\nThis has been the email address of your account since ${toMinute(at)}. Sign in with it from now on. You were signed out everywhere else.\n\nIf this wasn't you, contact support.\n`;
  return { to: email, subject: 'This is now your email address', text };
}

/** To the owner of the account that has the address. */
export function addressInUseMail({ email, username }: Recipient): Mail {
  const text = `Hi ${username},\n\nSomeone tried to use this email address for another Footlight account, but it already has one. Nothing has changed.\n\nIf this was you, sign in with this address instead. If this wasn't you, you can ignore this email. We send it at most once a day.\n`;
  return { to: email, subject: 'This address already has an account', text };
}
