import { errorList } from '@/http/errors';

export const authError = errorList({
  UNAUTHENTICATED: [401, 'Sign in first: this needs an Authorization: Bearer token.'],
  TOKEN_INVALID: [401, 'The token is not valid, or has expired.'],
  SESSION_ENDED: [401, 'This session has ended. Sign in again.'],
  INVALID_CREDENTIALS: [401, 'The e-mail address or the password is not right.'],
  OTP_INVALID: [401, 'The code is wrong, used up or expired. A code takes five tries; ask for a new one.'],
  CHALLENGE_INVALID: [401, 'This sign-in has expired or its tries are used up. Sign in again.'],
  TWO_FACTOR_CODE_INVALID: [401, 'The code is wrong or was used before.'],
  ACCOUNT_BANNED: [403, 'This account is banned.'],
  CREATOR_APPROVAL_REQUIRED: [403, 'Only approved creators may do this. Apply at POST /creator/application.'],
  DJ_ONLY: [403, 'Only creators who were approved as DJs may do this.'],
  STAFF_ONLY: [403, 'Only staff may do this.'],
  PERMISSION_REQUIRED: [403, 'Your rank does not allow this.'],
  CONFIRMATION_WRONG: [403, 'The password or the code is not right.'],
  SESSION_NOT_FOUND: [404, 'You have no such session.'],
  EMAIL_TAKEN: [409, 'There is an account with this e-mail address.'],
  USERNAME_TAKEN: [409, 'Somebody has this username.'],
  TWO_FACTOR_ON: [409, 'Two-factor authentication is on already.'],
  TWO_FACTOR_OFF: [409, 'Two-factor authentication is off. Begin at POST /auth/2fa/enable.'],
  OTP_LIMIT: [429, 'This address was sent too many mails. Wait before you ask for another.'],
  CHALLENGE_LIMIT: [429, 'Too many sign-ins without the second factor. Try again later, or reset the password.'],
});
