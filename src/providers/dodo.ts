/**
 * Payments by Dodo Payments, the merchant of record: a checkout of one pay-what-you-want product, whose price is set by
 * each checkout and includes the taxes. Dodo has no idempotency keys: a repeated request opens a second checkout for
 * the same purchase, and only what is paid counts.
 */
import { z } from '@hono/zod-openapi';
import type { Config } from '@/contracts/config';
import type { CheckoutRequest, PaymentEvent, PaymentProvider, RefundReport, RefundRequest } from '@/contracts/payments';
import { HOUR_MS, SECOND_MS } from '@/shared/time';
import { dodoPriceProblem } from './dodo-currencies';
import { Payment, paidBy, purchaseOf } from './dodo-events';
import { paymentProviderError } from './payment-errors';

const CALL_MS_MAX = 10 * SECOND_MS;
const CHECKOUT_MS = 24 * HOUR_MS;
const ORIGINS = { live_mode: 'https://live.dodopayments.com', test_mode: 'https://test.dodopayments.com' } as const;

type DodoConfig = NonNullable<Config['dodo']>;

const NewCheckout = z.object({ session_id: z.string().min(1), checkout_url: z.url({ protocol: /^https$/ }) });

const Checkout = z.object({
  created_at: z.iso.datetime({ offset: true }),
  /** Null until the buyer starts paying. */
  payment_id: z.string().nullish(),
  payment_status: z.string().nullish(),
});

export function dodo(config: DodoConfig, now: () => number): PaymentProvider {
  return {
    name: 'dodo',
    canShip: false,
    findPriceProblem: dodoPriceProblem,
    async createCheckout(request) {
      const made = await ask(config, NewCheckout, '/checkouts', checkoutOf(config, request));
      return { checkoutId: made.session_id, url: made.checkout_url };
    },
    findOutcome: (purchaseId, checkoutId) => findOutcome(config, now(), purchaseId, checkoutId),
    check: async () => {
      await ask(config, z.object({}), `/products/${encodeURIComponent(config.productId)}`);
    },
    // Dodo cannot end a checkout: it can be paid for a day.
    endCheckout: (purchaseId, checkoutId) => findOutcome(config, now(), purchaseId, checkoutId),
    refund: (request) => refund(config, request, now()),
    findPurchaseId: async (paymentId) =>
      purchaseOf(await ask(config, Payment, `/payments/${encodeURIComponent(paymentId)}`)).purchaseId,
  };
}

function checkoutOf({ productId }: DodoConfig, request: CheckoutRequest) {
  return {
    product_cart: [{ product_id: productId, quantity: 1, amount: request.amountMinor }],
    customer: { email: request.email },
    billing_currency: request.currency,
    // The amount paid must equal the purchase's amount.
    feature_flags: { allow_currency_selection: false, allow_discount_code: false },
    return_url: request.successUrl,
    cancel_url: request.cancelUrl,
    metadata: { purchaseId: request.purchaseId },
  };
}

const MadeRefund = z.object({
  refund_id: z.string().min(1),
  amount: z.int().nullish(),
  status: z.string(),
  reason: z.string().nullish(),
});

/** Dodo has no idempotency keys, so our id stands in the reason, and a repeat looks for it first. */
async function refund(config: DodoConfig, request: RefundRequest, now: number): Promise<RefundReport> {
  const { refundId, purchaseId, paymentId, amountMinor, currency } = request;
  const payment = await ask(config, RefundedPayment, `/payments/${encodeURIComponent(paymentId)}`);
  const reason = `Refund ${refundId}`;
  const known = payment.refunds?.find((made) => made.reason === reason);
  const items = [{ item_id: config.productId, amount: amountMinor, tax_inclusive: true }];
  const made = known ?? (await ask(config, MadeRefund, '/refunds', { payment_id: paymentId, items, reason }));
  return {
    ...{ type: 'refunded', claimId: made.refund_id, amountMinor: made.amount ?? amountMinor, currency },
    ...{ state: made.status === 'failed' ? 'failed' : 'stands', at: now, purchaseId, paymentId },
  };
}

const RefundedPayment = z.object({ refunds: z.array(MadeRefund).nullish() });

async function findOutcome(
  config: DodoConfig,
  now: number,
  purchaseId: string,
  checkoutId: string,
): Promise<PaymentEvent | undefined> {
  const checkout = await ask(config, Checkout, `/checkouts/${encodeURIComponent(checkoutId)}`);
  const { payment_id: paymentId = null, payment_status: status } = checkout;
  switch (status) {
    case 'succeeded':
      return paidBy(await ask(config, Payment, `/payments/${encodeURIComponent(paymentId ?? '')}`));
    case 'failed':
    case 'cancelled':
      return { type: 'failed', purchaseId, paymentId };
    case null:
    case undefined:
    case 'requires_payment_method':
    case 'requires_confirmation':
    case 'requires_customer_action':
      // The buyer has a day to pay.
      return Date.parse(checkout.created_at) + CHECKOUT_MS < now
        ? { type: 'expired', purchaseId, paymentId }
        : undefined;
    case 'processing':
    case 'requires_merchant_action':
    case 'requires_capture':
      return { type: 'processing', purchaseId, paymentId };
    default:
      return undefined;
  }
}

/** Any failure becomes PAYMENT_REFUSED or PAYMENT_UNAVAILABLE, with the reason as its cause. */
async function ask<T extends z.ZodType>(
  config: DodoConfig,
  answer: T,
  path: string,
  body?: unknown,
): Promise<z.output<T>> {
  let code: 'PAYMENT_REFUSED' | 'PAYMENT_UNAVAILABLE' = 'PAYMENT_UNAVAILABLE';
  try {
    const response = await fetch(`${ORIGINS[config.environment]}${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { Authorization: `Bearer ${config.apiKey}`, 'Content-Type': 'application/json' },
      signal: AbortSignal.timeout(CALL_MS_MAX),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) {
      await response.body?.cancel();
      if (isForGood(response.status)) code = 'PAYMENT_REFUSED';
      throw new Error(`Dodo answered ${response.status}`);
    }
    return answer.parse(await response.json());
  } catch (error) {
    const refusal = paymentProviderError(code);
    refusal.cause = error;
    throw refusal;
  }
}

/** 401 and 403 are about our key, 408 and 429 about the moment: all of them can be tried again. */
const NOT_FOR_GOOD = [401, 403, 408, 429];

function isForGood(status: number): boolean {
  return status >= 400 && status < 500 && !NOT_FOR_GOOD.includes(status);
}
