/** Stores a webhook event once and queues it to be applied. */
import type { Context } from '@/contracts/context';
import { encrypt } from '@/shared/crypto';
import { newId } from '@/shared/ids';
import { markUnqueued, type NewWebhookEvent, storeStatement } from './events';

export const WEBHOOK_BYTES_MAX = 256 * 1_024;

/**
 * Once the event is stored, the provider need not send it again. A known event is left unchanged.
 * @param secret is encrypted beside the payload: the whole body of an event that we could not read, or an address
 */
export async function storeAndQueue(
  ctx: Context,
  event: Omit<NewWebhookEvent, 'id' | 'sealed'>,
  secret?: string,
): Promise<void> {
  const id = newId();
  const sealed = secret === undefined ? null : await encrypt(ctx.config.keys, id, secret);
  const stored = await storeStatement(ctx, { ...event, id, sealed });
  if (stored.length === 0) return;
  const { provider, type } = event;
  ctx.log.event('webhook.stored', { provider, type, webhookEventId: id });
  await queueEvent(ctx, id);
}

/** If queueing fails, the sweep queues the event later. */
export async function queueEvent(ctx: Context, id: string): Promise<void> {
  try {
    await ctx.queues.webhooks.send({ webhookEventId: id });
  } catch (error) {
    ctx.log.fault('webhook.enqueue', error);
    ctx.waitUntil(markUnqueued(ctx, id));
  }
}
