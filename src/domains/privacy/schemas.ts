/** Wire shapes of the export and of deletion. */
import { z } from '@hono/zod-openapi';

export const DeletionRequest = z.strictObject({ password: z.string().min(1).max(1_000) }).openapi('DeletionRequest');

export const Deletion = z
  .object({ deletesAt: z.string().openapi({ description: 'Whoever signs in before keeps the account.' }) })
  .openapi('Deletion');

export const Export = z
  .record(z.string(), z.array(z.record(z.string(), z.unknown())))
  .openapi('Export', { description: 'By name, all rows of a kind: `profile`, `posts`, `purchases`, …' });
