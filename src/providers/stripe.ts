/** Payments through Stripe Checkout, with a page at Stripe for each purchase. Webhooks report the outcome. */
import type { Stripe } from 'stripe';
import type {
  Checkout,
  CheckoutRequest,
  PaymentEvent,
  PaymentProvider,
  RefundReport,
  RefundRequest,
} from '@/contracts/payments';
import { SECOND_MS } from '@/shared/time';
import { paymentProviderError } from './payment-errors';
import { refundReport } from './stripe-claims';
import { isRefusal, loadStripe, type Sdk, stripeClient } from './stripe-client';
import { stripePriceProblem, toStripeAmount } from './stripe-currencies';
import { completed, purchaseOf } from './stripe-events';
import { goodsParams, linesOf } from './stripe-goods';

/** The most that Stripe lists at once. A payment with more refunds is not expected, and fails. */
const REFUNDS_MAX = 100;

/** @param addsTax whether Stripe adds taxes to orders */
export function stripe(secretKey: string, now: () => number, addsTax = false): PaymentProvider {
  return {
    name: 'stripe',
    canShip: true,
    findPriceProblem: stripePriceProblem,
    createCheckout: (request) => ask(secretKey, (client) => createSession(client, request, addsTax)),
    findOutcome: (_purchaseId, checkoutId) =>
      ask(secretKey, async (client) =>
        outcomeOf(await client.checkout.sessions.retrieve(checkoutId, { expand: ['payment_intent'] })),
      ),
    endCheckout: (_purchaseId, checkoutId) => ask(secretKey, (client) => endSession(client, checkoutId)),
    refund: (request) => ask(secretKey, (client) => createRefund(client, request, now())),
    findPurchaseId: (paymentId) =>
      ask(secretKey, async (client) => {
        const { metadata } = await client.paymentIntents.retrieve(paymentId);
        return metadata.purchaseId ?? null;
      }),
    check: () => ask(secretKey, readBalance),
    listRefunds: (paymentId) => ask(secretKey, (client) => listRefunds(client, paymentId, now())),
  };
}

/** Any failure becomes PAYMENT_REFUSED or PAYMENT_UNAVAILABLE, with the reason as its cause: nothing was charged yet. */
async function ask<T>(secretKey: string, call: (client: Stripe) => Promise<T>): Promise<T> {
  const sdk = await loadStripe();
  try {
    return await call(stripeClient(sdk, secretKey));
  } catch (error) {
    const refusal = paymentProviderError(isForGood(sdk, error) ? 'PAYMENT_REFUSED' : 'PAYMENT_UNAVAILABLE');
    refusal.cause = error;
    throw refusal;
  }
}

/** Also an amount that Stripe cannot represent, and a key that was used for another request: its answer never comes. */
function isForGood(sdk: Sdk, error: unknown): boolean {
  return isRefusal(sdk, error) || error instanceof RangeError || error instanceof sdk.errors.StripeIdempotencyError;
}

/** A restricted key may not read the balance. Stripe knows it then all the same. */
async function readBalance(client: Stripe): Promise<void> {
  const { errors } = await loadStripe();
  await client.balance.retrieve().catch((error: unknown) => {
    if (!(error instanceof errors.StripePermissionError)) throw error;
  });
}

/** Stripe refuses to expire a session that is not open, and then says what became of it. */
async function endSession(client: Stripe, checkoutId: string): Promise<PaymentEvent | undefined> {
  const { errors } = await loadStripe();
  await client.checkout.sessions.expire(checkoutId).catch((error: unknown) => {
    if (!(error instanceof errors.StripeInvalidRequestError)) throw error;
  });
  return outcomeOf(await client.checkout.sessions.retrieve(checkoutId, { expand: ['payment_intent'] }));
}

/** Stripe forgets a key after a day at the earliest, so a later repeat finds the refund by its metadata. */
async function createRefund(client: Stripe, request: RefundRequest, now: number): Promise<RefundReport> {
  const { refundId, purchaseId, paymentId, amountMinor, currency } = request;
  const { data } = await client.refunds.list({ payment_intent: paymentId, limit: REFUNDS_MAX });
  const known = data.find(({ metadata }) => metadata?.refundId === refundId);
  const made =
    known ??
    (await client.refunds.create(
      {
        payment_intent: paymentId,
        amount: toStripeAmount(amountMinor, currency),
        metadata: { refundId, purchaseId },
      },
      { idempotencyKey: refundId },
    ));
  const report = refundReport(made, wholeSecond(now));
  if (!report) throw new Error(`Stripe's refund ${made.id} names no payment`);
  return report;
}

/** Events have whole seconds, so a later event of the same second must not look older. */
function wholeSecond(ms: number): number {
  return Math.floor(ms / SECOND_MS) * SECOND_MS;
}

/** @param now when it is asked (ms), which is the time of what Stripe answers; events have whole seconds */
async function listRefunds(client: Stripe, paymentId: string, now: number): Promise<RefundReport[]> {
  const at = wholeSecond(now);
  const { data, has_more } = await client.refunds.list({ payment_intent: paymentId, limit: REFUNDS_MAX });
  if (has_more) throw new Error(`Payment ${paymentId} has more than ${REFUNDS_MAX} refunds`);
  return data.toReversed().flatMap((refund) => refundReport(refund, at) ?? []);
}

async function createSession(client: Stripe, request: CheckoutRequest, addsTax: boolean): Promise<Checkout> {
  const { purchaseId, currency } = request;
  const metadata = { purchaseId };
  const session = await client.checkout.sessions.create(
    {
      mode: 'payment',
      line_items: linesOf(request),
      ...goodsParams(request.goods, currency, addsTax),
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
  const outcome = completed(session);
  // Complete but not paid: a debit that takes days, or that failed.
  const { payment_intent: intent } = session;
  const hasFailed =
    typeof intent === 'object' && (intent?.status === 'requires_payment_method' || intent?.status === 'canceled');
  return outcome?.type === 'processing' && hasFailed
    ? { type: 'failed', ...purchaseOf(session) }
    : (outcome ?? undefined);
}
