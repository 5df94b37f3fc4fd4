/** Endpoints that create an account, and email and check one-time codes. */
import { z } from '@hono/zod-openapi';
import type { Context } from '@/contracts/context';
import { askerOf } from '@/domains/people/auth/asker';
import { authError } from '@/domains/people/auth/errors';
import { checkOtp } from '@/domains/people/auth/otps';
import { type Registration, register } from '@/domains/people/auth/register';
import { OtpCheckBody, OtpRequestBody, RegisterBody, Registered, SignUpBody } from '@/domains/people/auth/schemas';
import { requestOtp } from '@/domains/people/auth/verify-email';
import { type Endpoint, endpoint } from '@/http/endpoint';
import { Nothing, reply } from '@/http/envelope';
import { SESSION_TOKEN_HEADER } from '@/shared/actor';

const common = { tag: 'auth', who: 'public', limit: 'signIn' } as const;
const REGISTERING = [authError.EMAIL_TAKEN, authError.USERNAME_TAKEN, authError.OTP_LIMIT];
/** The same text whether or not there is an account. */
export const CODE_ON_ITS_WAY = 'If this address has an account, we sent it an email with a code.';

const UNVERIFIED =
  'Returns tokens at once. Until its address is verified, the account can do what a guest can. It can also change its ' +
  'settings, profile and password, sign out, export its data, delete itself and verify its address. An unverified ' +
  'account is deleted after seven days, or when someone registers with the same address.';

async function replyRegistered(ctx: Context, body: Registration, proof: 'link' | 'otp', request: Request) {
  const registered = await register(ctx, body, proof, askerOf(request));
  return reply(registered, {
    message: 'Registration successful. Please verify your email.',
    headers: { [SESSION_TOKEN_HEADER]: registered.token },
  });
}

export const registrationEndpoints: Endpoint[] = [
  endpoint({
    operationId: 'register',
    ...common,
    method: 'post',
    path: '/auth/register',
    summary: 'Register; emails a verification link',
    description: UNVERIFIED,
    body: RegisterBody,
    response: Registered,
    sends: [SESSION_TOKEN_HEADER],
    status: 201,
    refusals: REGISTERING,
    handler: (ctx, { body, request }) => replyRegistered(ctx, body, 'link', request),
  }),
  endpoint({
    operationId: 'signUp',
    ...common,
    method: 'post',
    path: '/auth/signup/email',
    summary: 'Register; emails a verification code',
    description: UNVERIFIED,
    body: SignUpBody,
    response: Registered,
    sends: [SESSION_TOKEN_HEADER],
    status: 201,
    refusals: REGISTERING,
    handler: (ctx, { body, request }) => replyRegistered(ctx, body, 'otp', request),
  }),
  endpoint({
    operationId: 'requestCode',
    ...common,
    method: 'post',
    path: '/auth/send-verification-otp',
    duringMaintenance: true,
    summary: 'Email a one-time code',
    description:
      'Six digits for one purpose. The code works once and for ten minutes, each caller has five tries, and it replaces ' +
      'the previous code. While no more emails are sent (OTP_LIMIT), the newest code keeps working.',
    body: OtpRequestBody,
    response: Nothing,
    refusals: [authError.OTP_LIMIT],
    handler: async (ctx, { body, request }) => {
      await requestOtp(ctx, body.email, body.purpose, askerOf(request, body.deviceToken));
      return reply({}, { message: CODE_ON_ITS_WAY });
    },
  }),
  endpoint({
    operationId: 'checkCode',
    ...common,
    method: 'post',
    path: '/auth/check-verification-otp',
    summary: 'Check a one-time code without using it up',
    description: 'A wrong code costs one of five tries.',
    body: OtpCheckBody,
    response: z.object({ valid: z.literal(true) }),
    refusals: [authError.OTP_INVALID, authError.OTP_TRIES_LIMIT],
    handler: async (ctx, { body, request }) => {
      await checkOtp(ctx, body.email, body.purpose, body.otp, askerOf(request, body.deviceToken));
      return { valid: true as const };
    },
  }),
];
