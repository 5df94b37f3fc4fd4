/** A room's chat and moderation over HTTP. The socket offers the same chat. */
import { z } from '@hono/zod-openapi';
import type { Context } from '@/contracts/context';
import { type Endpoint, endpoint } from '@/http/endpoint';
import { decodeCursor, Nothing, reply } from '@/http/envelope';
import type { Viewer } from '@/shared/actor';
import { CHAT_CURSOR, readChat, sendChat } from './chat';
import {
  ChatMessage,
  ChatPageShape,
  ChatQuery,
  Moderation,
  ModerationList,
  ModerationLog,
  ModerationQuery,
  NewMessage,
  NewStreamMessage,
} from './chat-schemas';
import { NOT_ADMITTED, NOT_MODERATED, NOT_READABLE, roomError } from './errors';
import { moderate } from './moderation';
import { listModeration } from './moderation-list';
import { LOG_CURSOR, readModerationLog } from './moderation-log';
import { anId } from './schemas';

const ById = z.strictObject({ id: anId });
const ByStreamId = z.strictObject({ streamId: anId });

/** Refusals of the door, then of the room's own policy (`judge`). */
const SAYING_REFUSED = [
  ...NOT_ADMITTED,
  roomError.ROOM_CLOSED,
  roomError.TIMED_OUT,
  roomError.MESSAGE_INVALID,
  roomError.REPLY_NOT_FOUND,
  roomError.CHAT_DISABLED,
  roomError.BLOCKED_WORDS,
  roomError.LINKS_NOT_ALLOWED,
  roomError.EMOTES_ONLY,
  roomError.FOLLOW_TOO_NEW,
  roomError.ACCOUNT_TOO_NEW,
  roomError.TOO_MANY_HELD,
  roomError.DUPLICATE_MESSAGE,
  roomError.SLOW_MODE,
  roomError.TOO_FAST,
];
const HISTORY =
  'Newest first. The newest page is up to a second old, older ones up to a minute. If you are signed in, ' +
  'messages across a block are left out, so a page may be short and still have a next one.';

async function history(ctx: Context, actor: Viewer, id: string, { cursor, perPage }: z.output<typeof ChatQuery>) {
  const [before] = cursor === undefined ? [null] : decodeCursor(CHAT_CURSOR, z.tuple([z.int().min(1)]), cursor);
  const { data, cacheControl } = await readChat(ctx, actor, id, before, perPage);
  return reply(data, { headers: { 'Cache-Control': cacheControl } });
}

export const chatEndpoints: Endpoint[] = [
  endpoint({
    operationId: 'sendStreamMessage',
    method: 'post',
    path: '/stream/chat/message',
    tag: 'stream',
    summary: 'Send a chat message',
    who: 'user',
    body: NewStreamMessage,
    response: ChatMessage,
    status: 201,
    refusals: SAYING_REFUSED,
    handler: (ctx, { actor, body: { streamId, ...message } }) => sendChat(ctx, actor, streamId, message),
  }),
  endpoint({
    operationId: 'listStreamMessages',
    method: 'get',
    path: '/stream/chat/{streamId}',
    tag: 'stream',
    summary: 'Chat history',
    description: HISTORY,
    who: 'optional',
    params: ByStreamId,
    query: ChatQuery,
    response: ChatPageShape,
    refusals: NOT_READABLE,
    handler: (ctx, { actor, params, query }) => history(ctx, actor, params.streamId, query),
  }),
  endpoint({
    operationId: 'sendSessionMessage',
    method: 'post',
    path: '/sessions/{id}/chat',
    tag: 'session',
    summary: 'Send a chat message',
    who: 'user',
    params: ById,
    body: NewMessage,
    response: ChatMessage,
    status: 201,
    refusals: SAYING_REFUSED,
    handler: (ctx, { actor, params, body }) => sendChat(ctx, actor, params.id, body),
  }),
  endpoint({
    operationId: 'listSessionMessages',
    method: 'get',
    path: '/sessions/{id}/chat',
    tag: 'session',
    summary: 'Chat history',
    description: HISTORY,
    who: 'optional',
    params: ById,
    query: ChatQuery,
    response: ChatPageShape,
    refusals: NOT_READABLE,
    handler: (ctx, { actor, params, query }) => history(ctx, actor, params.id, query),
  }),
  endpoint({
    operationId: 'moderateUser',
    method: 'post',
    path: '/stream/{id}/moderation',
    tag: 'stream',
    summary: 'Time out, kick, ban or unban a user',
    description:
      'For the creator, their moderators, and staff (`canKickUsers`; `canBanUsers` for bans). Time-outs and kicks apply ' +
      'to this room; a ban applies to the channel until it is lifted.',
    who: 'user',
    staffToo: true,
    params: ById,
    body: Moderation,
    response: Nothing,
    refusals: NOT_MODERATED,
    handler: async (ctx, { actor, params, body }) => {
      await moderate(ctx, actor, params.id, body);
      return {};
    },
  }),
  endpoint({
    operationId: 'listModeration',
    method: 'get',
    path: '/stream/{id}/moderation',
    tag: 'stream',
    summary: 'List users who are timed out or banned, and why',
    who: 'user',
    fresh: true,
    params: ById,
    query: ModerationQuery,
    response: ModerationList,
    refusals: [roomError.STREAM_NOT_FOUND, roomError.NOT_MODERATOR],
    handler: (ctx, { actor, params, query }) => listModeration(ctx, actor, params.id, query),
  }),
  endpoint({
    operationId: 'readModerationLog',
    method: 'get',
    path: '/stream/{id}/moderation/log',
    tag: 'stream',
    summary: 'Who did what to whom, with the text',
    description:
      'Newest first. For the creator, their moderators, and staff (`canKickUsers` or `canBanUsers`). It is kept as long as ' +
      'the chat: until 30 days after the end. Moderators in the room also get each entry as a `moderation-logged` event.',
    who: 'user',
    fresh: true,
    params: ById,
    query: ChatQuery,
    response: ModerationLog,
    refusals: [roomError.STREAM_NOT_FOUND, roomError.NOT_MODERATOR],
    handler: (ctx, { actor, params, query: { cursor, perPage } }) => {
      const [before] = cursor === undefined ? [null] : decodeCursor(LOG_CURSOR, z.tuple([z.int().min(1)]), cursor);
      return readModerationLog(ctx, actor, params.id, before, perPage);
    },
  }),
];
