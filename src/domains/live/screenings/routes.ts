/** Cinema: a video that everyone in a room watches at the same position. */
import { z } from '@hono/zod-openapi';
import { NOT_ADMITTED, NOT_READABLE, roomError } from '@/domains/live/rooms/errors';
import { anId } from '@/domains/live/rooms/schemas';
import { type Endpoint, endpoint } from '@/http/endpoint';
import { Nothing } from '@/http/envelope';
import { screeningError } from './errors';
import { JoinedScreening, Session, StartScreening, SyncScreening, Viewers, ViewersQuery } from './schemas';
import { joinScreening, readSession, startScreening, stopScreening, syncScreening } from './screenings';
import { listScreeningViewers } from './viewers';

const ByRoom = z.strictObject({ roomId: anId });

/** Refusals of an act on a screening, beside its own. */
const NOT_LIVE = [...NOT_ADMITTED, roomError.STREAM_NOT_LIVE];
const NOT_CONTROLLED = [
  screeningError.NOT_IN_CONTROL,
  roomError.NOT_IN_ROOM,
  roomError.TIMED_OUT,
  roomError.TOO_FAST,
  roomError.NO_SCREENING,
];

export const screeningEndpoints: Endpoint[] = [
  endpoint({
    operationId: 'startScreening',
    method: 'post',
    path: '/cinema/rooms/{roomId}/start',
    tag: 'cinema',
    summary: "Start a screening in a live room, or go on to the queue's first video",
    description:
      'A video is started by the host of the room, one at a time. It plays at once. `{ "next": true }` takes the first ' +
      'video of the queue, also while another one runs; those who control the screening may do it too.',
    who: 'user',
    params: ByRoom,
    body: StartScreening,
    response: Session,
    refusals: [
      ...NOT_LIVE,
      ...NOT_CONTROLLED,
      screeningError.HOST_ONLY,
      screeningError.VIDEO_URL_INVALID,
      screeningError.SUBTITLES_URL_INVALID,
      roomError.SCREENING_RUNNING,
      roomError.QUEUE_EMPTY,
    ],
    handler: (ctx, { actor, params, body }) => startScreening(ctx, actor, params.roomId, body),
  }),
  endpoint({
    operationId: 'readScreening',
    method: 'get',
    path: '/cinema/rooms/{roomId}/session',
    tag: 'cinema',
    summary: 'The screening that runs in a room, and the queue after it',
    who: 'user',
    params: ByRoom,
    response: Session,
    refusals: [...NOT_READABLE, roomError.NO_SCREENING],
    handler: (ctx, { actor, params }) => readSession(ctx, actor, params.roomId),
  }),
  endpoint({
    operationId: 'syncScreening',
    method: 'post',
    path: '/cinema/rooms/{roomId}/sync',
    tag: 'cinema',
    summary: 'Play, pause, seek or change the rate for everyone',
    description:
      'For the host, and for people in the room whom the host lets control the screening. The frame `cinema-sync` does ' +
      'the same. A position that is true already tells nobody.',
    who: 'user',
    params: ByRoom,
    body: SyncScreening,
    response: Session,
    refusals: [...NOT_LIVE, ...NOT_CONTROLLED, roomError.SCREENING_CHANGED],
    handler: (ctx, { actor, params, body }) => syncScreening(ctx, actor, params.roomId, body),
  }),
  endpoint({
    operationId: 'joinScreening',
    method: 'post',
    path: '/cinema/rooms/{roomId}/join',
    tag: 'cinema',
    summary: 'Join the room of a screening: everyone in it is a viewer',
    description: 'Answers what joining the room answers, with the screening.',
    who: 'user',
    params: ByRoom,
    response: JoinedScreening,
    refusals: [...NOT_ADMITTED, roomError.NO_SCREENING],
    handler: (ctx, { actor, params, request }) =>
      joinScreening(ctx, actor, params.roomId, request.headers.get('cf-connecting-ip') ?? undefined),
  }),
  endpoint({
    operationId: 'stopScreening',
    method: 'post',
    path: '/cinema/rooms/{roomId}/stop',
    tag: 'cinema',
    summary: 'End the screening; its queue stays',
    who: 'user',
    params: ByRoom,
    response: Nothing,
    refusals: [...NOT_LIVE, screeningError.HOST_ONLY],
    handler: (ctx, { actor, params }) => stopScreening(ctx, actor, params.roomId),
  }),
  endpoint({
    operationId: 'listScreeningViewers',
    method: 'get',
    path: '/cinema/rooms/{roomId}/viewers',
    tag: 'cinema',
    summary: 'List who watches a screening, and whether their players are ready',
    who: 'user',
    params: ByRoom,
    query: ViewersQuery,
    response: Viewers,
    refusals: [...NOT_READABLE, roomError.VIEWERS_HIDDEN, roomError.NO_SCREENING],
    handler: (ctx, { actor, params, query }) => listScreeningViewers(ctx, actor, params.roomId, query),
  }),
];
