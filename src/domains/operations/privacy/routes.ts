/** Endpoints of the data export and of account deletion. */
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
    summary: 'Export everything held about me as JSON',
    description:
      'An export of up to 1 MB, with messages in up to a hundred streams, is returned whole as an attachment. A ' +
      'larger one is answered with 202 and prepared within minutes: a link is mailed to your verified address, and ' +
      'for a day this endpoint returns a link too instead of starting another export. The mailed link works for ' +
      'seven days, or until another export is started. Passwords, tokens and keys are left out; bank details are ' +
      'reduced to their last four characters. `chatMessages` has what you wrote, until ten minutes ago, in streams ' +
      'that are live or ended in the last 30 days; older messages are deleted.',
    who: 'user',
    fresh: true,
    restricted: true,
    response: Export,
    sends: ['Content-Disposition'],
    also: { status: 202, when: 'The export is too large for one response; its state.', response: LargeExport },
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
      'Signs you out everywhere. For 14 days the account stays as it was, but gets no new followers, coins or ' +
      'subscriptions, and signing in cancels the deletion. Subscriptions to you end at once, and unused days are given ' +
      'back. Then everything personal is removed: records of money and comments that others replied to stay without a ' +
      'name, and remaining coins and diamonds are lost. If there is anything to lose, `CONFIRM_LOSS` says what: send ' +
      'its details back as `losing`. The details of `ACCOUNT_HAS_OPEN_MATTERS` are `{ matters }`.',
    who: 'user',
    unverified: true,
    restricted: true,
    body: DeletionRequest,
    response: Deletion,
    refusals: [
      authError.CONFIRMATION_WRONG,
      authError.PASSWORD_NOT_SET,
      authError.CHALLENGE_LIMIT,
      privacyError.ACCOUNT_HAS_OPEN_MATTERS,
      privacyError.CONFIRM_LOSS,
    ],
    handler: (ctx, { actor, body }) => deleteAccount(ctx, actor, body),
  }),
];
