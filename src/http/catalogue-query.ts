/** What staff list of a catalogue: what is on offer, what is retired, or both. */
import { z } from '@hono/zod-openapi';
import { pageQuery } from './envelope';

export const CatalogueQuery = z.strictObject({
  ...pageQuery,
  active: z
    .enum(['true', 'false'])
    .transform((text) => text === 'true')
    .optional()
    .openapi({ description: '`true`: only what is on offer; `false`: only what is retired. Both by default.' }),
});

/** The times of an entry that staff keep. */
export const keptTimes = {
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
  retiredAt: z.iso.datetime().nullable().describe('Since when it is no longer sold. Null: it is on offer.'),
};
