/** Endpoints for the chat with support. Its WebSocket is that of any room: `/stream/{id}/ws`. */
import { z } from '@hono/zod-openapi';
import { type Endpoint, endpoint } from '@/http/endpoint';
import { supportChatError } from './errors';
import { joinSupport } from './join';
import { listSupportMessages } from './messages';
import { sendToSupport } from './post';
import { readSupportMessages } from './read';
import {
  anId,
  NewSupportMessage,
  SupportJoin,
  SupportJoined,
  SupportMessage,
  SupportMessages,
  SupportMessagesQuery,
  SupportRead,
  SupportThreads,
  SupportThreadsQuery,
} from './schemas';
import { listSupportThreads } from './threads';

export const supportChatEndpoints: Endpoint[] = [
  endpoint({
    operationId: 'sendToSupport',
    method: 'post',
    path: '/support/chat/send',
    tag: 'support',
    summary: 'Send a message to support; staff answer by naming a thread',
    description:
      'Five messages at once, then one in 1.5 seconds. Writing also marks what the other side wrote as read.',
    who: 'user',
    staffToo: true,
    body: NewSupportMessage,
    response: SupportMessage,
    status: 201,
    refusals: [supportChatError.THREAD_NOT_FOUND, supportChatError.TOO_FAST],
    handler: (ctx, { actor, body }) => sendToSupport(ctx, actor, body),
  }),
  endpoint({
    operationId: 'listSupportMessages',
    method: 'get',
    path: '/support/chat/messages',
    tag: 'support',
    summary: 'Messages of my chat with support, newest first',
    description: 'Staff with `canManageTickets` name a thread. Empty before the first message.',
    who: 'user',
    fresh: true,
    query: SupportMessagesQuery,
    response: SupportMessages,
    refusals: [supportChatError.THREAD_NOT_FOUND],
    handler: (ctx, { actor, query }) => listSupportMessages(ctx, actor, query),
  }),
  endpoint({
    operationId: 'readSupportMessages',
    method: 'put',
    path: '/support/chat/{id}/read',
    tag: 'support',
    summary: 'Mark a message and all before it as read',
    who: 'user',
    params: z.strictObject({ id: anId }),
    response: SupportRead,
    refusals: [supportChatError.MESSAGE_NOT_FOUND],
    handler: (ctx, { actor, params: { id } }) => readSupportMessages(ctx, actor, id),
  }),
  endpoint({
    operationId: 'joinSupportChat',
    method: 'post',
    path: '/support/chat/join',
    tag: 'support',
    summary: 'Enter the room of my chat with support; staff name a thread',
    description:
      'Connect to `wsUrl` as to a stream. Frames in: `send-message`, `typing`, `read` with a `messageId`, `ping`. ' +
      'Events out: `support-message` with a `seq`, `support-read`, `support-typing`. A frame has at most 4 KB: send ' +
      'longer texts over HTTP.',
    who: 'user',
    staffToo: true,
    body: SupportJoin,
    response: SupportJoined,
    refusals: [supportChatError.THREAD_NOT_FOUND],
    handler: (ctx, { actor, body }) => joinSupport(ctx, actor, body.threadId),
  }),
  endpoint({
    operationId: 'listSupportThreads',
    method: 'get',
    path: '/support/chat/threads',
    tag: 'support',
    summary: 'Support chats: those that wait for an answer first, longest waiting before the others',
    who: { permission: 'canManageTickets' },
    query: SupportThreadsQuery,
    response: SupportThreads,
    handler: (ctx, { actor, query }) => listSupportThreads(ctx, actor, query),
  }),
];
