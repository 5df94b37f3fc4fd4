/** Wire shapes of the cache. */
import { z } from '@hono/zod-openapi';

export const CacheSize = z
  .object({
    bytes: z.int(),
    items: z.array(z.object({ kind: z.string(), bytes: z.int() })),
  })
  .openapi('CacheSize', {
    description: 'Smaller sizes of your images, by the kind of image, and your last data export (`export`).',
  });

export const ClearedCache = z.object({ freedBytes: z.int() }).openapi('ClearedCache');
