/** Receives payment events: verifies the raw body, stores the event once with the masked original, and queues it. */
import type { Context } from '@/contracts/context';
import { readRawText } from '@/http/raw-body';
import { webhookError } from './errors';
import { maskBody } from './mask';
import { withoutAddress } from './sealed-address';
import { storeAndQueue, WEBHOOK_BYTES_MAX } from './store';

/**
 * Receives the sandbox's events too, at Stripe's address. Stores neither events without a valid signature nor events
 * that have no effect. What we cannot read is stored for staff. Throws WEBHOOK_SIGNATURE_INVALID, BODY_TOO_LARGE.
 */
export async function receivePaymentEvent(ctx: Context, at: 'stripe' | 'dodo', request: Request): Promise<void> {
  const body = await readRawText(request, WEBHOOK_BYTES_MAX);
  const said = await ctx.payments.readWebhook(at, body, request.headers);
  if (!said) throw webhookError('WEBHOOK_SIGNATURE_INVALID');
  const { provider, eventId, type, event } = said;
  if (!event) return;
  const { payload, text } = event.type === 'unreadable' ? { payload: event, text: body } : withoutAddress(event);
  await storeAndQueue(ctx, { provider, eventId, type, payload, received: maskBody(body) }, text);
}
