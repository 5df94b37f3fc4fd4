/** Endpoints that start and end the show of a DJ or a performer. Both roles have the same two. */
import { NOT_HERE } from '@/domains/live/rooms/errors';
import { type Endpoint, endpoint } from '@/http/endpoint';
import { streamError } from './errors';
import { StageEnd, StageStart, StartedSession, Stream } from './schemas';
import { endShow, startShow } from './stage';

const ROLES = [
  { who: 'dj', name: 'Dj' },
  { who: 'performer', name: 'Performer' },
] as const;

export const stageEndpoints: Endpoint[] = ROLES.flatMap(({ who, name }) => [
  endpoint({
    operationId: `start${name}Stream`,
    method: 'post',
    path: `/${who}/start-stream`,
    tag: who,
    summary: 'Go live, and get a token to publish',
    description:
      'Starts the stream `streamId`; without it the one that you prepared, or a new one with the defaults of your ' +
      'channel. The other fields change its details. If you are live already, the answer is that stream, unchanged, with ' +
      'a new token; with the `streamId` of another one it is 409 `ALREADY_LIVE`, with `{ streamId }` of the live one in ' +
      'the details. Otherwise as `POST /sessions/{id}/start`.',
    who,
    body: StageStart,
    response: StartedSession,
    refusals: [
      ...NOT_HERE,
      streamError.NOT_YOUR_STREAM,
      streamError.ALREADY_LIVE,
      streamError.STREAM_ENDED,
      streamError.STREAM_CANCELLED,
      streamError.CHANGED_MEANWHILE,
    ],
    handler: (ctx, { actor, body }) => startShow(ctx, actor, body),
  }),
  endpoint({
    operationId: `end${name}Stream`,
    method: 'post',
    path: `/${who}/end-stream`,
    tag: who,
    summary: 'End my live stream',
    description:
      'Ends the stream `streamId`, also if it has ended already; without it the one that is live. Otherwise as ' +
      '`POST /sessions/{id}/end`.',
    who,
    body: StageEnd,
    response: Stream,
    refusals: [...NOT_HERE, streamError.NOT_YOUR_STREAM, streamError.STREAM_NOT_LIVE, streamError.CHANGED_MEANWHILE],
    handler: (ctx, { actor, body }) => endShow(ctx, actor, body),
  }),
]);
