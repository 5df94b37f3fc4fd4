/**
 * Opens the checkout of a payment: the provider's page where the buyer pays. The payment's row is committed and counted
 * against the buyer's daily budget before the provider is called. If the request dies in between or the provider does
 * not answer, a retry with the same Idempotency-Key finishes it.
 */
import { and, eq, isNull, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { commitRefund, commitSpent, refund, type Spending } from '@/domains/base/budgets/spend';
import { paymentProviderError } from '@/providers/payment-errors';
import { newId } from '@/shared/ids';
import { MINUTE_MS } from '@/shared/time';
import { paymentError } from './errors';
import type { PaymentKind } from './kinds';
import type { Payment } from './tables';

/** Stripe's minimum. */
const CHECKOUT_MS_MIN = 30 * MINUTE_MS;
/** How long a request that did not reach the provider can be retried. */
const RETRY_MS = 10 * MINUTE_MS;

type Terms = Pick<Payment, 'userId' | 'amountMinor' | 'currency' | 'successUrl' | 'cancelUrl'>;

/** Builds the payment columns of a new row. Commit it with `checkoutSpending`. */
export function newPayment(ctx: Context, terms: Terms): Payment {
  const now = ctx.now();
  const expiresAt = now + CHECKOUT_MS_MIN + RETRY_MS;
  return {
    ...terms,
    id: newId(),
    status: 'pending',
    provider: ctx.payments.current.name,
    checkoutId: null,
    checkoutUrl: null,
    paymentId: null,
    reversedMinor: 0,
    version: 0,
    createdAt: now,
    expiresAt,
    askAt: expiresAt,
    paidAt: null,
    countedAt: now,
    fraudWarnedAt: null,
  };
}

/** @param at when it was counted (ms): `countedAt` */
export function checkoutSpending(userId: string, at: number): Spending {
  return { userId, costs: { checkouts: 1 }, at };
}

/**
 * Returns the URL where the buyer pays. Safe to repeat: the payment's id is the idempotency key, where the provider
 * supports one. Throws CHECKOUT_OVER, DAILY_BUDGET_SPENT, and PAYMENT_UNAVAILABLE, after which it can be retried.
 */
export async function openCheckout(
  ctx: Context,
  kind: PaymentKind,
  payment: Payment,
  { email, description }: { readonly email: string; readonly description: string },
): Promise<string> {
  const { id, status, amountMinor, currency, successUrl, cancelUrl, createdAt, expiresAt } = payment;
  if (payment.checkoutUrl !== null) return payment.checkoutUrl;
  // Any later, the provider would refuse a checkout that expires so soon.
  if (status !== 'pending' || ctx.now() > createdAt + RETRY_MS) throw paymentError('CHECKOUT_OVER');
  const { current } = ctx.payments;
  const provider = payment.provider === current.name ? current : ctx.payments.of(payment.provider);
  if (!provider) throw paymentProviderError('PAYMENT_UNAVAILABLE');
  const countedAt = payment.countedAt ?? (await countAgain(ctx, kind, payment));
  const request = {
    ...{ purchaseId: id, description, amountMinor, currency, email },
    ...{ successUrl, cancelUrl, expiresAt },
  };
  const { checkoutId, url } = await provider.createCheckout(request).catch(async (error) => {
    await uncount(ctx, kind, payment, countedAt);
    throw error;
  });
  await kind.change(ctx, isUnopened(kind, payment), { checkoutId, checkoutUrl: url });
  return url;
}

function isUnopened({ table }: PaymentKind, { id }: Payment) {
  return and(eq(table.id, id), isNull(table.checkoutId));
}

/**
 * Counts a checkout that the provider refused to open once more, before it is retried. Counts once even if several
 * requests retry at the same time. Throws DAILY_BUDGET_SPENT.
 */
async function countAgain(ctx: Context, kind: PaymentKind, { id, userId }: Payment): Promise<number> {
  const countedAt = ctx.now();
  const isUncounted = and(eq(kind.table.id, id), isNull(kind.table.countedAt));
  await commitSpent(ctx, { ...checkoutSpending(userId, countedAt), onlyIf: sql`changes() = 1` }, [
    kind.change(ctx, isUncounted, { countedAt }),
  ]);
  return countedAt;
}

/** The provider opened nothing, so the checkout no longer counts. */
async function uncount(ctx: Context, kind: PaymentKind, payment: Payment, countedAt: number): Promise<void> {
  const isAsCounted = and(isUnopened(kind, payment), eq(kind.table.countedAt, countedAt));
  await commitRefund(ctx, [
    kind.change(ctx, isAsCounted, { countedAt: null }),
    refund(ctx, { ...checkoutSpending(payment.userId, countedAt), onlyIf: sql`changes() = 1` }),
  ]);
}
