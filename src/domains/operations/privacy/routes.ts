/** What is held about a user, and the end of an account. */
import { fileError } from '@/domains/base/media/errors';
import { authError } from '@/domains/people/auth/errors';
import { type Endpoint, endpoint } from '@/http/endpoint';
import { deleteAccount } from './delete-account';
import { privacyError } from './errors';
import { exportAccount } from './export';
import { Deletion, DeletionRequest, Export, LargeExport } from './schemas';

export const privacyEndpoints: Endpoint[] = [
  endpoint({
    operationId: 'exportAccount',
    method: 'get',
    path: '/user/export',
    tag: 'user',
    summary: 'Everything held about me, as JSON',
    description:
      'Up to 1 MB, and what you left in up to a hundred streams, comes whole, as an attachment. What is larger is ' +
      'answered 202 and prepared within minutes: a link to it is mailed to your verified address, and for a day this ' +
      'endpoint answers a link too instead of beginning another. The mailed link is good for seven days, or until ' +
      'another is begun. Passwords, tokens and keys are not in it, and of bank details the last four characters. ' +
      '`chatMessages` has what you wrote in streams that are on or ended in the last 30 days, up to ten minutes ago; ' +
      'older ones are gone.',
    who: 'user',
    fresh: true,
    response: Export,
    also: { status: 202, when: 'It is too large for one answer: where it stands.', response: LargeExport },
    refusals: [fileError.MEDIA_STORE_UNAVAILABLE],
    handler: (ctx, { actor }) => exportAccount(ctx, actor.userId),
  }),
  endpoint({
    operationId: 'deleteAccount',
    method: 'delete',
    path: '/user',
    tag: 'user',
    summary: 'Delete my account',
    description:
      'Signs out everywhere. For 14 days the account stays as it was, and whoever signs in keeps it. Then everything ' +
      'personal is removed; what money or other people’s threads hang on stays without a name, and the coins and ' +
      'diamonds that are left are lost. The details of `ACCOUNT_HAS_OPEN_MATTERS` are `{ matters }`.',
    who: 'user',
    unverified: true,
    body: DeletionRequest,
    response: Deletion,
    refusals: [
      authError.CONFIRMATION_WRONG,
      authError.PASSWORD_NOT_SET,
      authError.CHALLENGE_LIMIT,
      privacyError.ACCOUNT_HAS_OPEN_MATTERS,
    ],
    handler: (ctx, { actor, body }) => deleteAccount(ctx, actor, body.password),
  }),
];
