/**
 * Requests and responses of the auth endpoints. Addresses and codes are accepted as people paste them. Passwords are
 * checked by the policy where they are set; elsewhere only their length is.
 */
import { z } from '@hono/zod-openapi';
import { displayName, User } from '@/domains/base/users/schemas';
import { TYPED_USERNAME_PATTERN, usernameFault } from '@/domains/base/users/usernames';
import { aToken, pastedCodePattern } from '@/http/fields';
import { asPasted, asPastedLetters } from '@/shared/text';
import { PASSWORD_CHARACTERS_MAX, PASSWORD_CHARACTERS_MIN, passwordShapeFault } from './password-policy';

const EMAIL_CHARACTERS_MAX = 254;
/** At most 64 characters before the @ (RFC 5321). */
const LOCAL_PART = /^[^@]{1,64}@/;
/** For a password that is only compared. In UTF-16 units, so twice the allowed characters. */
const TYPED_PASSWORD_MAX = 2 * PASSWORD_CHARACTERS_MAX;
const TOKEN_CHARACTERS_MAX = 2_000;
const CODE_CHARACTERS_MAX = 30;

/** An address or a code, including text pasted around it. */
const PASTED_CHARACTERS_MAX = 500;

const pasted = z.string().max(PASTED_CHARACTERS_MAX, { abort: true });
const email = pasted
  .overwrite(asPasted)
  .check(z.email(), z.regex(LOCAL_PART, 'must be an email address'), z.maxLength(EMAIL_CHARACTERS_MAX))
  .openapi({
    format: 'email',
    pattern: z.regexes.email.source,
    maxLength: EMAIL_CHARACTERS_MAX,
    example: 'mia@example.com',
  });
const typedPassword = z.string().min(1).max(TYPED_PASSWORD_MAX);
const otp = pasted
  .overwrite(asPastedLetters)
  .regex(/^\d{6}$/, 'must be six digits')
  .openapi({ pattern: pastedCodePattern('\\d', 6), example: '123456' });
const code = pasted
  .overwrite(asPastedLetters)
  .min(6)
  .max(CODE_CHARACTERS_MAX)
  .openapi({ description: 'Six digits from the authenticator app, or a backup code.', example: '123456' });

const newPassword = z.string().superRefine(refuse(passwordShapeFault)).openapi({
  minLength: PASSWORD_CHARACTERS_MIN,
  maxLength: PASSWORD_CHARACTERS_MAX,
  description: 'Needs at least five different characters. Must not be a common password or contain the username.',
  example: 'correct horse battery',
});
export const username = z
  .string()
  .overwrite(asPasted)
  .superRefine(refuse(usernameFault))
  .openapi({ description: '3 to 30 of a–z, 0–9 and _; stored in lower case.', pattern: TYPED_USERNAME_PATTERN });
/** Clients send it back unchanged. An invalid token is ignored. */
const deviceToken = aToken(TOKEN_CHARACTERS_MAX).nullish().openapi({
  description:
    'The `deviceToken` from the last sign-in on this device, so that failed tries by strangers do not lock it out.',
});
/** A token from an emailed link, which a mail program may have broken into lines. */
const pastedToken = z
  .string()
  .max(TOKEN_CHARACTERS_MAX)
  .overwrite((text) => asPasted(text).replaceAll(/\s/g, ''));
const purpose = z.enum(['email-verification', 'sign-in', 'forget-password']);

/** Reports a rule's message as the field's error. */
function refuse(fault: (text: string) => string | undefined) {
  return (text: string, issue: z.RefinementCtx) => {
    const message = fault(text);
    if (message) issue.addIssue({ code: 'custom', message });
  };
}

