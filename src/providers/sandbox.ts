/**
 * Payments in local development: the Worker's own checkout page, whose buttons post events in Stripe's format to the
 * regular webhook. No money moves, so `openPayments` offers it only in development.
 */
import type { Config } from '@/contracts/config';
import type { PaymentProvider } from '@/contracts/payments';
import { newId } from '@/shared/ids';
import { SECOND_MS } from '@/shared/time';
import { loadStripe } from './stripe-client';
import { SIGNATURE_HEADER } from './stripe-events';

const checkoutIdOf = (purchaseId: string) => `sandbox_${purchaseId}`;
const PAYMENT_PREFIX = 'sandbox_pi_';

export function sandbox({ publicUrl }: Config): PaymentProvider {
  return {
    name: 'sandbox',
    findPriceProblem: () => undefined, // no money moves
    createCheckout: async ({ purchaseId }) => ({
      checkoutId: checkoutIdOf(purchaseId),
      url: `${publicUrl}/dev/checkout/${purchaseId}`,
    }),
    // A payment always reports itself, and the sweep asks only once the checkout has expired.
    findOutcome: async (purchaseId) => ({ type: 'expired', purchaseId, paymentId: null }),
    findPurchaseId: async (paymentId) =>
      paymentId.startsWith(PAYMENT_PREFIX) ? paymentId.slice(PAYMENT_PREFIX.length) : null,
  };
}

/** The secret that signs the sandbox's events. Only this Worker knows it. */
export function sandboxSecret({ keys }: Config): string {
  return Buffer.from(keys.signing[0].derive('sandbox-webhook')).toString('base64url');
}

const EVENT_TYPES = {
  paid: 'checkout.session.completed',
  processing: 'checkout.session.completed',
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

/**
 * Builds the request that Stripe would send, signed the same way. Every call makes a new event. @param now milliseconds
 */
export async function sandboxEvent(
  config: Config,
  now: number,
  { purchaseId, amountMinor, currency, outcome }: SandboxPayment,
): Promise<Request> {
  const isPaid = outcome === 'paid';
  const isBegun = isPaid || outcome === 'processing';
  const created = Math.floor(now / SECOND_MS);
  const session = {
    id: checkoutIdOf(purchaseId),
    object: 'checkout.session',
    mode: 'payment',
    client_reference_id: purchaseId,
    metadata: { purchaseId },
    payment_intent: isBegun ? `${PAYMENT_PREFIX}${purchaseId}` : null,
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
