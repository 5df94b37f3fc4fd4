/** Endpoints that sign a user in, and those that keep them signed in. Every way in answers alike. */
import { z } from '@hono/zod-openapi';
import { askerOf } from '@/domains/people/auth/asker';
import { authError } from '@/domains/people/auth/errors';
import { refresh } from '@/domains/people/auth/refresh';
import {
  OtpBody,
  PasswordSignInBody,
  RefreshBody,
  Refreshed,
  SignedIn,
  SignedInByCode,
  TwoFactorRequired,
} from '@/domains/people/auth/schemas';
import { signInByOtp, signInByPassword } from '@/domains/people/auth/sign-in';
import { type Endpoint, endpoint } from '@/http/endpoint';
import { reply } from '@/http/envelope';
import { SESSION_TOKEN_HEADER } from '@/shared/actor';

const common = { tag: 'auth', who: 'public', method: 'post', limit: 'signIn' } as const;

type Answer = z.input<typeof SignedInByCode> | z.input<typeof TwoFactorRequired>;

/** The tokens, and the opaque one in its header as well. */
export function replySignedIn<T extends Answer>(answer: T) {
  const header: Record<string, string> = 'token' in answer ? { [SESSION_TOKEN_HEADER]: answer.token } : {};
  return reply(answer, { headers: header });
}

export const signInEndpoints: Endpoint[] = [
  endpoint({
    operationId: 'signIn',
    ...common,
    path: '/auth/login',
    aliases: ['/auth/signin/email'],
    summary: 'Sign in with email and password; session token in the set-auth-token header',
    description:
      'With two-factor authentication on, it answers a challenge for `POST /auth/2fa/verify` instead. After ten wrong ' +
      'passwords an hour from one address, or a hundred from all of them, it answers SIGN_IN_LIMIT. A device that sends ' +
      'its `deviceToken` has ten of its own.',
    body: PasswordSignInBody,
    response: z.union([SignedIn, TwoFactorRequired]),
    refusals: [
      authError.INVALID_CREDENTIALS,
      authError.ACCOUNT_BANNED,
      authError.SIGN_IN_LIMIT,
      authError.CHALLENGE_LIMIT,
    ],
    handler: async (ctx, { body, request }) =>
      replySignedIn<Answer>(await signInByPassword(ctx, body.email, body.password, askerOf(request, body.deviceToken))),
  }),
  endpoint({
    operationId: 'signInByCode',
    ...common,
    path: '/auth/signin/email-otp',
    summary: 'Sign in with a mailed code, which verifies the address',
    description:
      'If this is the first verification, it ends what was set up before, two-factor authentication too, and answers a ' +
      '`resetToken` for `POST /auth/reset-password/confirm` with the session.',
    body: OtpBody,
    response: z.union([SignedInByCode, TwoFactorRequired]),
    refusals: [authError.OTP_INVALID, authError.OTP_TRIES_LIMIT, authError.ACCOUNT_BANNED, authError.CHALLENGE_LIMIT],
    handler: async (ctx, { body, request }) =>
      replySignedIn<Answer>(await signInByOtp(ctx, body.email, body.otp, askerOf(request, body.deviceToken))),
  }),
  endpoint({
    operationId: 'refreshTokens',
    ...common,
    path: '/auth/refresh',
    summary: 'Trade a refresh token for a new pair',
    description:
      'Until the new refresh token is used itself, the one that it replaced answers it again, in case an answer was lost ' +
      'or two tabs ask at once. An older one ends the session.',
    body: RefreshBody,
    response: Refreshed,
    refusals: [authError.TOKEN_INVALID, authError.SESSION_ENDED, authError.ACCOUNT_BANNED],
    handler: (ctx, { body, request }) => refresh(ctx, body.refreshToken, request),
  }),
];
