/** Performers: what they alone may set. */
import { type Endpoint, endpoint } from '@/http/endpoint';
import { changePrivacy } from './change-privacy';
import { Privacy, PrivacyRequest } from './schemas';

export const performerEndpoints: Endpoint[] = [
  endpoint({
    operationId: 'changePrivacy',
    method: 'put',
    path: '/performer/privacy-settings',
    tag: 'performer',
    summary: 'Where I am not shown, who sees my viewers, whether I am seen among those of others',
    description:
      'Only what is sent changes, and the answer is all that holds then; `{}` changes nothing. Open rooms hear of the ' +
      'countries: whoever came in from there is put out (4403, `NOT_IN_YOUR_COUNTRY`).',
    who: 'performer',
    body: PrivacyRequest,
    response: Privacy,
    handler: (ctx, { actor, body }) => changePrivacy(ctx, actor.userId, body),
  }),
];
