/** Payments through Stripe Checkout, with a page at Stripe for each purchase. Webhooks report the outcome. */
import type { Stripe } from 'stripe';
import type { Checkout, CheckoutRequest, PaymentEvent, PaymentProvider } from '@/contracts/payments';
import { SECOND_MS } from '@/shared/time';
import { paymentProviderError } from './payment-errors';
import { loadStripe, stripeClient } from './stripe-client';
import { stripePriceProblem, toStripeAmount } from './stripe-currencies';
import { paidBy, purchaseOf } from './stripe-events';

export function stripe(secretKey: string): PaymentProvider {
  return {
    name: 'stripe',
    findPriceProblem: stripePriceProblem,
    createCheckout: (request) => ask(secretKey, (client) => createSession(client, request)),
    findOutcome: (_purchaseId, checkoutId) =>
      ask(secretKey, async (client) =>
        outcomeOf(await client.checkout.sessions.retrieve(checkoutId, { expand: ['payment_intent'] })),
      ),
  };
}

/** Any failure becomes PAYMENT_UNAVAILABLE, with the reason as its cause: nothing can have been charged yet. */
async function ask<T>(secretKey: string, call: (client: Stripe) => Promise<T>): Promise<T> {
  try {
    return await call(stripeClient(await loadStripe(), secretKey));
  } catch (error) {
    const refusal = paymentProviderError('PAYMENT_UNAVAILABLE');
    refusal.cause = error;
    throw refusal;
  }
}

async function createSession(client: Stripe, request: CheckoutRequest): Promise<Checkout> {
  const { purchaseId, amountMinor, currency } = request;
  const metadata = { purchaseId };
  const session = await client.checkout.sessions.create(
    {
      mode: 'payment',
      line_items: [
        {
          quantity: 1,
          price_data: {
            currency: currency.toLowerCase(),
            unit_amount: toStripeAmount(amountMinor, currency),
            product_data: { name: request.description },
          },
        },
      ],
      // In the buyer's own currency, the amount would differ from the purchase's.
      adaptive_pricing: { enabled: false },
      client_reference_id: purchaseId,
      metadata,
      // Refunds refer to the charge, which inherits this metadata.
      payment_intent_data: { metadata },
      customer_email: request.email,
      success_url: request.successUrl,
      cancel_url: request.cancelUrl,
      expires_at: Math.floor(request.expiresAt / SECOND_MS),
    },
    { idempotencyKey: purchaseId },
  );
  if (!session.url) throw new Error(`Stripe's session ${session.id} has no URL`);
  return { checkoutId: session.id, url: session.url };
}

/** @param session with its payment intent expanded */
function outcomeOf(session: Stripe.Checkout.Session): PaymentEvent | undefined {
  if (session.status === 'expired') return { type: 'expired', ...purchaseOf(session) };
  if (session.status !== 'complete') return undefined;
  const paid = paidBy(session);
  if (paid) return paid;
  // Complete but not paid: a debit that takes days, or that failed.
  const { payment_intent: intent } = session;
  const hasFailed =
    typeof intent === 'object' && (intent?.status === 'requires_payment_method' || intent?.status === 'canceled');
  return hasFailed ? { type: 'failed', ...purchaseOf(session) } : undefined;
}
