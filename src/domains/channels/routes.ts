/** A creator's own channel and stream key. Everything here is the caller's: no path names somebody else's channel. */
import { type Endpoint, endpoint } from '@/http/endpoint';
import { reply } from '@/http/envelope';
import { getCredentials } from './credentials';
import { Ingress } from './schemas';

/** Whoever may not read the key must not find it in a cache. */
const NOT_STORED = { headers: { 'Cache-Control': 'no-store' } };

export const channelEndpoints: Endpoint[] = [
  endpoint({
    method: 'get',
    path: '/stream/credentials',
    tag: 'stream',
    summary: 'My server URL and stream key',
    who: 'creator',
    response: Ingress,
    refusals: { 404: 'INGRESS_NOT_FOUND' },
    handler: async (ctx, { actor }) => reply(await getCredentials(ctx, actor.userId), NOT_STORED),
  }),
];
