/**
 * Takes a provider's event in: verified on the raw body, stored once, queued, answered. Nothing is applied here but
 * viewers' joins and leaves, of which there are too many to keep and which mean nothing later.
 */
import type { Context } from '@/context';
import { applyMediaEvent } from '@/domains/streams/media-events';
import { readRawText } from '@/http/raw-body';
import { newId } from '@/shared/ids';
import { webhookError } from './errors';
import { markUnqueued, type NewWebhookEvent, storeStatement } from './events';
import { maskReceived } from './mask';

export const WEBHOOK_BYTES_MAX = 256 * 1_024;

/** Throws WEBHOOK_SIGNATURE_INVALID, and leaves no trace of such an event. */
export async function receiveLiveKitEvent(ctx: Context, request: Request): Promise<void> {
  const body = await readRawText(request, WEBHOOK_BYTES_MAX);
  const said = await ctx.media.readWebhook(body, request.headers.get('authorization') ?? undefined);
  if (!said) throw webhookError('WEBHOOK_SIGNATURE_INVALID');
  switch (said.event.type) {
    case 'participant_joined':
    case 'participant_left':
      return applyMediaEvent(ctx, said.event);
    case 'ingress_started':
    case 'ingress_ended':
    case 'room_finished':
      return storeAndQueue(ctx, {
        provider: 'livekit',
        eventId: said.id,
        type: said.event.type,
        payload: said.event,
        received: null, // it carries stream keys, and says no more than our words
      });
    case 'other': // tracks, egress and the like: nothing follows from them
      return;
  }
}

/**
 * What the sandbox says comes to Stripe's address. Throws WEBHOOK_SIGNATURE_INVALID, and leaves no trace of such an
 * event, nor of one from which nothing follows.
 */
export async function receivePaymentEvent(ctx: Context, at: 'stripe' | 'dodo', request: Request): Promise<void> {
  const body = await readRawText(request, WEBHOOK_BYTES_MAX);
  const said = await ctx.payments.readWebhook(at, body, request.headers);
  if (!said) throw webhookError('WEBHOOK_SIGNATURE_INVALID');
  const { provider, eventId, type, event } = said;
  if (!event) return;
  await storeAndQueue(ctx, { provider, eventId, type, payload: event, received: maskReceived(JSON.parse(body)) });
}

/** Once it is stored the provider need not send it again: what cannot be queued now is the sweep's. */
async function storeAndQueue(ctx: Context, event: Omit<NewWebhookEvent, 'id'>): Promise<void> {
  const id = newId();
  const stored = await storeStatement(ctx, { ...event, id });
  if (stored.length === 0) return;
  const { provider, type } = event;
  ctx.log.event('webhook.stored', { provider, type, webhookEventId: id });
  await queueEvent(ctx, id);
}

async function queueEvent(ctx: Context, id: string): Promise<void> {
  try {
    await ctx.queues.webhooks.send({ webhookEventId: id });
  } catch (error) {
    ctx.log.fault('webhook.enqueue', error);
    ctx.waitUntil(markUnqueued(ctx, id));
  }
}
