/**
 * Endpoints to reset a forgotten password by code or link, and to change a known one. A reset never reveals whether an
 * address has an account.
 */
import { z } from '@hono/zod-openapi';
import { askerOf } from '@/domains/people/auth/asker';
import { changePassword } from '@/domains/people/auth/change-password';
import { authError } from '@/domains/people/auth/errors';
import { resetPasswordPage } from '@/domains/people/auth/pages';
import { requestResetLink, resetByLink, resetByOtp } from '@/domains/people/auth/reset-password';
import { EmailBody, LinkResetBody, OtpResetBody, PasswordChangeBody } from '@/domains/people/auth/schemas';
import { requestOtp } from '@/domains/people/auth/verify-email';
import { type Endpoint, endpoint } from '@/http/endpoint';
import { Nothing, reply } from '@/http/envelope';
import { CODE_ON_ITS_WAY } from './registration';

const common = { tag: 'auth', who: 'public', method: 'post', limit: 'signIn', response: Nothing } as const;

export const passwordEndpoints: Endpoint[] = [
  endpoint({
    operationId: 'requestPasswordCode',
    ...common,
    path: '/auth/forget-password/email-otp',
    summary: 'Email a code to reset the password',
    body: EmailBody,
    refusals: [authError.OTP_LIMIT],
    handler: async (ctx, { body, request }) => {
      await requestOtp(ctx, body.email, 'forget-password', askerOf(request, body.deviceToken));
      return reply({}, { message: CODE_ON_ITS_WAY });
    },
  }),
  endpoint({
    operationId: 'resetPasswordByCode',
    ...common,
    path: '/auth/reset-password/email-otp',
    summary: 'Reset the password with an emailed code; ends every session',
    body: OtpResetBody,
    refusals: [authError.OTP_INVALID, authError.OTP_TRIES_LIMIT],
    handler: async (ctx, { body, request }) => {
      await resetByOtp(ctx, body, askerOf(request, body.deviceToken));
      return reply({}, { message: 'Your password was changed. Sign in with the new one.' });
    },
  }),
  endpoint({
    operationId: 'requestPasswordLink',
    ...common,
    path: '/auth/reset-password',
    summary: 'Email a link to reset the password',
    body: EmailBody,
    refusals: [authError.OTP_LIMIT],
    handler: async (ctx, { body, request }) => {
      await requestResetLink(ctx, body.email, askerOf(request, body.deviceToken));
      return reply({}, { message: 'If this address has an account, we sent it an email with a link.' });
    },
  }),
  endpoint({
    operationId: 'showResetPage',
    tag: 'auth',
    who: 'public',
    method: 'get',
    path: '/auth/reset-password',
    summary: 'The page that the emailed link opens if there is no frontend',
    contentType: 'text/html',
    response: z.string(),
    handler: () => resetPasswordPage(),
  }),
  endpoint({
    operationId: 'resetPasswordByLink',
    ...common,
    path: '/auth/reset-password/confirm',
    summary: 'Reset the password with the emailed link; ends every session',
    body: LinkResetBody,
    refusals: [authError.TOKEN_INVALID],
    handler: async (ctx, { body }) => {
      await resetByLink(ctx, body.token, body.password);
      return reply({}, { message: 'Your password was changed. Sign in with the new one.' });
    },
  }),
  endpoint({
    operationId: 'changePassword',
    ...common,
    tag: 'viewer',
    who: 'user',
    method: 'patch',
    path: '/viewer/password',
    unverified: true,
    summary: 'Change my password; ends every other session',
    body: PasswordChangeBody,
    refusals: [authError.CONFIRMATION_WRONG, authError.PASSWORD_NOT_SET, authError.CHALLENGE_LIMIT],
    handler: async (ctx, { actor, body }) => {
      await changePassword(ctx, actor, body);
      return reply({}, { message: 'Your password was changed. You were signed out everywhere else.' });
    },
  }),
];
