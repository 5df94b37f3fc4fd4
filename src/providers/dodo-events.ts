/** Verifies the webhooks of Dodo Payments, which are Standard Webhooks, and translates them into our events. */
import { z } from '@hono/zod-openapi';
import { Webhook } from 'standardwebhooks';
import type { PaymentEvent, PaymentWebhook } from '@/contracts/payments';
import { minorDigits } from '@/shared/currency';
import { readEvent, UNKNOWN_TYPE, unreadable } from './read-event';

const Said = z.object({ type: z.string(), data: z.unknown() });

const Metadata = z.object({ purchaseId: z.string().optional() }).nullish();

export const Payment = z.object({
  payment_id: z.string(),
  /** Includes the taxes, which add nothing to a product whose price includes them. */
  total_amount: z.int(),
  currency: z.string(),
  metadata: Metadata,
  checkout_session_id: z.string().nullish(),
});

const Refund = z.object({
  refund_id: z.string(),
  payment_id: z.string(),
  amount: z.int(),
  metadata: Metadata,
});

const Dispute = z.object({
  dispute_id: z.string(),
  payment_id: z.string(),
  /** In minor units, as text; with a decimal point, in major units. */
  amount: z.string().regex(/^\d+(\.\d+)?$/),
  currency: z.string(),
});

/**
 * The library allows timestamps to be off by five minutes. Returns undefined if the signature is invalid in any way.
 */
export function readDodoWebhook(secret: string, body: string, headers: Headers): PaymentWebhook | undefined {
  const webhook = new Webhook(secret);
  let said: unknown;
  try {
    said = webhook.verify(body, Object.fromEntries(headers));
  } catch (error) {
    if (!(error instanceof SyntaxError)) return undefined; // otherwise it is signed, but is not JSON
  }
  // Dodo retries an event under the same id, which the signature covers.
  const eventId = headers.get('webhook-id') ?? '';
  const type = Said.safeParse(said).data?.type ?? UNKNOWN_TYPE;
  return { provider: 'dodo', eventId, type, event: readDodoEvent(said) };
}

/** @param said the parsed body */
export function readDodoEvent(said: unknown): PaymentWebhook['event'] {
  const event = Said.safeParse(said);
  if (!event.success) return unreadable('It is not an event of Dodo Payments.');
  const { type, data } = event.data;
  return readEvent(() => translate(type, data));
}

/** Translates Dodo's event; null if it has no effect. Throws if it does not have Dodo's shape. */
function translate(type: string, data: unknown): PaymentEvent | null {
  switch (type) {
    case 'payment.succeeded':
      return paidBy(Payment.parse(data));
    case 'payment.processing':
      return { type: 'processing', ...purchaseOf(Payment.parse(data)) };
    case 'payment.failed':
    case 'payment.cancelled':
      return { type: 'failed', ...purchaseOf(Payment.parse(data)) };
    case 'refund.succeeded':
      return refunded(Refund.parse(data));
    case 'dispute.opened':
    case 'dispute.challenged': // evidence was submitted: it stays open
      return disputed(Dispute.parse(data), 'open');
    case 'dispute.won':
    case 'dispute.cancelled': // withdrawn
      return disputed(Dispute.parse(data), 'won');
    case 'dispute.lost':
    case 'dispute.accepted': // by the merchant
    case 'dispute.expired': // nobody contested it in time
      return disputed(Dispute.parse(data), 'lost');
    default:
      return null;
  }
}

export function paidBy(payment: z.output<typeof Payment>): PaymentEvent {
  return {
    type: 'paid',
    checkoutId: payment.checkout_session_id ?? null,
    amountMinor: payment.total_amount,
    currency: payment.currency.toUpperCase(),
    ...purchaseOf(payment),
  };
}

/** @param of a payment, or a refund or dispute of one */
function purchaseOf(of: { payment_id: string; metadata?: z.output<typeof Metadata> }) {
  return { purchaseId: of.metadata?.purchaseId ?? null, paymentId: of.payment_id };
}

/** Dodo reports each refund separately. */
function refunded(refund: z.output<typeof Refund>): PaymentEvent {
  return { type: 'refunded', claimId: refund.refund_id, amountMinor: refund.amount, ...purchaseOf(refund) };
}

function disputed(dispute: z.output<typeof Dispute>, state: 'open' | 'won' | 'lost'): PaymentEvent {
  const { dispute_id: claimId, amount, currency } = dispute;
  return { type: 'disputed', claimId, amountMinor: minorOf(amount, currency), state, ...purchaseOf(dispute) };
}

function minorOf(amount: string, currency: string): number {
  if (!amount.includes('.')) return Number(amount);
  return Math.round(Number(amount) * 10 ** minorDigits(currency));
}
