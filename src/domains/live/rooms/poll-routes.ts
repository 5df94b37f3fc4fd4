/** Polls in a room. */
import { z } from '@hono/zod-openapi';
import { type Endpoint, endpoint } from '@/http/endpoint';
import { NOT_ADMITTED, roomError } from './errors';
import { NewPoll, Poll, Vote, Voted } from './poll-schemas';
import { endPoll, startPoll, vote } from './polls';
import { anId } from './schemas';

const ById = z.strictObject({ id: anId });
const ByPoll = z.strictObject({ id: anId, pollId: anId });

export const pollEndpoints: Endpoint[] = [
  endpoint({
    operationId: 'startPoll',
    method: 'post',
    path: '/stream/{id}/polls',
    tag: 'stream',
    summary: 'Start a poll',
    description:
      'For the creator and their moderators; one at a time. Everyone gets `poll-started`, then `poll-updated` at most ' +
      'once a second while votes come, and `poll-ended` with the result. It ends with the stream at the latest.',
    who: 'user',
    params: ById,
    body: NewPoll,
    response: Poll,
    status: 201,
    refusals: [
      roomError.STREAM_NOT_FOUND,
      roomError.NOT_IN_CHARGE,
      roomError.STREAM_ENDED,
      roomError.STREAM_CANCELLED,
      roomError.ROOM_CLOSED,
      roomError.POLL_RUNNING,
      roomError.TOO_MANY_POLLS,
    ],
    handler: (ctx, { actor, params, body }) => startPoll(ctx, actor, params.id, body),
  }),
  endpoint({
    operationId: 'endPoll',
    method: 'put',
    path: '/stream/{id}/polls/{pollId}/end',
    tag: 'stream',
    summary: 'End a poll before its time',
    description: 'Idempotent. The results of ended polls are in `GET /sessions/{id}`.',
    who: 'user',
    params: ByPoll,
    response: Poll,
    refusals: [roomError.STREAM_NOT_FOUND, roomError.NOT_IN_CHARGE, roomError.POLL_NOT_FOUND],
    handler: (ctx, { actor, params }) => endPoll(ctx, actor, params.id, params.pollId),
  }),
  endpoint({
    operationId: 'castVote',
    method: 'post',
    path: '/stream/{id}/polls/{pollId}/vote',
    tag: 'stream',
    summary: 'Vote in a poll, or change your vote',
    description: 'One vote a person, until the poll ends. The rules for chat do not apply, but a time-out does.',
    who: 'user',
    params: ByPoll,
    body: Vote,
    response: Voted,
    refusals: [
      ...NOT_ADMITTED,
      roomError.TIMED_OUT,
      roomError.POLL_NOT_FOUND,
      roomError.POLL_ENDED,
      roomError.OPTION_NOT_FOUND,
    ],
    handler: (ctx, { actor, params, body: { option } }) =>
      vote(ctx, actor, { roomId: params.id, pollId: params.pollId, option }),
  }),
];
