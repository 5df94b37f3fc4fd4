/** Verifies the webhooks of Dodo Payments, which are Standard Webhooks, and translates them into our events. */
import { z } from '@hono/zod-openapi';
import { Webhook } from 'standardwebhooks';
import type { DisputeReport, PaymentEvent, PaymentWebhook, RefundReport } from '@/contracts/payments';
import { minorDigits } from '@/shared/currency';
import { readEvent, UNKNOWN_TYPE, unreadable } from './read-event';

const Said = z.object({
  type: z.string(),
  /** When it happened. */
  timestamp: z.string().optional(),
  data: z.unknown(),
});

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
  currency: z.string(),
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
  const { type, timestamp, data } = event.data;
  return readEvent(() => translate(type, data, Date.parse(timestamp ?? '')));
}

/**
 * Translates Dodo's event; null if it has no effect. Throws if it does not have Dodo's shape. Dodo holds the money from
 * the first stage of a dispute on; `pre_arbitration` opens it again after a verdict.
 * @param at when it happened (ms)
 */
function translate(type: string, data: unknown, at: number): PaymentEvent | null {
  switch (type) {
    case 'payment.succeeded':
      return ifOurs(paidBy(Payment.parse(data)));
    case 'payment.processing':
      return ifOurs({ type: 'processing' as const, ...purchaseOf(Payment.parse(data)) });
    case 'payment.failed':
    case 'payment.cancelled':
      return ifOurs({ type: 'failed' as const, ...purchaseOf(Payment.parse(data)) });
    case 'refund.succeeded':
      return refunded(Refund.parse(data), 'stands', at);
    case 'refund.failed':
      return refunded(Refund.parse(data), 'failed', at);
    case 'dispute.opened':
    case 'dispute.challenged': // evidence was submitted: it stays open
      return disputed(Dispute.parse(data), 'open', at);
    case 'dispute.won':
    case 'dispute.cancelled': // withdrawn
      return disputed(Dispute.parse(data), 'won', at);
    case 'dispute.lost':
    case 'dispute.accepted': // by the merchant
    case 'dispute.expired': // nobody contested it in time
      return disputed(Dispute.parse(data), 'lost', at);
    default:
      return null;
  }
}

/** Only our checkouts have this metadata. Other payments of the same business are none of ours. */
function ifOurs<T extends { readonly purchaseId: string | null }>(event: T): T | null {
  return event.purchaseId === null ? null : event;
}

export function paidBy(payment: z.output<typeof Payment>) {
  return {
    type: 'paid',
    checkoutId: payment.checkout_session_id ?? null,
    amountMinor: payment.total_amount,
    currency: payment.currency.toUpperCase(),
    ...purchaseOf(payment),
  } as const;
}

export function purchaseOf({ payment_id, metadata }: z.output<typeof Payment>) {
  return { purchaseId: metadata?.purchaseId ?? null, paymentId: payment_id };
}

/** Dodo reports each refund separately. */
function refunded(refund: z.output<typeof Refund>, state: RefundReport['state'], at: number): RefundReport {
  const { refund_id: claimId, payment_id: paymentId, amount: amountMinor, currency } = refund;
  return {
    ...{ type: 'refunded', claimId, amountMinor, currency: currency.toUpperCase(), state, at },
    ...{ purchaseId: null, paymentId },
  };
}

function disputed(dispute: z.output<typeof Dispute>, state: DisputeReport['state'], at: number): DisputeReport {
  const { dispute_id: claimId, payment_id: paymentId, amount, currency } = dispute;
  return {
    ...{ type: 'disputed', claimId, amountMinor: minorOf(amount, currency), currency: currency.toUpperCase() },
    ...{ state, at, purchaseId: null, paymentId },
  };
}

function minorOf(amount: string, currency: string): number {
  if (!amount.includes('.')) return Number(amount);
  return Math.round(Number(amount) * 10 ** minorDigits(currency));
}
