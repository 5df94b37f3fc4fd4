/** Streams for everyone who watches: what is on, one stream, entering and leaving its room. */
import { z } from '@hono/zod-openapi';
import { type Endpoint, endpoint } from '@/http/endpoint';
import { Nothing } from '@/http/envelope';
import { leaveStream } from './leave';

const StreamId = z.object({ id: z.string().min(1).max(64) });

export const streamEndpoints: Endpoint[] = [
  endpoint({
    method: 'post',
    path: '/stream/{id}/leave',
    tag: 'stream',
    summary: 'Leave: closes your sockets in the room',
    who: 'optional',
    params: StreamId,
    response: Nothing,
    handler: (ctx, { actor, params }) => leaveStream(ctx, params.id, actor),
  }),
];
