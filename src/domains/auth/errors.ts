import { errorList } from '@/http/errors';

export const authError = errorList({
  UNAUTHENTICATED: [401, 'Sign in first: this needs an Authorization: Bearer token.'],
  TOKEN_INVALID: [401, 'The token is not valid, or has expired.'],
  SESSION_ENDED: [401, 'This session has ended. Sign in again.'],
  ACCOUNT_BANNED: [403, 'This account is banned.'],
  CREATOR_APPROVAL_REQUIRED: [403, 'Only approved creators may do this. Apply at POST /creator/application.'],
  STAFF_ONLY: [403, 'Only staff may do this.'],
  PERMISSION_REQUIRED: [403, 'Your rank does not allow this.'],
});
