/** Wire shapes of the export and of deletion. */
import { z } from '@hono/zod-openapi';

export const DeletionRequest = z.strictObject({ password: z.string().min(1).max(1_000) }).openapi('DeletionRequest');

export const Deletion = z
  .object({ deletesAt: z.string().openapi({ description: 'Whoever signs in before keeps the account.' }) })
  .openapi('Deletion');

export const Export = z
  .record(z.string(), z.array(z.record(z.string(), z.unknown())))
  .openapi('Export', { description: 'By name, all rows of a kind: `profile`, `posts`, `purchases`, …' });

export const LargeExport = z
  .object({
    status: z.enum(['preparing', 'ready']),
    requestedAt: z.string(),
    readyAt: z.string().nullable(),
    expiresAt: z
      .string()
      .nullable()
      .openapi({ description: 'Of one that is ready: when its file is deleted, or before if another is begun.' }),
    url: z
      .string()
      .nullable()
      .openapi({ description: 'Of one that is ready: good for five minutes. Ask again for another.' }),
  })
  .openapi('LargeExport', { description: 'Too large for one answer: written apart, and mailed to you as a link.' });
