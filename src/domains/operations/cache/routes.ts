/** Endpoints of what the platform keeps for a user and could make again. */
import { type Endpoint, endpoint } from '@/http/endpoint';
import { clearCache, readCacheSize } from './cache';
import { cacheError } from './errors';
import { CacheSize, ClearedCache } from './schemas';

export const cacheEndpoints: Endpoint[] = [
  endpoint({
    operationId: 'readCacheSize',
    method: 'get',
    path: '/settings/cache/size',
    tag: 'settings',
    summary: 'Size of what the platform keeps for me and can make again',
    who: 'user',
    response: CacheSize,
    handler: (ctx, { actor }) => readCacheSize(ctx, actor),
  }),
  endpoint({
    operationId: 'clearCache',
    method: 'post',
    path: '/settings/cache/clear',
    tag: 'settings',
    summary: 'Clear what the platform keeps for me and can make again',
    description:
      'Smaller sizes of your images are drawn again when someone asks for them, and you can ask for your data export ' +
      'again. At most three times a day, and 2,000 sizes of images at a time.',
    who: 'user',
    response: ClearedCache,
    refusals: [cacheError.CACHE_CLEARED_OFTEN],
    handler: (ctx, { actor }) => clearCache(ctx, actor),
  }),
];
