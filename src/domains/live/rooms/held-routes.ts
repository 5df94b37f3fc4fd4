/** Messages that wait for a moderator. The socket offers the same. */
import { z } from '@hono/zod-openapi';
import { type Endpoint, endpoint } from '@/http/endpoint';
import { decodeCursor } from '@/http/envelope';
import { ChatQuery } from './chat-schemas';
import { roomError } from './errors';
import { HELD_CURSOR, listHeld, resolveHeld } from './held';
import { HeldDecision, HeldPage, HeldParams, HeldRequest } from './held-schemas';
import { anId } from './schemas';

const NOT_DECIDED = [roomError.STREAM_NOT_FOUND, roomError.NOT_MODERATOR];

export const heldEndpoints: Endpoint[] = [
  endpoint({
    operationId: 'listHeldMessages',
    method: 'get',
    path: '/stream/{id}/held',
    tag: 'stream',
    summary: 'Messages that wait for a moderator, oldest first',
    description: 'For the creator, their moderators, and staff (`canDeleteMessages` or `canKickUsers`).',
    who: 'user',
    fresh: true,
    params: z.strictObject({ id: anId }),
    query: ChatQuery,
    response: HeldPage,
    refusals: NOT_DECIDED,
    handler: (ctx, { actor, params, query: { cursor, perPage } }) => {
      const after = cursor === undefined ? null : decodeCursor(HELD_CURSOR, z.tuple([z.int(), z.string()]), cursor);
      return listHeld(ctx, actor, params.id, { after, perPage });
    },
  }),
  endpoint({
    operationId: 'resolveHeldMessage',
    method: 'post',
    path: '/stream/{id}/held/{messageId}',
    tag: 'stream',
    summary: 'Let a waiting message pass, or drop it',
    description:
      'The first decision stands: the same again has the same answer, another one is `HELD_DECIDED`, whose details ' +
      'say what was decided and by whom.',
    who: 'user',
    staffToo: true,
    params: HeldParams,
    body: HeldRequest,
    response: HeldDecision,
    refusals: [...NOT_DECIDED, roomError.MESSAGE_NOT_FOUND, roomError.HELD_DECIDED, roomError.OUT_OF_YOUR_REACH],
    handler: (ctx, { actor, params: { id, messageId }, body }) =>
      resolveHeld(ctx, actor, id, { messageId: messageId.toLowerCase(), action: body.action }),
  }),
];
