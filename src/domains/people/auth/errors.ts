import type { Refusals } from '@/db/commit';
import { errorList } from '@/http/errors';

export const authError = errorList({
  UNAUTHENTICATED: [401, 'Sign in first. Send your token in an Authorization: Bearer header.'],
  TOKEN_INVALID: [401, 'This token is not valid or has expired. Get a new one.'],
  SESSION_ENDED: [401, 'This session has ended. Sign in again.'],
  INVALID_CREDENTIALS: [401, 'The email address and the password do not match. Check both and try again.'],
  OTP_INVALID: [401, 'This code does not match or has expired. A code takes five tries; you can ask for a new one.'],
  CHALLENGE_INVALID: [401, 'This sign-in has expired or has no tries left. Sign in again.'],
  TWO_FACTOR_CODE_INVALID: [401, 'This code does not match or was used before. Try a new one.'],
  ACCOUNT_BANNED: [403, 'This account is banned.'],
  RESTRICTED_TOKEN: [
    403,
    'This token only lets you export your data, delete your account, and read and appeal decisions about you.',
  ],
  EMAIL_NOT_VERIFIED: [403, 'Verify your email address first. Open the link we emailed you, or ask for a code.'],
  CREATOR_APPROVAL_REQUIRED: [403, 'Only approved creators can do this. Apply with POST /creator/application.'],
  DJ_ONLY: [403, 'Only creators who were approved as DJs can do this.'],
  PERFORMER_ONLY: [403, 'Only creators who were approved as performers can do this.'],
  GUIDE_APPROVAL_REQUIRED: [
    403,
    'Only approved guides can do this. GET /guide/application/applications/my shows your status.',
  ],
  STAFF_ONLY: [403, 'Only staff can do this.'],
  PERMISSION_REQUIRED: [403, 'You do not have the permission for this. Staff with a higher rank can grant it.'],
  TOTP_SETUP_REQUIRED: [
    403,
    'Staff need two-factor authentication. Turn it on with POST /auth/2fa/enable, then try again.',
  ],
  TOTP_REQUIRED: [403, 'Send a new code from your authenticator app. Turn on two-factor authentication to get one.'],
  CONFIRMATION_WRONG: [403, 'The password or the code does not match. Check it and try again.'],
  CONFIRMATION_NEEDED: [
    403,
    'Send your password, or a code from your authenticator app. Without either, sign in again and try within 15 minutes.',
  ],
  SESSION_NOT_FOUND: [404, 'You have no session with this id.'],
  EMAIL_TAKEN: [409, 'An account with this email address already exists. Sign in, or reset its password.'],
  ALREADY_VERIFIED: [409, 'This email address is already verified. Sign in to delete the account.'],
  ACCOUNT_OWNS_MONEY: [
    409,
    'This account has payments, so it cannot be deleted. Verify it without the password to make it yours alone.',
  ],
  USERNAME_TAKEN: [409, 'This username is taken. Choose another one.'],
  PASSWORD_NOT_SET: [409, 'This account has no password, because it signs in with another provider.'],
  TWO_FACTOR_ON: [409, 'Two-factor authentication is already on.'],
  TWO_FACTOR_OFF: [409, 'Two-factor authentication is off. Start with POST /auth/2fa/enable.'],
  SIGN_IN_LIMIT: [
    429,
    'There were too many tries to sign in. Try again later, or sign in with a code that we email you.',
  ],
  OTP_LIMIT: [
    429,
    'Too many emails were sent to this address. The newest one still works. Wait before you ask for another.',
  ],
  OTP_TRIES_LIMIT: [429, 'There were too many tries to enter a code for this address. Try again later.'],
  CHALLENGE_LIMIT: [
    429,
    'There were too many sign-ins without the second factor. Try again later, or reset the password.',
  ],
});

/** For a batch that requires `whileActive`. */
export const BANNED_MEANWHILE: Refusals = { 'demands.changed': () => authError('ACCOUNT_BANNED') };
