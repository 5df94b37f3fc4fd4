/** Takes payment providers' events in: verified on the raw body, stored once with what came, masked, queued, answered. */
import type { Context } from '@/contracts/context';
import { readRawText } from '@/http/raw-body';
import { webhookError } from './errors';
import { maskReceived } from './mask';
import { storeAndQueue, WEBHOOK_BYTES_MAX } from './store';

/** Staff read a hundred at once; an event has a few thousand, if nobody hangs anything on it. */
const RECEIVED_CHARACTERS_MAX = 32_768;

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
  await storeAndQueue(ctx, { provider, eventId, type, payload: event, received: receivedOf(body) });
}

function receivedOf(body: string): unknown {
  const received = maskReceived(JSON.parse(body));
  const { length } = JSON.stringify(received);
  return length > RECEIVED_CHARACTERS_MAX ? { omitted: `${length} characters` } : received;
}
