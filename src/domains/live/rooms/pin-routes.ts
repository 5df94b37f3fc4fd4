/** What is pinned in a room. */
import { z } from '@hono/zod-openapi';
import { type Endpoint, endpoint } from '@/http/endpoint';
import { Nothing } from '@/http/envelope';
import { roomError } from './errors';
import { pin, unpin } from './pin';
import { Pin, ToPin } from './pin-schemas';
import { anId } from './schemas';

const ById = z.strictObject({ id: anId });

const REFUSED = [
  roomError.STREAM_NOT_FOUND,
  roomError.NOT_MODERATOR,
  roomError.STREAM_ENDED,
  roomError.STREAM_CANCELLED,
  roomError.ROOM_CLOSED,
];

export const pinEndpoints: Endpoint[] = [
  endpoint({
    operationId: 'pinMessage',
    method: 'put',
    path: '/stream/{id}/pin',
    tag: 'stream',
    summary: 'Pin a message or an announcement',
    description:
      'For the creator, their moderators, and staff (`canKickUsers`). Replaces what was pinned; a repeat tells nobody. ' +
      'Everyone gets `message-pinned`, and those who come later `pin` in `welcome`. It is taken down when the message ' +
      'is deleted or hidden.',
    who: 'user',
    staffToo: true,
    params: ById,
    body: ToPin,
    response: Pin,
    refusals: [...REFUSED, roomError.MESSAGE_NOT_FOUND],
    handler: (ctx, { actor, params, body: { messageId, text = '' } }) =>
      pin(ctx, actor, params.id, messageId === undefined ? { text } : { messageId }),
  }),
  endpoint({
    operationId: 'unpinMessage',
    method: 'delete',
    path: '/stream/{id}/pin',
    tag: 'stream',
    summary: 'Take down what is pinned',
    description: 'Idempotent.',
    who: 'user',
    staffToo: true,
    params: ById,
    response: Nothing,
    refusals: REFUSED,
    handler: async (ctx, { actor, params }) => {
      await unpin(ctx, actor, params.id);
      return {};
    },
  }),
];
