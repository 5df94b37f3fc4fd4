/**
 * Asks for another address of an account. It needs a proof beside the session; then the new address gets a code, and the
 * present one a notice. The answer does not say whether the new address has an account.
 */
import { randomInt } from 'node:crypto';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { claimTakenMail } from '@/domains/base/users/unverified';
import { httpError } from '@/http/errors';
import type { Actor } from '@/shared/actor';
import { fold } from '@/shared/text';
import { DAY_MS, MINUTE_MS, toIso } from '@/shared/time';
import { type Account, findAccountByEmail, getAccount, givesWay } from './account';
import { requireActive } from './active';
import { claimAddressMail, findAddressBan } from './banned-addresses';
import { confirmPassword } from './confirm-password';
import { CODE_MS, insertChange } from './email-changes';
import { addressInUseMail, emailChangeAskedMail, emailCodeMail } from './email-mails';
import { authError, BANNED_MEANWHILE } from './errors';
import { mailAllowances } from './mail-quotas';
import { addressBannedMail, sendMail } from './mails';
import { getOwnSession } from './own-sessions';
import { type Allowances, EVERYBODY, spendTries } from './tries';
import { confirmByCode } from './two-factor';

/** A sign-in is proof for this long, for an account without a password. */
const FRESH_MS = 15 * MINUTE_MS;
/** Changes that a user can ask for in a day. Each costs two mails. */
const ASKED_MAX = 10;
const DIGITS = 6;

interface Proof {
  readonly password?: string | undefined;
  /** From the app, or a backup code. */
  readonly code?: string | undefined;
}

/**
 * Replaces a change that waits. Throws VALIDATION_FAILED, OTP_LIMIT, ACCOUNT_BANNED, and what `prove` throws.
 * @param userAgent for the notice
 */
export async function askForEmailChange(
  ctx: Context,
  actor: Actor,
  { email, ...proof }: Proof & { readonly email: string },
  userAgent: string | null,
) {
  const { userId } = actor;
  const { account, used } = await prove(ctx, actor, proof);
  const { user } = account;
  if (fold(email) === user.emailKey)
    throw httpError('VALIDATION_FAILED', { details: [{ path: 'email', message: 'is your address already' }] });
  const [holder, bannedUntil] = await Promise.all([findAccountByEmail(ctx, email), findAddressBan(ctx, email)]);
  const code = String(randomInt(10 ** DIGITS)).padStart(DIGITS, '0');
  const change = insertChange(ctx, { userId, formerEmail: user.email, email, code });
  await spendTries(ctx, allowancesOf(userId, email), [requireActive(ctx, userId), ...used, ...change], {
    DEMAND_NOT_MET: () => authError('CONFIRMATION_WRONG'),
    ...BANNED_MEANWHILE,
  });
  const at = ctx.now();
  sendMail(ctx, async () => emailChangeAskedMail(ctx, user, email, { at, userAgent }));
  sendMail(ctx, async () => {
    if (holder && !givesWay(holder)) {
      const [claimed] = await claimTakenMail(ctx, holder.user.id);
      return claimed && addressInUseMail(ctx, holder.user);
    }
    if (bannedUntil === undefined) return emailCodeMail(ctx, { ...user, email }, code);
    return (await claimAddressMail(ctx, email)) ? addressBannedMail(email, bannedUntil) : undefined;
  });
  ctx.log.event('email-change.asked', { userId });
  return { email, expiresAt: toIso(at + CODE_MS) };
}

/**
 * The password, or a second factor. An account without a password may have signed in just now instead. Returns the
 * statements that use up the proof. Throws CONFIRMATION_NEEDED, CONFIRMATION_WRONG, PASSWORD_NOT_SET, TWO_FACTOR_OFF,
 * CHALLENGE_LIMIT, SESSION_ENDED.
 */
async function prove(
  ctx: Context,
  actor: Actor,
  { password, code }: Proof,
): Promise<{ account: Account; used: Statement[] }> {
  if (password !== undefined) return { account: await confirmPassword(ctx, actor, password), used: [] };
  const account = await getAccount(ctx, actor.userId);
  if (code !== undefined) return { account, used: await confirmByCode(ctx, actor, account, code) };
  if (account.secretHash !== null) throw authError('CONFIRMATION_NEEDED');
  const { createdAt } = await getOwnSession(ctx, actor);
  if (Date.parse(createdAt) <= ctx.now() - FRESH_MS) throw authError('CONFIRMATION_NEEDED');
  return { account, used: [] };
}

/** The mails to this address, by the user and by all, and the user's to any address. */
function allowancesOf(userId: string, email: string): Allowances {
  const asker = { address: `user:${userId}`, userAgent: null, deviceToken: undefined };
  const message = 'You asked for too many changes of your address today. Try again tomorrow.';
  return [
    ...mailAllowances({ email, kind: 'email-change', asker, device: undefined }),
    {
      subject: `email-change:${userId}`,
      asker: EVERYBODY,
      max: ASKED_MAX,
      windowMs: DAY_MS,
      refusal: (extras) => authError('OTP_LIMIT', { ...extras, message }),
    },
  ];
}
