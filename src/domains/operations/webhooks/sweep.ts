/** Sweeps of stored events: queue events again whose message was lost, delete old payloads, and encrypt originals again. */
import { and, asc, eq, gte, inArray, isNotNull, isNull, lt, or } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { SWEEP_AFTER_MS } from '@/db/outbox';
import { decrypt, encrypt } from '@/shared/crypto';
import { DAY_MS, MINUTE_MS } from '@/shared/time';
import { webhookEvents } from './tables';

/** If the event is not processed after this long, its message was lost or its consumer died. */
const MESSAGE_LOST_AFTER_MS = 2 * MINUTE_MS;
const PAYLOAD_KEPT_MS = 30 * DAY_MS;
/** A queue takes at most 100 messages in one batch. */
const REQUEUED_MAX = 100;
const FORGOTTEN_MAX = 500;
/** Each may have 256 KB. */
const RESEALED_MAX = 20;

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

/** An event that waits keeps its payload, however long: it was acknowledged, so nobody sends it again. */
export async function forgetWebhookPayloads(ctx: Context): Promise<void> {
  const old = ctx.db
    .select({ id: webhookEvents.id })
    .from(webhookEvents)
    .where(
      and(
        isNotNull(webhookEvents.payload), // the partial index needs both
        isNotNull(webhookEvents.processedAt),
        lt(webhookEvents.processedAt, ctx.now() - PAYLOAD_KEPT_MS),
      ),
    )
    .orderBy(asc(webhookEvents.processedAt))
    .limit(FORGOTTEN_MAX);
  await ctx.db
    .update(webhookEvents)
    .set({ payload: null, received: null, sealed: null })
    .where(inArray(webhookEvents.id, old));
}

/** Encrypts originals again while encryption keys rotate. Each run is bounded; the next minute does the rest. */
export async function resealWebhookEvents(ctx: Context): Promise<void> {
  const { keys } = ctx.config;
  for (const { kid } of keys.encryption.slice(1)) {
    const old = await ctx.db
      .select({ id: webhookEvents.id, sealed: webhookEvents.sealed })
      .from(webhookEvents)
      // Encrypted texts begin with the key id and a dot, and `/` follows `.` in ASCII, so this range has exactly those.
      .where(and(gte(webhookEvents.sealed, `${kid}.`), lt(webhookEvents.sealed, `${kid}/`)))
      .limit(RESEALED_MAX);
    for (const { id, sealed } of old) {
      if (sealed === null) continue;
      const again = await encrypt(keys, id, await decrypt(keys, id, sealed));
      const isUnchanged = and(eq(webhookEvents.id, id), eq(webhookEvents.sealed, sealed));
      await ctx.db.update(webhookEvents).set({ sealed: again }).where(isUnchanged);
    }
  }
}
