/**
 * Notifies staff when a queue does not move, from what D1 knows: once an hour as long as it lasts. The notification is
 * withdrawn when the queue moves again.
 */
import { inArray, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { commitIfMet, requireChange } from '@/db/commit';
import { int } from '@/db/sql';
import { staffEvent, withdrawWaiting } from '@/domains/base/notifications/notify-staff';
import { HOUR_MS } from '@/shared/time';
import { isBacklog, type QueueName } from './judge-health';
import { readStoredQueues } from './queue-figures';
import { healthAlerts } from './tables';

const NOTIFIED_AGAIN_AFTER_MS = HOUR_MS;

/** Safe to run twice at once: only the one that changes the row of a queue notifies staff. */
export async function watchHealth(ctx: Context): Promise<void> {
  const [queues, alerts] = await Promise.all([readStoredQueues(ctx), ctx.db.select().from(healthAlerts)]);
  const names = Object.keys(queues) as (keyof typeof queues)[]; // its own keys
  const backlogs = names.filter((name) => isBacklog(name, queues[name]));
  for (const name of backlogs) await notify(ctx, name);
  const over = alerts.map(({ part }) => part).filter((part) => !backlogs.some((name) => name === part));
  if (over.length > 0) await withdraw(ctx, over);
}

async function notify(ctx: Context, name: QueueName): Promise<void> {
  const now = ctx.now();
  const isDue = await commitIfMet(
    ctx,
    [
      ctx.db.run(sql`
        INSERT INTO ${healthAlerts} (part, alerted_at) VALUES (${name}, ${int(now)})
        ON CONFLICT (part) DO UPDATE SET alerted_at = excluded.alerted_at
        WHERE alerted_at <= ${now - NOTIFIED_AGAIN_AFTER_MS}`),
      requireChange(ctx),
      ...withdrawWaiting(ctx, name),
    ],
    { events: [staffEvent('health', { id: name })] },
  );
  if (isDue) ctx.log.event('health.backlog', { queue: name });
}

async function withdraw(ctx: Context, parts: readonly string[]): Promise<void> {
  await commitIfMet(ctx, [
    ctx.db.delete(healthAlerts).where(inArray(healthAlerts.part, parts)),
    ...parts.flatMap((part) => withdrawWaiting(ctx, part)),
  ]);
}
