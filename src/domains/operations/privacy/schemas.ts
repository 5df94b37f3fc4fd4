/** Wire shapes of the data export and of account deletion. */
import { z } from '@hono/zod-openapi';

export const DeletionRequest = z.strictObject({ password: z.string().min(1).max(1_000) }).openapi('DeletionRequest');

export const Deletion = z
  .object({ deletesAt: z.string().openapi({ description: 'Signing in before then cancels the deletion.' }) })
  .openapi('Deletion');

export const Export = z
  .record(z.string(), z.array(z.record(z.string(), z.unknown())))
  .openapi('Export', { description: 'All rows, listed by kind: `profile`, `posts`, `purchases`, …' });

export const LargeExport = z
  .object({
    status: z.enum(['preparing', 'ready']),
    requestedAt: z.string(),
    readyAt: z.string().nullable(),
    expiresAt: z
      .string()
      .nullable()
      .openapi({ description: 'When the file is deleted, or earlier if another export starts; null until ready.' }),
    url: z
      .string()
      .nullable()
      .openapi({ description: 'Works for five minutes; request it again for a new one. Null until ready.' }),
  })
  .openapi('LargeExport', { description: 'An export too large for one response: prepared, then mailed as a link.' });
