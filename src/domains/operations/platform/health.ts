/** The state of everything the platform depends on, for staff. */
import { z } from '@hono/zod-openapi';
import { sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { outbox } from '@/db/outbox';
import { webhookEvents } from '@/domains/operations/webhooks/tables';

export const Status = z.enum(['ok', 'unavailable', 'not-configured']);

type State = z.infer<typeof Status>;

const probe = async (work: Promise<unknown>): Promise<State> =>
  work.then(
    () => 'ok',
    () => 'unavailable',
  );

export async function readHealth(ctx: Context) {
  const now = ctx.now();
  const figures = ctx.db.get<{ waiting: number; oldest: number | null; stored: number; failed: number }>(sql`
    SELECT (SELECT count(*) FROM ${outbox}) AS waiting, (SELECT min(created_at) FROM ${outbox}) AS oldest,
      (SELECT count(*) FROM ${webhookEvents} WHERE state = 'stored') AS stored,
      (SELECT count(*) FROM ${webhookEvents} WHERE state = 'failed') AS failed`);
  const [database, mediaStore, media, queued] = await Promise.all([
    probe(figures),
    probe(ctx.files.head('health')),
    probe(ctx.media.listRooms(['health'])),
    figures.catch(() => undefined),
  ]);
  const oldestSeconds = queued?.oldest ? Math.max(0, Math.floor((now - queued.oldest) / 1_000)) : 0;
  return {
    status: [database, mediaStore, media].every((state) => state === 'ok') ? ('ok' as const) : ('degraded' as const),
    time: new Date(now).toISOString(),
    database,
    mediaStore,
    outbox: { waiting: queued?.waiting ?? 0, oldestSeconds },
    webhooks: { waiting: queued?.stored ?? 0, failed: queued?.failed ?? 0 },
    providers: { media, mail: ctx.config.resendApiKey ? ('ok' as const) : ('not-configured' as const) },
  };
}
