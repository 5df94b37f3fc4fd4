/**
 * Creates an account: user, password, session and the verification mail, or none of them. Until the address is
 * verified, the account can do little, and a new registration with the same address replaces it.
 */
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { requireChange } from '@/db/commit';
import { claimTakenMail, releaseUnverified } from '@/domains/base/users/unverified';
import { inventUsername } from '@/domains/base/users/usernames';
import { insertUser } from '@/domains/base/users/write';
import type { Role } from '@/shared/actor';
import { newId } from '@/shared/ids';
import { fold } from '@/shared/text';
import { type Account, findAccountByEmail, givesWay } from './account';
import { type Asker, signDeviceToken } from './asker';
import { claimAddressMail, findAddressBan } from './banned-addresses';
import { authError } from './errors';
import { endCredentials } from './first-verification';
import { commitMailing } from './mail-quotas';
import { addressBannedMail, addressTakenMail, otpMail, sendMail, verifyLinkMail } from './mails';
import { newOtp } from './otps';
import { requireGoodPassword } from './password-policy';
import { hashPassword } from './passwords';
import { newSession } from './sessions';
import { accounts } from './tables';

export interface Registration {
  readonly email: string;
  readonly password: string;
  readonly username?: string | undefined;
  readonly displayName?: string | undefined;
  readonly role?: Role | undefined;
}

/** Throws EMAIL_TAKEN, USERNAME_TAKEN, OTP_LIMIT, VALIDATION_FAILED. @param proof how the address will be verified */
export async function register(ctx: Context, registration: Registration, proof: 'link' | 'otp', asker: Asker) {
  const { email, password, displayName, role = 'viewer' } = registration;
  const [former, bannedUntil] = await Promise.all([findAccountByEmail(ctx, email), findAddressBan(ctx, email)]);
  if (former && !givesWay(former)) throw emailTaken(ctx, former);
  if (bannedUntil !== undefined) throw addressBanned(ctx, email, bannedUntil);
  const username = registration.username ? fold(registration.username) : inventUsername(displayName);
  const user = { id: newId(), email, username, displayName: displayName ?? registration.username ?? username, role };
  await requireGoodPassword(password, username, 'password');
  const actor = { userId: user.id, email, verified: false, role, creatorStatus: 'NONE', staff: null } as const;
  const [secretHash, session] = await Promise.all([
    hashPassword(password),
    newSession(ctx, actor, asker.userAgent, asker.address),
  ]);
  const passwordSetAt = ctx.now();
  // Registering makes this device known, so only a sign-in from another device is mailed.
  const deviceToken = await signDeviceToken(ctx, { user, secretHash, passwordSetAt });
  const mailing = { email, asker, device: undefined };
  const otp = proof === 'otp' ? newOtp(ctx, { ...mailing, kind: 'email-verification' }) : undefined;
  await commitMailing(
    ctx,
    { ...mailing, kind: otp ? 'email-verification' : 'verify-link' },
    [
      ...(former ? replace(ctx, former) : []),
      insertUser(ctx, user),
      insertPassword(ctx, user.id, secretHash, passwordSetAt),
      session.insert,
      ...(otp ? [otp.insert] : []),
    ],
    {
      'users.email_key': () => authError('EMAIL_TAKEN'),
      'users.username': () => authError('USERNAME_TAKEN'),
      DEMAND_NOT_MET: () => (former ? emailTaken(ctx, former) : authError('EMAIL_TAKEN')),
    },
  );
  sendMail(ctx, () => (otp ? otpMail(ctx, user, 'email-verification', otp.code) : verifyLinkMail(ctx, user)));
  ctx.log.event('user.registered', { userId: user.id, role, replaces: former?.user.id });
  return { userId: user.id, email, role, ...session.tokens, deviceToken };
}

/** Also voids codes mailed for the former account, which must not verify the new one. */
function replace(ctx: Context, { user }: Account): Statement[] {
  return [releaseUnverified(ctx, user), requireChange(ctx), ...endCredentials(ctx, user, 'replaced')];
}

/** Emails the owner about it, at most once a day. */
function emailTaken(ctx: Context, { user }: Account) {
  sendMail(ctx, async () => {
    const [claimed] = await claimTakenMail(ctx, user.id);
    return claimed && (await addressTakenMail(ctx, user));
  });
  return authError('EMAIL_TAKEN');
}

/**
 * A stranger cannot tell a banned address from one that is taken. Its owner gets an email with the reason, at most once a
 * day.
 */
function addressBanned(ctx: Context, email: string, until: number) {
  sendMail(ctx, async () => ((await claimAddressMail(ctx, email)) ? addressBannedMail(email, until) : undefined));
  return authError('EMAIL_TAKEN');
}

function insertPassword(ctx: Context, userId: string, secretHash: string, now: number): Statement {
  return ctx.db
    .insert(accounts)
    .values({ userId, provider: 'password', subject: userId, secretHash, createdAt: now, updatedAt: now });
}
