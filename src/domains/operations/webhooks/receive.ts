/**
 * Receives LiveKit's events: verifies the raw body, stores each event once and queues it. Only participants' events are
 * applied here: there are too many to store, and they mean nothing later.
 */
import type { Context } from '@/contracts/context';
import { applyMediaEvent } from '@/domains/live/streams/media-events';
import { readRawText } from '@/http/raw-body';
import { webhookError } from './errors';
import { maskBody } from './mask';
import { storeAndQueue, WEBHOOK_BYTES_MAX } from './store';

/** Stores nothing if the signature is invalid. Throws WEBHOOK_SIGNATURE_INVALID, BODY_TOO_LARGE, CHANGED_MEANWHILE. */
export async function receiveLiveKitEvent(ctx: Context, request: Request): Promise<void> {
  const body = await readRawText(request, WEBHOOK_BYTES_MAX);
  const said = await ctx.media.readWebhook(body, request.headers.get('authorization') ?? undefined);
  if (!said) throw webhookError('WEBHOOK_SIGNATURE_INVALID');
  const { id: eventId, name: type, event: payload } = said;
  switch (said.event.type) {
    case 'participant_joined':
    case 'participant_left':
    case 'track_published':
      return applyMediaEvent(ctx, said.event);
    case 'ingress_started':
    case 'ingress_ended':
    case 'room_finished':
      // The original contains stream keys, and adds nothing to the payload.
      return storeAndQueue(ctx, { provider: 'livekit', eventId, type, payload, received: null });
    case 'unreadable':
      return storeAndQueue(ctx, { provider: 'livekit', eventId, type, payload, received: maskBody(body) }, body);
    case 'other': // egress and others: no effect
      return;
  }
}
