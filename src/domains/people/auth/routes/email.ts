/** Endpoints that change the address of an account. */
import { User } from '@/domains/base/users/schemas';
import { askForEmailChange } from '@/domains/people/auth/change-email';
import { confirmEmailChange } from '@/domains/people/auth/confirm-email';
import { authError } from '@/domains/people/auth/errors';
import { EmailChange, EmailChangeBody, EmailConfirmBody } from '@/domains/people/auth/schemas';
import { type Endpoint, endpoint } from '@/http/endpoint';
import { reply } from '@/http/envelope';

const common = { tag: 'user', who: 'user', method: 'post', limit: 'signIn' } as const;

export const emailEndpoints: Endpoint[] = [
  endpoint({
    operationId: 'askForNewEmail',
    ...common,
    path: '/user/email',
    summary: 'Ask for another email address; both addresses are mailed',
    description:
      'The new address gets a code for an hour, the present one a notice. Send your `password` or, with two-factor ' +
      'authentication, a `code`; an account without a password may instead have signed in within the last 15 minutes. ' +
      'The answer is the same for an address that already has an account: its owner is mailed, and no code is sent. ' +
      'Asking again, or a new password, ends the change that waits.',
    body: EmailChangeBody,
    response: EmailChange,
    refusals: [
      authError.CONFIRMATION_NEEDED,
      authError.CONFIRMATION_WRONG,
      authError.PASSWORD_NOT_SET,
      authError.TWO_FACTOR_OFF,
      authError.CHALLENGE_LIMIT,
      authError.OTP_LIMIT,
    ],
    handler: async (ctx, { actor, body, request }) => {
      const change = await askForEmailChange(ctx, actor, body, request.headers.get('user-agent'));
      return reply(change, { message: 'If this address can be used, we sent it an email with a code.' });
    },
  }),
  endpoint({
    operationId: 'confirmNewEmail',
    ...common,
    path: '/user/email/confirm',
    summary: 'Confirm another email address with its code; ends every other session',
    description:
      'From then on you sign in with the new address, and codes and links that were mailed to the former one no longer ' +
      'work. Both addresses are mailed. With the address in `OWNER_EMAIL`, the account becomes the owner.',
    body: EmailConfirmBody,
    response: User,
    refusals: [authError.OTP_INVALID, authError.OTP_TRIES_LIMIT, authError.EMAIL_TAKEN],
    handler: async (ctx, { actor, body }) =>
      reply(await confirmEmailChange(ctx, actor, body.code), {
        message: 'Your email address was changed. You were signed out everywhere else.',
      }),
  }),
];
