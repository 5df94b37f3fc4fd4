/** Sweeps of stored events: queue events again whose message was lost, and delete old payloads. */
import { and, asc, eq, inArray, isNotNull, isNull, lt, or } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { SWEEP_AFTER_MS } from '@/db/outbox';
import { DAY_MS, MINUTE_MS } from '@/shared/time';
import { webhookEvents } from './tables';

/** If the event is not processed after this long, its message was lost or its consumer died. */
const MESSAGE_LOST_AFTER_MS = 2 * MINUTE_MS;
const PAYLOAD_KEPT_MS = 30 * DAY_MS;
/** A queue takes at most 100 messages in one batch. */
const REQUEUED_MAX = 100;
const FORGOTTEN_MAX = 500;

export async function requeueWebhookEvents(ctx: Context): Promise<void> {
  const now = ctx.now();
  const neverQueued = and(isNull(webhookEvents.queuedAt), lt(webhookEvents.receivedAt, now - SWEEP_AFTER_MS));
  const overdue = ctx.db
    .select({ id: webhookEvents.id })
    .from(webhookEvents)
    .where(
      and(eq(webhookEvents.state, 'stored'), or(neverQueued, lt(webhookEvents.queuedAt, now - MESSAGE_LOST_AFTER_MS))),
    )
    .orderBy(asc(webhookEvents.receivedAt))
    .limit(REQUEUED_MAX);
  // Claimed and read in one statement, so that concurrent sweeps queue nothing twice.
  const claimed = await ctx.db
    .update(webhookEvents)
    .set({ queuedAt: now })
    .where(inArray(webhookEvents.id, overdue))
    .returning({ id: webhookEvents.id });
  if (claimed.length === 0) return;
  await ctx.queues.webhooks.sendBatch(claimed.map(({ id }) => ({ body: { webhookEventId: id } })));
  ctx.log.event('webhooks.requeued', { count: claimed.length });
}

export async function forgetWebhookPayloads(ctx: Context): Promise<void> {
  const old = ctx.db
    .select({ id: webhookEvents.id })
    .from(webhookEvents)
    .where(and(isNotNull(webhookEvents.payload), lt(webhookEvents.receivedAt, ctx.now() - PAYLOAD_KEPT_MS)))
    .orderBy(asc(webhookEvents.receivedAt))
    .limit(FORGOTTEN_MAX);
  await ctx.db.update(webhookEvents).set({ payload: null, received: null }).where(inArray(webhookEvents.id, old));
}
