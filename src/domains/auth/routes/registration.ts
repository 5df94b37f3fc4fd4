/** Endpoints that make an account and prove its address. */
import { z } from '@hono/zod-openapi';
import { type Endpoint, endpoint } from '@/http/endpoint';
import { Nothing, reply } from '@/http/envelope';
import { askerOf } from '../asker';
import { checkOtp } from '../otps';
import { register } from '../register';
import { OtpBody, OtpCheckBody, OtpRequestBody, RegisterBody, Registered, SignUpBody } from '../schemas';
import { requestOtp, verifyEmailByLink, verifyEmailByOtp } from '../verify-email';

const common = { tag: 'auth', who: 'public', limit: 'signIn' } as const;
const taken = { 409: 'EMAIL_TAKEN or USERNAME_TAKEN', 429: 'OTP_LIMIT or TOO_MANY_REQUESTS' };
/** The same whether or not there is an account. */
export const CODE_ON_ITS_WAY = 'If there is an account with this address, a code is on its way to it.';

export const registrationEndpoints: Endpoint[] = [
  endpoint({
    ...common,
    method: 'post',
    path: '/auth/register',
    summary: 'Register; mails a verification link',
    body: RegisterBody,
    response: Registered,
    status: 201,
    refusals: taken,
    handler: async (ctx, { body, request }) =>
      reply(await register(ctx, body, 'link', askerOf(request)), {
        message: 'Registration successful. Please verify your email.',
      }),
  }),
  endpoint({
    ...common,
    method: 'post',
    path: '/auth/signup/email',
    summary: 'Register; mails a verification code',
    body: SignUpBody,
    response: Registered,
    status: 201,
    refusals: taken,
    handler: async (ctx, { body, request }) =>
      reply(await register(ctx, body, 'otp', askerOf(request)), {
        message: 'Registration successful. Please verify your email.',
      }),
  }),
  endpoint({
    ...common,
    method: 'post',
    path: '/auth/send-verification-otp',
    summary: 'Mail a one-time code',
    description:
      'Six digits, good for ten minutes, five tries for each who asks, and one use, for this purpose alone. Replaces the last. When no more mails are sent (OTP_LIMIT), the newest code stays good.',
    body: OtpRequestBody,
    response: Nothing,
    refusals: { 429: 'OTP_LIMIT or TOO_MANY_REQUESTS' },
    handler: async (ctx, { body, request }) => {
      await requestOtp(ctx, body.email, body.purpose, askerOf(request, body.deviceToken));
      return reply({}, { message: CODE_ON_ITS_WAY });
    },
  }),
  endpoint({
    ...common,
    method: 'post',
    path: '/auth/check-verification-otp',
    summary: 'Check a one-time code without using it up',
    description: 'A wrong one costs one of five tries.',
    body: OtpCheckBody,
    response: z.object({ valid: z.literal(true) }),
    refusals: { 401: 'OTP_INVALID', 429: 'OTP_TRIES_LIMIT or TOO_MANY_REQUESTS' },
    handler: async (ctx, { body, request }) => {
      await checkOtp(ctx, body.email, body.purpose, body.otp, askerOf(request, body.deviceToken));
      return { valid: true as const };
    },
  }),
  endpoint({
    ...common,
    method: 'post',
    path: '/auth/verify-email',
    summary: 'Verify the address with a mailed code',
    body: OtpBody,
    response: z.object({ verified: z.literal(true) }),
    refusals: { 401: 'OTP_INVALID', 429: 'OTP_TRIES_LIMIT or TOO_MANY_REQUESTS' },
    handler: async (ctx, { body, request }) => {
      await verifyEmailByOtp(ctx, body.email, body.otp, askerOf(request, body.deviceToken));
      return { verified: true as const };
    },
  }),
  endpoint({
    ...common,
    method: 'get',
    path: '/auth/verify-email/{token}',
    summary: 'Verify the address with the mailed link',
    params: z.object({ token: z.string() }),
    response: z.object({ verified: z.literal(true) }),
    refusals: { 401: 'TOKEN_INVALID' },
    handler: async (ctx, { params }) => {
      await verifyEmailByLink(ctx, params.token);
      return reply({ verified: true as const }, { message: 'Your address is verified.' });
    },
  }),
];
