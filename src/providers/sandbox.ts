/**
 * Payments on one's own machine: a checkout page of the Worker's own, whose buttons post an event in Stripe's language
 * to the ordinary webhook. It moves no money, so that `openPayments` gives it in development alone.
 */
import type { Config } from '@/contracts/config';
import type { PaymentProvider } from '@/contracts/payments';
import { newId } from '@/shared/ids';
import { SECOND_MS } from '@/shared/time';
import { loadStripe } from './stripe-client';
import { SIGNATURE_HEADER } from './stripe-events';

const checkoutIdOf = (purchaseId: string) => `sandbox_${purchaseId}`;

export function sandbox({ publicUrl }: Config): PaymentProvider {
  return {
    name: 'sandbox',
    createCheckout: async ({ purchaseId }) => ({
      checkoutId: checkoutIdOf(purchaseId),
      url: `${publicUrl}/dev/checkout/${purchaseId}`,
    }),
    // A payment always reports itself; who asks does so once the checkout has expired.
    findOutcome: async (purchaseId) => ({ type: 'expired', purchaseId, paymentId: null }),
  };
}

/** What signs the sandbox's events. Known to this Worker alone. */
export function sandboxSecret({ keys }: Config): string {
  return Buffer.from(keys.signing[0].derive('sandbox-webhook')).toString('base64url');
}

const EVENT_TYPES = {
  paid: 'checkout.session.completed',
  failed: 'checkout.session.async_payment_failed',
  expired: 'checkout.session.expired',
} as const;

interface SandboxPayment {
  readonly purchaseId: string;
  readonly amountMinor: number;
  /** ISO 4217 */
  readonly currency: string;
  readonly outcome: keyof typeof EVENT_TYPES;
}

/** The request that Stripe would send, signed as it would. Each is an event of its own. @param now milliseconds */
export async function sandboxEvent(
  config: Config,
  now: number,
  { purchaseId, amountMinor, currency, outcome }: SandboxPayment,
): Promise<Request> {
  const isPaid = outcome === 'paid';
  const created = Math.floor(now / SECOND_MS);
  const session = {
    id: checkoutIdOf(purchaseId),
    object: 'checkout.session',
    mode: 'payment',
    client_reference_id: purchaseId,
    metadata: { purchaseId },
    payment_intent: isPaid ? `sandbox_pi_${purchaseId}` : null,
    payment_status: isPaid ? 'paid' : 'unpaid',
    status: outcome === 'expired' ? 'expired' : 'complete',
    amount_total: amountMinor,
    currency: currency.toLowerCase(),
  };
  const type = EVENT_TYPES[outcome];
  const event = { id: `sandbox_evt_${newId()}`, object: 'event', type, created, data: { object: session } };
  const payload = JSON.stringify(event);
  const { webhooks } = await loadStripe();
  const secret = sandboxSecret(config);
  const signature = await webhooks.generateTestHeaderStringAsync({ payload, secret, timestamp: created });
  return new Request(`${config.publicUrl}/api/v1/webhook/stripe`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', [SIGNATURE_HEADER]: signature },
    body: payload,
  });
}
