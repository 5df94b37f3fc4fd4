/** Sessions: streams, under the name by which their creators plan and run them. */
import { z } from '@hono/zod-openapi';
import { NOT_ADMITTED, NOT_HERE } from '@/domains/live/rooms/errors';
import { anId, StreamToken } from '@/domains/live/rooms/schemas';
import { type Endpoint, endpoint } from '@/http/endpoint';
import { listStreams } from './discovery';
import { streamError } from './errors';
import { NewSession, SessionChanges, StartedSession, Stream, StreamListQuery, StreamPage } from './schemas';
import { cancelSession, changeSession, createSession, endSession, startSession } from './sessions';
import { issueToken } from './token';

const ById = z.strictObject({ id: anId });

export const sessionEndpoints: Endpoint[] = [
  endpoint({
    operationId: 'listSessions',
    method: 'get',
    path: '/sessions',
    tag: 'session',
    summary: 'List sessions',
    who: 'optional',
    query: StreamListQuery,
    response: StreamPage,
    handler: (ctx, { actor, query }) => listStreams(ctx, actor, query),
  }),
  endpoint({
    operationId: 'createSession',
    method: 'post',
    path: '/sessions',
    tag: 'session',
    summary: 'Create or schedule a session',
    who: 'creator',
    body: NewSession,
    response: Stream,
    status: 201,
    refusals: [streamError.TOO_MANY_SCHEDULED, streamError.CHANGED_MEANWHILE],
    handler: (ctx, { actor, body }) => createSession(ctx, actor, body),
  }),
  endpoint({
    operationId: 'changeSession',
    method: 'put',
    path: '/sessions/{id}',
    tag: 'session',
    summary: 'Update a session',
    description: 'Fields that are left out stay the same. Viewers of a live session are notified.',
    who: 'creator',
    params: ById,
    body: SessionChanges,
    response: Stream,
    refusals: [
      ...NOT_HERE,
      streamError.NOT_YOUR_STREAM,
      streamError.STREAM_STARTED,
      streamError.STREAM_ENDED,
      streamError.STREAM_CANCELLED,
      streamError.CHANGED_MEANWHILE,
    ],
    handler: (ctx, { actor, params, body }) => changeSession(ctx, actor, params.id, body),
  }),
  endpoint({
    operationId: 'cancelSession',
    method: 'delete',
    path: '/sessions/{id}',
    tag: 'session',
    summary: 'Cancel a session that has not begun',
    who: 'creator',
    params: ById,
    response: Stream,
    refusals: [...NOT_HERE, streamError.NOT_YOUR_STREAM, streamError.STREAM_STARTED, streamError.CHANGED_MEANWHILE],
    handler: (ctx, { actor, params }) => cancelSession(ctx, actor, params.id),
  }),
  endpoint({
    operationId: 'startSession',
    method: 'post',
    path: '/sessions/{id}/start',
    tag: 'session',
    summary: 'Go live, and get a token to publish',
    description:
      'Idempotent. If nothing is published for five minutes, the stream is `reconnecting`, and ' +
      'ends after the grace period.',
    who: 'creator',
    params: ById,
    response: StartedSession,
    refusals: [
      ...NOT_HERE,
      streamError.NOT_YOUR_STREAM,
      streamError.ALREADY_LIVE,
      streamError.STREAM_ENDED,
      streamError.STREAM_CANCELLED,
      streamError.CHANGED_MEANWHILE,
    ],
    handler: (ctx, { actor, params }) => startSession(ctx, actor, params.id),
  }),
  endpoint({
    operationId: 'endSession',
    method: 'post',
    path: '/sessions/{id}/end',
    tag: 'session',
    summary: 'End a session',
    who: 'creator',
    params: ById,
    response: Stream,
    refusals: [...NOT_HERE, streamError.NOT_YOUR_STREAM, streamError.STREAM_NOT_LIVE, streamError.CHANGED_MEANWHILE],
    handler: (ctx, { actor, params }) => endSession(ctx, actor, params.id),
  }),
  endpoint({
    operationId: 'issueSessionToken',
    method: 'post',
    path: '/sessions/{id}/token',
    tag: 'session',
    summary: 'Get a token for the video: the creator may publish, others may watch',
    who: 'optional',
    params: ById,
    response: StreamToken,
    refusals: [...NOT_ADMITTED, streamError.STREAM_NOT_LIVE],
    handler: (ctx, { actor, params }) => issueToken(ctx, params, actor),
  }),
];
