/** The endpoint for settings that only performers have. */
import { type Endpoint, endpoint } from '@/http/endpoint';
import { changePrivacy } from './change-privacy';
import { Privacy, PrivacyRequest } from './schemas';

export const performerEndpoints: Endpoint[] = [
  endpoint({
    operationId: 'changePrivacy',
    method: 'put',
    path: '/performer/privacy-settings',
    tag: 'performer',
    summary: 'Change my privacy: blocked countries, my viewer list, and my name as a viewer',
    description:
      'Only the fields you send change, and the response contains all settings; `{}` changes nothing. Open rooms apply ' +
      'new countries at once: viewers from there are removed (4403, `NOT_IN_YOUR_COUNTRY`).',
    who: 'performer',
    body: PrivacyRequest,
    response: Privacy,
    handler: (ctx, { actor, body }) => changePrivacy(ctx, actor.userId, body),
  }),
];
