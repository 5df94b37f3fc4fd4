/** Wire shapes of the health checks. */
import { z } from '@hono/zod-openapi';
import { PROBES, QUEUES } from './judge-health';

export const Health = z.object({ status: z.literal('ok'), time: z.iso.datetime() });

export const Probe = z
  .object({
    status: z.enum(['ok', 'down', 'not-configured']),
    latencyMs: z.int(),
    error: z.string().optional(),
  })
  .openapi('Probe');

const figures = z
  .object({
    waiting: z.int().nullable(),
    oldestSeconds: z.int().nullable(),
    failed: z.int().nullable(),
  })
  .openapi('QueueFigures', {
    description:
      'Null: unknown. `failed`: what does not succeed by itself. Tasks that failed for good are in the log alone.',
  });

export const DetailedHealth = z
  .object({
    status: z.enum(['ok', 'degraded', 'down']),
    time: z.iso.datetime(),
    version: z.string(),
    probes: z.record(z.enum(PROBES), Probe),
    queues: z.record(z.enum(QUEUES), figures),
  })
  .openapi('DetailedHealth');
