/** Makes an account: user, password and the mail that proves the address, or nothing at all. */
import type { Context } from '@/context';
import type { Statement } from '@/db/commit';
import { inventUsername } from '@/domains/users/usernames';
import { insertUser } from '@/domains/users/write';
import type { Role } from '@/shared/actor';
import { newId } from '@/shared/ids';
import { fold } from '@/shared/text';
import type { Asker } from './asker';
import { authError } from './errors';
import { commitMailing } from './mail-quotas';
import { otpMail, sendMail, verifyLinkMail } from './mails';
import { newOtp } from './otps';
import { requireGoodPassword } from './password-policy';
import { hashPassword } from './passwords';
import { accounts } from './tables';

export interface Registration {
  readonly email: string;
  readonly password: string;
  readonly username?: string | undefined;
  readonly displayName?: string | undefined;
  readonly role?: Role | undefined;
}

/** @param proof how the address is to be proved. Throws EMAIL_TAKEN, USERNAME_TAKEN, OTP_LIMIT. */
export async function register(ctx: Context, registration: Registration, proof: 'link' | 'otp', asker: Asker) {
  const { email, password, displayName, role = 'viewer' } = registration;
  const username = registration.username ? fold(registration.username) : inventUsername(displayName);
  const user = { id: newId(), email, username, displayName: displayName ?? registration.username ?? username, role };
  await requireGoodPassword(password, username, 'password');
  const secretHash = await hashPassword(password);
  const mailing = { email, asker, device: undefined };
  const otp = proof === 'otp' ? newOtp(ctx, { ...mailing, kind: 'email-verification' }) : undefined;
  await commitMailing(
    ctx,
    { ...mailing, kind: otp ? 'email-verification' : 'verify-link' },
    [insertUser(ctx, user), insertPassword(ctx, user.id, secretHash), ...(otp?.statements ?? [])],
    {
      'users.email_key': () => authError('EMAIL_TAKEN'),
      'users.username': () => authError('USERNAME_TAKEN'),
    },
  );
  sendMail(ctx, async () => (otp ? otpMail(user, 'email-verification', otp.code) : await verifyLinkMail(ctx, user)));
  ctx.log.event('user.registered', { userId: user.id, role });
  return { userId: user.id, email, role };
}

function insertPassword(ctx: Context, userId: string, secretHash: string): Statement {
  const now = ctx.now();
  return ctx.db
    .insert(accounts)
    .values({ userId, provider: 'password', subject: userId, secretHash, createdAt: now, updatedAt: now });
}