export const RegisterBody = z.strictObject({
  email,
  password: newPassword,
  username,
  displayName: displayName.optional(),
  role: z
    .enum(['viewer', 'dj', 'performer', 'creator'])
    .default('viewer')
    .openapi({ description: 'The role you want. Creator roles take effect when your application is approved.' }),
});
export const SignUpBody = z.strictObject({
  email,
  password: newPassword,
  username: username.optional().openapi({ description: 'One is made where it is left out.' }),
  displayName: displayName.optional(),
});
export const EmailBody = z.strictObject({ email, deviceToken });
export const PasswordSignInBody = z.strictObject({ email, password: typedPassword, deviceToken });
export const OtpBody = z.strictObject({ email, otp, deviceToken });
export const OtpVerifyBody = OtpBody.extend({ password: typedPassword.optional() });
export const VerifyBody = z.strictObject({ password: typedPassword.optional() });
export const ByVerifyToken = z.object({ token: pastedToken });
export const OtpRequestBody = z.strictObject({
  email,
  purpose: purpose.default('email-verification'),
  deviceToken,
});
export const OtpCheckBody = OtpRequestBody.extend({ otp });
export const OtpResetBody = z.strictObject({ email, otp, password: newPassword, deviceToken });
export const LinkResetBody = z.strictObject({ token: pastedToken, password: newPassword });
export const RefreshBody = z.strictObject({ refreshToken: aToken(TOKEN_CHARACTERS_MAX).min(1) });
export const EmailChangeBody = z.strictObject({
  email,
  password: typedPassword.optional().openapi({ description: 'Needed if the account has one, unless you send `code`.' }),
  code: code.optional(),
});
export const EmailConfirmBody = z.strictObject({ code: otp });
export const EmailChange = z
  .object({ email: z.string(), expiresAt: z.iso.datetime().openapi({ description: 'When the code ends.' }) })
  .openapi('EmailChange');
export const PasswordBody = z.strictObject({ password: typedPassword });
export const PasswordChangeBody = z.strictObject({ currentPassword: typedPassword, newPassword });
export const TwoFactorVerifyBody = z.strictObject({
  code,
  challenge: aToken(TOKEN_CHARACTERS_MAX).optional().openapi({ description: 'From a sign-in that requires it.' }),
  deviceToken,
});
export const TwoFactorDisableBody = z.strictObject({ password: typedPassword, code });
export const BackupCodesBody = z.strictObject({
  code,
  password: typedPassword.optional().openapi({ description: 'Checked if present.' }),
});

const tokens = {
  accessToken: z.string().openapi({ description: 'A JWT, valid for 15 minutes.' }),
  refreshToken: z.string().openapi({ description: 'Works once, within seven days.' }),
  expiresIn: z.int().openapi({ description: 'Seconds until the access token expires.' }),
};
export const Refreshed = z.object(tokens).openapi('Refreshed');
const token = z.string().openapi({ description: 'The opaque session token, also sent in the set-auth-token header.' });
const resetToken = z.string().optional().openapi({
  description: 'Only after a first verification that removed the password. Sets a new one, within 30 minutes.',
});
const knownDeviceToken = z
  .string()
  .openapi({ description: 'Makes this device known for 90 days. Send it with the next sign-in.' });
export const Registered = z
  .object({
    userId: z.uuid(),
    email: z.string(),
    role: User.shape.role,
    ...tokens,
    token,
    deviceToken: knownDeviceToken,
  })
  .openapi('Registered');
export const SignedIn = z
  .object({
    ...tokens,
    token,
    deviceToken: knownDeviceToken,
    user: User,
  })
  .openapi('SignedIn');
export const SignedInByCode = z.object({ ...SignedIn.shape, resetToken }).openapi('SignedInByCode');
export const Verified = z.object({ verified: z.literal(true), user: User, resetToken }).openapi('Verified');
export const TwoFactorRequired = z
  .object({
    twoFactorRequired: z.literal(true),
    challenge: z.string().openapi({ description: 'Send it to POST /auth/2fa/verify with a code within five minutes.' }),
  })
  .openapi('TwoFactorRequired');
export const TwoFactorSecret = z.object({
  secret: z.string().openapi({ description: 'Base32.' }),
  otpauthUri: z.string(),
});
export const BackupCodes = z.object({ backupCodes: z.array(z.string()) });
export const TwoFactorEnabled = BackupCodes.extend({ enabled: z.literal(true) });

export const AuthSession = z
  .object({
    id: z.uuid(),
    userAgent: z.string(),
    createdAt: z.iso.datetime(),
    lastSeenAt: z.iso.datetime(),
    expiresAt: z.iso.datetime(),
    current: z.boolean().openapi({ description: 'Whether this is the current session.' }),
  })
  .openapi('AuthSession');
export const CurrentSession = z.object({ session: AuthSession, user: User });
