/**
 * Leaves events that could not be applied to staff, and notifies everyone who may decide on them: one notification each,
 * which counts the events that wait.
 */
import { sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { commit } from '@/db/commit';
import { literal } from '@/db/sql';
import { staffEvents } from '@/domains/base/notifications/notify-staff';
import { withdrawActs } from '@/domains/base/notifications/withdraw';
import { errorText, stillStored } from './events';
import { webhookEvents } from './tables';

const GROUP = 'webhook-events';
/** One row for each member of staff with the permission. */
const ROWS_MAX = 1_000;

/** The event contradicts what is stored, or cannot be read. */
export async function holdEvent(ctx: Context, id: string, reason: Error): Promise<void> {
  ctx.log.event('webhook.held', { webhookEventId: id, because: reason.message });
  await leave(ctx, id, { state: 'held', error: errorText(reason) });
}

/** The event's retries are spent. */
export async function failEvent(ctx: Context, id: string): Promise<void> {
  await leave(ctx, id, { state: 'failed' });
}

async function leave(ctx: Context, id: string, change: { state: 'held' | 'failed'; error?: string }): Promise<void> {
  const events = await staffEvents(ctx, 'canReplayWebhooks', {
    kind: 'webhook-waiting',
    title: 'Events of providers that wait for you',
    body: 'They could not be applied as they are. Look at them and decide.',
    data: { webhookEventId: id },
    gather: { group: GROUP, actorId: id },
  });
  await commit(ctx, [ctx.db.update(webhookEvents).set(change).where(stillStored(id))], { events });
}

/** For the batch by which an event no longer waits. */
export function withdrawWaiting(ctx: Context, id: string): Statement[] {
  return withdrawActs(ctx, id, sql`true`, sql`LIMIT ${literal(ROWS_MAX)}`);
}
