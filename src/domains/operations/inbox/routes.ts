/** The inbox of staff. */
import { type Endpoint, endpoint } from '@/http/endpoint';
import { readInbox } from './read';
import { Inbox } from './schemas';

export const inboxEndpoints: Endpoint[] = [
  endpoint({
    operationId: 'readInbox',
    method: 'get',
    path: '/admin/inbox',
    tag: 'admin',
    summary: 'What waits for me, by kind, with counts',
    description: 'Lists the kinds that your permissions allow. A country admin sees what concerns their country.',
    who: 'staff',
    response: Inbox,
    handler: (ctx, { actor }) => readInbox(ctx, actor),
  }),
];
