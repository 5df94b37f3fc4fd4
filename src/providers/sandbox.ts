/**
 * Payments in local development: the Worker's own checkout page, whose buttons post events in Stripe's format to the
 * regular webhook. No money moves, so `openPayments` offers it only in development.
 */
import type { Config } from '@/contracts/config';
import type { PaymentProvider, PostalAddress } from '@/contracts/payments';
import { newId } from '@/shared/ids';
import { SECOND_MS } from '@/shared/time';
import { loadStripe } from './stripe-client';
import { toStripeAmount } from './stripe-currencies';
import { SIGNATURE_HEADER } from './stripe-events';

const checkoutIdOf = (purchaseId: string) => `sandbox_${purchaseId}`;
const PAYMENT_PREFIX = 'sandbox_pi_';

export function sandbox({ publicUrl }: Config, now: () => number): PaymentProvider {
  return {
    name: 'sandbox',
    canShip: true,
    findPriceProblem: () => undefined, // no money moves
    createCheckout: async ({ purchaseId }) => ({
      checkoutId: checkoutIdOf(purchaseId),
      url: `${publicUrl}/dev/checkout/${purchaseId}`,
    }),
    // A payment always reports itself, and the sweep asks only once the checkout has expired.
    findOutcome: async (purchaseId) => ({ type: 'expired', purchaseId, paymentId: null }),
    // Its page lets nobody pay for an order that has expired.
    endCheckout: async (purchaseId) => ({ type: 'expired', purchaseId, paymentId: null }),
    refund: async ({ refundId, purchaseId, paymentId, amountMinor, currency }) => ({
      ...{ type: 'refunded', claimId: `sandbox_re_${refundId}`, amountMinor, currency, state: 'stands' },
      ...{ at: Math.floor(now() / SECOND_MS) * SECOND_MS, purchaseId, paymentId },
    }),
    check: async () => {},
    findPurchaseId: async (paymentId) =>
      paymentId.startsWith(PAYMENT_PREFIX) ? paymentId.slice(PAYMENT_PREFIX.length) : null,
  };
}

/** The secret that signs the sandbox's events. Only this Worker knows it. */
export function sandboxSecret({ keys }: Config): string {
  return Buffer.from(keys.signing[0].derive('sandbox-webhook')).toString('base64url');
}

/** What the buyer or their bank does; each is an event of Stripe's. */
const EVENT_TYPES = {
  paid: 'checkout.session.completed',
  processing: 'checkout.session.completed',
  failed: 'checkout.session.async_payment_failed',
  expired: 'checkout.session.expired',
  disputed: 'charge.dispute.created',
  'dispute-won': 'charge.dispute.closed',
  'dispute-lost': 'charge.dispute.closed',
} as const;
export type SandboxOutcome = keyof typeof EVENT_TYPES;

const DISPUTE_STATUSES = { disputed: 'needs_response', 'dispute-won': 'won', 'dispute-lost': 'lost' } as const;

interface SandboxPayment {
  readonly purchaseId: string;
  readonly amountMinor: number;
  /** ISO 4217 */
  readonly currency: string;
  readonly outcome: SandboxOutcome;
  /** What the buyer of goods chose, and the tax on them: parts of `amountMinor`. */
  readonly goods?: {
    readonly taxMinor: number;
    readonly shippingMinor: number;
    readonly address: PostalAddress | undefined;
  };
}

/**
 * Builds the request that Stripe would send, signed the same way. Every call makes a new event. @param now milliseconds
 */
export async function sandboxEvent(config: Config, now: number, payment: SandboxPayment): Promise<Request> {
  const created = Math.floor(now / SECOND_MS);
  const type = EVENT_TYPES[payment.outcome];
  const event = {
    id: `sandbox_evt_${newId()}`,
    object: 'event',
    type,
    created,
    livemode: false,
    data: { object: objectOf(payment) },
  };
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

/** The checkout session, or the dispute of its whole amount. */
function objectOf({ purchaseId, amountMinor, currency, outcome, goods }: SandboxPayment) {
  const money = { amount: toStripeAmount(amountMinor, currency), currency: currency.toLowerCase() };
  const paymentIntent = `${PAYMENT_PREFIX}${purchaseId}`;
  if (outcome === 'disputed' || outcome === 'dispute-won' || outcome === 'dispute-lost')
    return {
      id: `sandbox_dp_${purchaseId}`,
      object: 'dispute',
      ...money,
      // The bank withdraws the money at once, and gives it back if the dispute is won.
      balance_transactions: [
        { id: `sandbox_txn_1_${purchaseId}`, amount: -money.amount },
        ...(outcome === 'dispute-won' ? [{ id: `sandbox_txn_2_${purchaseId}`, amount: money.amount }] : []),
      ],
      charge: `sandbox_ch_${purchaseId}`,
      payment_intent: paymentIntent,
      reason: 'fraudulent',
      status: DISPUTE_STATUSES[outcome],
      metadata: {},
    };
  return {
    id: checkoutIdOf(purchaseId),
    object: 'checkout.session',
    mode: 'payment',
    client_reference_id: purchaseId,
    metadata: { purchaseId },
    payment_intent: outcome === 'paid' || outcome === 'processing' ? paymentIntent : null,
    payment_status: outcome === 'paid' ? 'paid' : 'unpaid',
    status: outcome === 'expired' ? 'expired' : 'complete',
    amount_total: money.amount,
    currency: money.currency,
    ...(goods && outcome === 'paid' ? chosen(goods, currency) : {}),
  };
}

/** As a session of Stripe's tells it. */
function chosen({ taxMinor, shippingMinor, address }: NonNullable<SandboxPayment['goods']>, currency: string) {
  return {
    total_details: {
      amount_discount: 0,
      amount_shipping: toStripeAmount(shippingMinor, currency),
      amount_tax: toStripeAmount(taxMinor, currency),
    },
    ...(address ? addressed(address) : {}),
  };
}

function addressed({ name, phone, postalCode, ...address }: PostalAddress) {
  return {
    collected_information: { shipping_details: { name, address: { ...address, postal_code: postalCode } } },
    customer_details: { phone },
  };
}
