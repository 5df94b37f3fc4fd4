/** What is held about a user, and the end of an account. */
import { type Endpoint, endpoint } from '@/http/endpoint';
import { deleteAccount } from './delete-account';
import { exportAccount } from './export';
import { Deletion, DeletionRequest, Export, LargeExport } from './schemas';

export const privacyEndpoints: Endpoint[] = [
  endpoint({
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
    refusals: { 503: 'MEDIA_STORE_UNAVAILABLE' },
    handler: (ctx, { actor }) => exportAccount(ctx, actor.userId),
  }),
  endpoint({
    method: 'delete',
    path: '/user',
    tag: 'user',
    summary: 'Delete my account',
    description:
      'Signs out everywhere. For 14 days the account stays as it was, and whoever signs in keeps it. Then everything ' +
      'personal is removed; what money or other people’s threads hang on stays without a name, and the coins and ' +
      'diamonds that are left are lost.',
    who: 'user',
    unverified: true,
    body: DeletionRequest,
    response: Deletion,
    refusals: {
      403: 'CONFIRMATION_WRONG',
      409: 'ACCOUNT_HAS_OPEN_MATTERS (details: `{ matters }`), PASSWORD_NOT_SET',
      429: 'CHALLENGE_LIMIT',
    },
    handler: (ctx, { actor, body }) => deleteAccount(ctx, actor, body.password),
  }),
];
