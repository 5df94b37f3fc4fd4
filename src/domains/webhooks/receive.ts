/**
 * Takes a provider's event in: verified on the raw body, stored once, queued, answered. Nothing is applied here but
 * viewers' joins and leaves, of which there are too many to keep and which mean nothing later.
 */
import type { Context } from '@/context';
import { applyMediaEvent } from '@/domains/streams/media-events';
import { readRawText } from '@/http/raw-body';
import type { MediaEvent } from '@/providers/media';
import { newId } from '@/shared/ids';
import { webhookError } from './errors';
import { markUnqueued, storeStatement } from './events';

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
      return storeAndQueue(ctx, said.id, said.event);
    case 'other': // tracks, egress and the like: nothing follows from them
      return;
  }
}

/** Once it is stored the provider need not send it again: what cannot be queued now is the sweep's. */
async function storeAndQueue(ctx: Context, eventId: string, event: MediaEvent): Promise<void> {
  const id = newId();
  const stored = await storeStatement(ctx, { id, provider: 'livekit', eventId, type: event.type, payload: event });
  if (stored.length === 0) return;
  ctx.log.event('webhook.stored', { provider: 'livekit', type: event.type, webhookEventId: id });
  try {
    await ctx.queues.webhooks.send({ webhookEventId: id });
  } catch (error) {
    ctx.log.fault('webhook.enqueue', error);
    ctx.waitUntil(markUnqueued(ctx, id));
  }
}
