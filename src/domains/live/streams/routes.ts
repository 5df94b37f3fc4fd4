/** Streams for everyone who watches: what is on, one stream, entering and leaving its room, tokens for the video. */
import { z } from '@hono/zod-openapi';
import { type Endpoint, endpoint } from '@/http/endpoint';
import { Nothing, pageQuery } from '@/http/envelope';
import { isUpgrade } from '@/http/socket';
import { chatEndpoints } from './chat-routes';
import { listLive, listStreams } from './discovery';
import { NOT_ADMITTED, NOT_HERE, NOT_READABLE, streamError } from './errors';
import { getStream, streamName } from './find';
import { enterRoom, joinStream } from './join';
import { leaveStream } from './leave';
import { presentStream } from './present';
import { FORMULA, listFollowing, listRecommended } from './recommend';
import {
  anId,
  Joined,
  LiveListQuery,
  LiveStreamPage,
  Stream,
  StreamPage,
  StreamSearchQuery,
  StreamToken,
  TokenRequest,
  ViewerList,
} from './schemas';
import { sessionEndpoints } from './session-routes';
import { issueViewerToken, tokenName } from './token';
import { listViewers } from './viewers';

const ById = z.strictObject({ id: anId });
const ByHost = z.strictObject({ hostId: anId });
const ByUsername = z.strictObject({ username: anId });

const watchEndpoints: Endpoint[] = [
  endpoint({
    operationId: 'listLiveStreams',
    method: 'get',
    path: '/stream/live',
    aliases: ['/viewer/live'],
    tag: 'stream',
    summary: 'All live streams',
    who: 'optional',
    query: LiveListQuery,
    response: LiveStreamPage,
    handler: (ctx, { actor, query }) => listLive(ctx, actor, query),
  }),
  endpoint({
    operationId: 'listRecommendedStreams',
    method: 'get',
    path: '/stream/recommended',
    aliases: ['/viewer/recommended'],
    tag: 'stream',
    summary: 'Live streams for you',
    description: FORMULA,
    who: 'optional',
    query: z.strictObject(pageQuery),
    response: StreamPage,
    handler: (ctx, { actor, query }) => listRecommended(ctx, actor, query),
  }),
  endpoint({
    operationId: 'listFollowedStreams',
    method: 'get',
    path: '/viewer/following',
    tag: 'viewer',
    summary: 'Live streams of the creators whom I follow or subscribe to, the most watched first',
    who: 'user',
    query: z.strictObject(pageQuery),
    response: StreamPage,
    handler: (ctx, { actor, query }) => listFollowing(ctx, actor, query),
  }),
  endpoint({
    operationId: 'searchStreams',
    method: 'get',
    path: '/viewer/search',
    tag: 'viewer',
    summary: 'Search streams, the newest first',
    who: 'optional',
    query: StreamSearchQuery,
    response: StreamPage,
    handler: (ctx, { actor, query }) => listStreams(ctx, actor, { ...query, sort: 'newest' }),
  }),
  endpoint({
    operationId: 'readStream',
    method: 'get',
    path: '/stream/{id}',
    tag: 'stream',
    summary: 'One stream',
    description: "By its id, or by a creator's username: the one that is live, else the newest.",
    who: 'optional',
    params: ById,
    response: Stream,
    refusals: NOT_HERE,
    handler: async (ctx, { actor, params }) => presentStream(await getStream(ctx, streamName(params.id), actor), actor),
  }),
  endpoint({
    operationId: 'readCreatorStream',
    method: 'get',
    path: '/viewer/stream/{username}',
    tag: 'viewer',
    summary: "A creator's stream",
    description: 'The one that is live, else the newest.',
    who: 'optional',
    params: ByUsername,
    response: Stream,
    refusals: NOT_HERE,
    handler: async (ctx, { actor, params }) => presentStream(await getStream(ctx, params, actor), actor),
  }),
];

const enterEndpoints: Endpoint[] = [
  endpoint({
    operationId: 'joinStream',
    method: 'post',
    path: '/stream/{id}/join',
    tag: 'stream',
    summary: 'Join: a pass for the room, its WebSocket URL, a token for the video',
    description: 'The pass is good once and for a minute. A scheduled stream has a waiting room.',
    who: 'optional',
    params: ById,
    response: Joined,
    refusals: NOT_ADMITTED,
    handler: (ctx, { actor, params, request }) =>
      joinStream(ctx, params.id, actor, request.headers.get('cf-connecting-ip') ?? undefined),
  }),
  endpoint({
    operationId: 'leaveStream',
    method: 'post',
    path: '/stream/{id}/leave',
    tag: 'stream',
    summary: 'Leave: closes your sockets in the room and takes you out of its video, from wherever you are',
    who: 'optional',
    params: ById,
    response: Nothing,
    refusals: [streamError.STREAM_NOT_FOUND],
    handler: (ctx, { actor, params }) => leaveStream(ctx, params.id, actor),
  }),
  endpoint({
    operationId: 'connectToRoom',
    method: 'get',
    path: '/stream/{id}/ws',
    tag: 'stream',
    summary: "The room's WebSocket",
    description:
      '`pass`: from joining, or the resume pass of the `welcome` frame; `since`: the last `seq` that you have. ' +
      'A refusal is an accepted socket that closes with 4401, 4403, 4404, 4429, 4430 or 4431.',
    who: 'optional',
    params: ById,
    // Not strict, and nothing required: whatever is wrong here must be told by a close code.
    query: z.object({ pass: z.string().optional(), since: z.string().optional() }),
    response: z.string(),
    contentType: 'application/json',
    refusals: [streamError.UPGRADE_REQUIRED, streamError.PASS_REQUIRED, streamError.PASS_INVALID],
    handler: (ctx, { params, query, request }) => {
      if (!isUpgrade(request)) throw streamError('UPGRADE_REQUIRED');
      return enterRoom(ctx, params.id, query, request);
    },
  }),
  endpoint({
    operationId: 'listViewers',
    method: 'get',
    path: '/stream/{id}/viewers',
    tag: 'stream',
    summary: 'Who is watching, unless the creator hides it',
    description: 'Whoever wants not to be named, or is not to be seen by you, is counted among the guests.',
    who: 'optional',
    params: ById,
    response: ViewerList,
    refusals: [...NOT_READABLE, streamError.VIEWERS_HIDDEN],
    handler: (ctx, { actor, params }) => listViewers(ctx, actor, params.id),
  }),
  endpoint({
    operationId: 'issueViewerToken',
    method: 'post',
    path: '/viewer/token',
    tag: 'viewer',
    summary: 'A token for the video of a stream; a guest gets an identity',
    who: 'optional',
    body: TokenRequest,
    response: StreamToken,
    refusals: [...NOT_ADMITTED, streamError.STREAM_NOT_LIVE],
    handler: (ctx, { actor, body }) => issueViewerToken(ctx, tokenName(body), actor),
  }),
  endpoint({
    operationId: 'issueHostToken',
    method: 'post',
    path: '/stream/token/{hostId}',
    tag: 'stream',
    summary: "A token for the video of a host's stream",
    who: 'optional',
    params: ByHost,
    response: StreamToken,
    refusals: [...NOT_ADMITTED, streamError.STREAM_NOT_LIVE],
    handler: (ctx, { actor, params }) => issueViewerToken(ctx, { creatorId: params.hostId }, actor),
  }),
];

export const streamEndpoints: Endpoint[] = [
  ...watchEndpoints,
  ...enterEndpoints,
  ...chatEndpoints,
  ...sessionEndpoints,
];
