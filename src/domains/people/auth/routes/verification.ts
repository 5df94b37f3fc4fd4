/** Endpoints that prove an address: by code, by link, and the page behind the link. */
import { z } from '@hono/zod-openapi';
import { askerOf } from '@/domains/people/auth/asker';
import { authError } from '@/domains/people/auth/errors';
import { verifyEmailPage } from '@/domains/people/auth/pages';
import { rejectRegistration } from '@/domains/people/auth/reject-registration';
import { ByVerifyToken, OtpVerifyBody, Verified, VerifyBody } from '@/domains/people/auth/schemas';
import { verifyEmailByLink, verifyEmailByOtp } from '@/domains/people/auth/verify-email';
import { type Endpoint, endpoint } from '@/http/endpoint';
import { Nothing, reply } from '@/http/envelope';

const common = { tag: 'auth', limit: 'signIn' } as const;
const verifying = { ...common, who: 'optional', unverified: true, method: 'post', response: Verified } as const;
const MESSAGE = 'Your address is verified.';
const KEEPS =
  "The first verification keeps what was set up if the request shows the account's own session or its `password`. " +
  'Otherwise it ends the password, sessions, two-factor authentication, backup codes and push subscriptions, and answers a ' +
  '`resetToken` for `POST /auth/reset-password/confirm`. Later verifications change nothing.';
/** Beside those of a bad session, and of a banned account. */
const PROVING = [authError.CONFIRMATION_WRONG, authError.PASSWORD_NOT_SET, authError.CHALLENGE_LIMIT];

export const verificationEndpoints: Endpoint[] = [
  endpoint({
    operationId: 'verifyEmailByCode',
    ...verifying,
    path: '/auth/verify-email',
    summary: 'Verify the address with a mailed code',
    description: `${KEEPS} With session or password, the account with the address in \`OWNER_EMAIL\` becomes the owner, even if it was verified before.`,
    body: OtpVerifyBody,
    refusals: [...PROVING, authError.OTP_INVALID, authError.OTP_TRIES_LIMIT],
    handler: async (ctx, { actor, body: { email, otp, password, deviceToken }, request }) => {
      const asker = askerOf(request, deviceToken);
      return reply(await verifyEmailByOtp(ctx, email, otp, { actor, password, asker }), { message: MESSAGE });
    },
  }),
  endpoint({
    operationId: 'showVerifyPage',
    ...common,
    who: 'public',
    method: 'get',
    path: '/auth/verify-email/{token}',
    summary: 'The page behind the mailed link; opening it changes nothing',
    description: 'With status 401 it says that the link no longer works.',
    params: ByVerifyToken,
    contentType: 'text/html',
    response: z.string(),
    handler: (ctx, { params }) => verifyEmailPage(ctx, params.token),
  }),
  endpoint({
    operationId: 'verifyEmailByLink',
    ...verifying,
    path: '/auth/verify-email/{token}',
    summary: 'Verify the address with the mailed link',
    description: KEEPS,
    params: ByVerifyToken,
    body: VerifyBody,
    refusals: [...PROVING, authError.TOKEN_INVALID],
    handler: async (ctx, { actor, params, body: { password }, request }) => {
      const asker = askerOf(request);
      return reply(await verifyEmailByLink(ctx, params.token, { actor, password, asker }), { message: MESSAGE });
    },
  }),
  endpoint({
    operationId: 'rejectRegistration',
    ...common,
    who: 'public',
    method: 'post',
    path: '/auth/verify-email/{token}/reject',
    summary: 'Delete an account that somebody else registered with my address',
    description: 'Works until the address is verified. Idempotent.',
    params: ByVerifyToken,
    response: Nothing,
    refusals: [
      authError.TOKEN_INVALID,
      authError.ACCOUNT_BANNED,
      authError.ALREADY_VERIFIED,
      authError.ACCOUNT_OWNS_MONEY,
    ],
    handler: async (ctx, { params }) => {
      await rejectRegistration(ctx, params.token);
      return reply({}, { message: 'The account is deleted.' });
    },
  }),
];
