/** Receives payment events: verifies the raw body, stores the event once with the masked original, and queues it. */
import type { Context } from '@/contracts/context';
import { readRawText } from '@/http/raw-body';
import { webhookError } from './errors';
import { maskReceived } from './mask';
import { storeAndQueue, WEBHOOK_BYTES_MAX } from './store';

/** Bounds the page that staff read, of up to 100 events. An event normally has a few thousand characters. */
const RECEIVED_CHARACTERS_MAX = 32_768;

/**
 * Receives the sandbox's events too, at Stripe's address. Stores neither events without a valid signature nor events
 * that have no effect. Throws WEBHOOK_SIGNATURE_INVALID, BODY_TOO_LARGE.
 */
export async function receivePaymentEvent(ctx: Context, at: 'stripe' | 'dodo', request: Request): Promise<void> {
  const body = await readRawText(request, WEBHOOK_BYTES_MAX);
  const said = await ctx.payments.readWebhook(at, body, request.headers);
  if (!said) throw webhookError('WEBHOOK_SIGNATURE_INVALID');
  const { provider, eventId, type, event } = said;
  if (!event) return;
  await storeAndQueue(ctx, { provider, eventId, type, payload: event, received: receivedOf(body) });
}

function receivedOf(body: string): unknown {
  const received = maskReceived(JSON.parse(body));
  const { length } = JSON.stringify(received);
  return length > RECEIVED_CHARACTERS_MAX ? { omitted: `${length} characters` } : received;
}
