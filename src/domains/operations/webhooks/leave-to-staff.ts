/**
 * Leaves events that could not be applied to staff, and notifies everyone who may decide on them: one notification each,
 * which counts the events that wait.
 */
import type { Context } from '@/contracts/context';
import { commit } from '@/db/commit';
import { staffEvent } from '@/domains/base/notifications/notify-staff';
import { errorText, stillStored } from './events';
import { webhookEvents } from './tables';

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
  await commit(ctx, [ctx.db.update(webhookEvents).set(change).where(stillStored(id))], {
    events: [staffEvent('held-event', { id })],
  });
}
