/** Streams for viewers: lists, and one stream. */
import { z } from '@hono/zod-openapi';
import { streamName } from '@/domains/base/visibility/named-stream';
import { NOT_HERE } from '@/domains/live/rooms/errors';
import { anId } from '@/domains/live/rooms/schemas';
import { type Endpoint, endpoint } from '@/http/endpoint';
import { pageQuery } from '@/http/envelope';
import { listLive, listStreams } from './discovery';
import { getStream } from './find';
import { presentStream } from './present';
import { FORMULA, listFollowing, listRecommended } from './recommend';
import { LiveListQuery, LiveStreamPage, Stream, StreamPage, StreamSearchQuery } from './schemas';
import { sessionEndpoints } from './session-routes';

const ById = z.strictObject({ id: anId });
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
    summary: 'Live streams of creators I follow or subscribe to, most watched first',
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
    summary: 'Search streams, newest first',
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
    description: "By its id; or by a creator's username, for their live stream or else their newest.",
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
    description: 'The live stream, or else the newest.',
    who: 'optional',
    params: ByUsername,
    response: Stream,
    refusals: NOT_HERE,
    handler: async (ctx, { actor, params }) => presentStream(await getStream(ctx, params, actor), actor),
  }),
];

export const streamEndpoints: Endpoint[] = [...watchEndpoints, ...sessionEndpoints];
