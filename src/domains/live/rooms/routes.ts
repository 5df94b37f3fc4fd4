/** Rooms: join, leave, viewers, video tokens; and chat and moderation. */
import { z } from '@hono/zod-openapi';
import { streamName } from '@/domains/base/visibility/named-stream';
import { type Endpoint, endpoint } from '@/http/endpoint';
import { Nothing } from '@/http/envelope';
import { aToken } from '@/http/fields';
import { isUpgrade } from '@/http/socket';
import { chatEndpoints } from './chat-routes';
import { NOT_ADMITTED, NOT_READABLE, roomError } from './errors';
import { heldEndpoints } from './held-routes';
import { enterRoom, joinRoom } from './join';
import { leaveRoom } from './leave';
import { pinEndpoints } from './pin-routes';
import { pollEndpoints } from './poll-routes';
import { anId, Joined, JoinRequest, StreamToken, TokenRequest, ViewerList } from './schemas';
import { issueViewerToken, tokenName } from './token';
import { listViewers } from './viewers';

const ById = z.strictObject({ id: anId });
/** A resume pass is a signed token. */
const PASS_CHARACTERS_MAX = 4_000;
const ByHost = z.strictObject({ hostId: anId });

const enterEndpoints: Endpoint[] = [
  endpoint({
    operationId: 'joinStream',
    method: 'post',
    path: '/stream/{id}/join',
    tag: 'stream',
    summary: 'Join: get a pass for the room, its WebSocket URL and a video token',
    description: 'The pass works once, within a minute. A scheduled stream has a waiting room.',
    who: 'optional',
    params: ById,
    body: JoinRequest,
    response: Joined,
    refusals: NOT_ADMITTED,
    handler: (ctx, { actor, params, body, request }) => {
      const address = request.headers.get('cf-connecting-ip') ?? undefined;
      return joinRoom(ctx, streamName(params.id), actor, { ...body, address });
    },
  }),
  endpoint({
    operationId: 'leaveStream',
    method: 'post',
    path: '/stream/{id}/leave',
    tag: 'stream',
    summary: 'Leave: closes your sockets in the room and removes you from its video; works from any country',
    who: 'optional',
    params: ById,
    response: Nothing,
    refusals: [roomError.STREAM_NOT_FOUND],
    handler: (ctx, { actor, params }) => leaveRoom(ctx, params.id, actor),
  }),
  endpoint({
    operationId: 'connectToRoom',
    method: 'get',
    path: '/stream/{id}/ws',
    duringMaintenance: true, // open rooms stay readable, and whoever was in one may come back
    tag: 'stream',
    summary: "The room's WebSocket",
    description:
      '`pass`: from joining, or the resume pass from the `welcome` frame. `since`: the last `seq` you have. ' +
      'A refused socket is accepted, then closed with 4401, 4403, 4404, 4429, 4430 or 4431.',
    who: 'optional',
    params: ById,
    // Not strict, and nothing is required, because a client can only read a close code.
    query: z.object({ pass: aToken(PASS_CHARACTERS_MAX).optional(), since: aToken(PASS_CHARACTERS_MAX).optional() }),
    response: z.string(),
    contentType: 'application/json',
    refusals: [roomError.UPGRADE_REQUIRED, roomError.PASS_REQUIRED, roomError.PASS_INVALID],
    handler: (ctx, { params, query, request }) => {
      if (!isUpgrade(request)) throw roomError('UPGRADE_REQUIRED');
      return enterRoom(ctx, params.id, query, request);
    },
  }),
  endpoint({
    operationId: 'listViewers',
    method: 'get',
    path: '/stream/{id}/viewers',
    tag: 'stream',
    summary: 'List who is watching, unless the creator hides it',
    description: 'Users who do not want to be named, or whom you cannot see, count as guests.',
    who: 'optional',
    params: ById,
    response: ViewerList,
    refusals: [...NOT_READABLE, roomError.VIEWERS_HIDDEN],
    handler: (ctx, { actor, params }) => listViewers(ctx, actor, params.id),
  }),
  endpoint({
    operationId: 'issueViewerToken',
    method: 'post',
    path: '/viewer/token',
    tag: 'viewer',
    summary: "Get a token for a stream's video; a guest gets an identity",
    who: 'optional',
    body: TokenRequest,
    response: StreamToken,
    refusals: [...NOT_ADMITTED, roomError.STREAM_NOT_LIVE, roomError.ADDRESS_BANNED],
    handler: (ctx, { actor, body }) => issueViewerToken(ctx, tokenName(body), actor),
  }),
  endpoint({
    operationId: 'issueHostToken',
    method: 'post',
    path: '/stream/token/{hostId}',
    tag: 'stream',
    summary: "Get a token for the video of a host's stream",
    who: 'optional',
    params: ByHost,
    response: StreamToken,
    refusals: [...NOT_ADMITTED, roomError.STREAM_NOT_LIVE, roomError.ADDRESS_BANNED],
    handler: (ctx, { actor, params }) => issueViewerToken(ctx, { creatorId: params.hostId }, actor),
  }),
];

export const roomEndpoints: Endpoint[] = [
  ...enterEndpoints,
  ...chatEndpoints,
  ...heldEndpoints,
  ...pinEndpoints,
  ...pollEndpoints,
];
