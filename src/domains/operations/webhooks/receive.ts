/**
 * Takes LiveKit's events in: verified on the raw body, stored once, queued, answered. Nothing is applied here but what
 * participants do, of which there is too much to keep and which means nothing later.
 */
import type { Context } from '@/contracts/context';
import { applyMediaEvent } from '@/domains/live/streams/media-events';
import { readRawText } from '@/http/raw-body';
import { webhookError } from './errors';
import { storeAndQueue, WEBHOOK_BYTES_MAX } from './store';

/** Throws WEBHOOK_SIGNATURE_INVALID, and leaves no trace of such an event. */
export async function receiveLiveKitEvent(ctx: Context, request: Request): Promise<void> {
  const body = await readRawText(request, WEBHOOK_BYTES_MAX);
  const said = await ctx.media.readWebhook(body, request.headers.get('authorization') ?? undefined);
  if (!said) throw webhookError('WEBHOOK_SIGNATURE_INVALID');
  switch (said.event.type) {
    case 'participant_joined':
    case 'participant_left':
    case 'track_published':
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
    case 'other': // egress and the like: nothing follows from it
      return;
  }
}
