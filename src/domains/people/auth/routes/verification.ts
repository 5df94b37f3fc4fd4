/** Endpoints that verify an address: by code, by link, and the page that the link opens. */
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
const MESSAGE = 'Your email address is verified.';
const KEEPS =
  "The first verification keeps the account's setup if the request has the account's own session or its `password`. " +
  'Otherwise it removes the password, sessions, two-factor authentication, backup codes and push subscriptions, and ' +
  'returns a `resetToken` for `POST /auth/reset-password/confirm`. Later verifications change nothing.';
/** Added to the refusals of a bad session and of a banned account. */
const PROVING = [authError.CONFIRMATION_WRONG, authError.PASSWORD_NOT_SET, authError.CHALLENGE_LIMIT];

export const verificationEndpoints: Endpoint[] = [
  endpoint({
    operationId: 'verifyEmailByCode',
    ...verifying,
    path: '/auth/verify-email',
    summary: 'Verify the address with an emailed code',
    description: `${KEEPS} With session or password, the account with the address in \`OWNER_EMAIL\` becomes the owner, even if it was already verified.`,
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
    summary: 'The page that the emailed link opens; opening it changes nothing',
    description: 'If the link no longer works, the page says so, with status 401.',
    params: ByVerifyToken,
    contentType: 'text/html',
    also: { status: 401, when: 'A page that says the link no longer works.' },
    response: z.string(),
    handler: (ctx, { params }) => verifyEmailPage(ctx, params.token),
  }),
  endpoint({
    operationId: 'verifyEmailByLink',
    ...verifying,
    path: '/auth/verify-email/{token}',
    summary: 'Verify the address with the emailed link',
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
    summary: 'Delete an account that someone else registered with my address',
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
      return reply({}, { message: 'The account was deleted.' });
    },
  }),
];
