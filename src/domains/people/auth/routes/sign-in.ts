/** Endpoints that sign a user in or keep them signed in. All sign-ins return the same kind of response. */
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

/** Also sends the opaque token in its header. */
export function replySignedIn<T extends Answer>(answer: T) {
  const header: Record<string, string> = 'token' in answer ? { [SESSION_TOKEN_HEADER]: answer.token } : {};
  return reply(answer, { headers: header });
}

export const signInEndpoints: Endpoint[] = [
  endpoint({
    operationId: 'signIn',
    ...common,
    path: '/auth/login',
    duringMaintenance: true,
    aliases: ['/auth/signin/email'],
    summary: 'Sign in with email and password; session token in the set-auth-token header',
    description:
      'If two-factor authentication is on, it returns a challenge for `POST /auth/2fa/verify` instead. After ten wrong ' +
      'passwords per hour from one address, or a hundred from all addresses, it returns SIGN_IN_LIMIT. A device that ' +
      'sends its `deviceToken` has its own ten tries.',
    body: PasswordSignInBody,
    response: z.union([SignedIn, TwoFactorRequired]),
    sends: [SESSION_TOKEN_HEADER],
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
    duringMaintenance: true,
    summary: 'Sign in with an emailed code, which also verifies the address',
    description:
      'The first verification removes the earlier setup, including two-factor authentication, and returns a ' +
      '`resetToken` for `POST /auth/reset-password/confirm` with the session.',
    body: OtpBody,
    response: z.union([SignedInByCode, TwoFactorRequired]),
    sends: [SESSION_TOKEN_HEADER],
    refusals: [authError.OTP_INVALID, authError.OTP_TRIES_LIMIT, authError.ACCOUNT_BANNED, authError.CHALLENGE_LIMIT],
    handler: async (ctx, { body, request }) =>
      replySignedIn<Answer>(await signInByOtp(ctx, body.email, body.otp, askerOf(request, body.deviceToken))),
  }),
  endpoint({
    operationId: 'refreshTokens',
    ...common,
    path: '/auth/refresh',
    duringMaintenance: true,
    summary: 'Exchange a refresh token for a new pair of tokens',
    description:
      'Until the new refresh token is used, the one it replaced returns it again, in case a response was lost or two ' +
      'tabs refresh at once. An older refresh token ends the session.',
    body: RefreshBody,
    response: Refreshed,
    refusals: [authError.TOKEN_INVALID, authError.SESSION_ENDED, authError.ACCOUNT_BANNED],
    handler: (ctx, { body, request }) => refresh(ctx, body.refreshToken, request),
  }),
];
