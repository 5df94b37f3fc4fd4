/**
 * Opens the checkout of a payment: the provider's page where the buyer pays. The payment's row is committed and counted
 * against the buyer's daily budget before the provider is called. If the request dies in between or the provider does
 * not answer, a retry with the same Idempotency-Key finishes it.
 */
import { and, asc, eq, gt, isNotNull, isNull, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import type { CheckoutRequest } from '@/contracts/payments';
import type { Following } from '@/db/commit';
import { budgetError } from '@/domains/base/budgets/errors';
import { commitRefund, commitSpent, refund, type Spending } from '@/domains/base/budgets/spend';
import { AppError, httpError } from '@/http/errors';
import { webReturnUrl } from '@/http/return-url';
import { paymentProviderError } from '@/providers/payment-errors';
import { newId } from '@/shared/ids';
import { MINUTE_MS, toIso } from '@/shared/time';
import { paymentError } from './errors';
import { isRaced, type PaymentKind, type Settlement } from './kinds';
import type { Payment } from './tables';

/** What `commitCheckout` and `openCheckout` refuse, with the return URLs that every checkout takes. */
export const CHECKOUT_REFUSALS = [
  paymentError.CHECKOUTS_OPEN,
  paymentError.CHECKOUT_OVER,
  httpError.RETURN_URL_NOT_ALLOWED,
  budgetError.DAILY_BUDGET_SPENT,
  paymentProviderError.PAYMENT_REFUSED,
  paymentProviderError.PAYMENT_UNAVAILABLE,
];

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
    processingAt: null,
    countedAt: now,
    fraudWarnedAt: null,
  };
}

/** @param at when it was counted (ms): `countedAt` */
export function checkoutSpending(userId: string, at: number): Spending {
  return { userId, costs: { checkouts: 1 }, at };
}

/**
 * Commits a new or repeated attempt at a checkout, counted against the daily budget. Each kind's table limits how many
 * checkouts a user has open. Throws CHECKOUTS_OPEN, which names them, and DAILY_BUDGET_SPENT.
 */
export async function commitCheckout(
  ctx: Context,
  { table }: PaymentKind,
  spending: Spending,
  statements: readonly Statement[],
  { refusals = {}, events = [] }: Pick<Following, 'refusals' | 'events'> = {},
): Promise<void> {
  const isFull = paymentError('CHECKOUTS_OPEN');
  try {
    const all = { ...refusals, CHECKOUTS_OPEN: () => isFull };
    await commitSpent(ctx, spending, statements, { refusals: all, events });
  } catch (error) {
    if (error !== isFull) throw error;
    const open = await ctx.db
      .select({ purchaseId: table.id, checkoutUrl: table.checkoutUrl, expiresAt: table.expiresAt })
      .from(table)
      .where(
        and(
          eq(table.userId, spending.userId),
          sql`${table.status} IN ('pending', 'failed')`, // the partial index needs the literals
          isNull(table.processingAt),
          isNotNull(table.countedAt),
          gt(table.expiresAt, spending.at),
        ),
      )
      .orderBy(asc(table.expiresAt));
    const details = { open: open.map((row) => ({ ...row, expiresAt: toIso(Number(row.expiresAt)) })) };
    throw paymentError('CHECKOUTS_OPEN', { details });
  }
}

/**
 * Returns the URL where the buyer pays. Safe to repeat: the payment's id is the idempotency key, where the provider
 * supports one. Throws CHECKOUT_OVER, CHECKOUTS_OPEN, DAILY_BUDGET_SPENT, PAYMENT_REFUSED, after which the payment has
 * failed for good, and PAYMENT_UNAVAILABLE, after which it can be retried.
 */
export async function openCheckout(
  ctx: Context,
  kind: PaymentKind,
  payment: Payment,
  { email, description, goods }: Pick<CheckoutRequest, 'email' | 'description' | 'goods'>,
): Promise<string> {
  const { id, status, amountMinor, currency, successUrl, cancelUrl, createdAt, expiresAt } = payment;
  if (payment.checkoutUrl !== null) return payment.checkoutUrl;
  if (isRefused(payment)) throw paymentProviderError('PAYMENT_REFUSED');
  // Any later, the provider would refuse a checkout that expires so soon.
  if (status !== 'pending' || ctx.now() > createdAt + RETRY_MS) throw paymentError('CHECKOUT_OVER');
  const { current } = ctx.payments;
  const provider = payment.provider === current.name ? current : ctx.payments.of(payment.provider);
  if (!provider) throw paymentProviderError('PAYMENT_UNAVAILABLE');
  const countedAt = payment.countedAt ?? (await countAgain(ctx, kind, payment));
  const request = {
    ...{ purchaseId: id, description, amountMinor, currency, email },
    successUrl: await webReturnUrl(ctx, successUrl, createdAt),
    cancelUrl: await webReturnUrl(ctx, cancelUrl, createdAt),
    expiresAt,
    ...(goods ? { goods } : {}),
  };
  const { checkoutId, url } = await provider.createCheckout(request).catch(async (error) => {
    await uncount(ctx, kind, payment, countedAt);
    if (error instanceof AppError && error.code === 'PAYMENT_REFUSED') await refuse(ctx, kind, payment, error);
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
  await commitCheckout(ctx, kind, { ...checkoutSpending(userId, countedAt), onlyIf: sql`changes() = 1` }, [
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

/** The provider takes neither this payment nor a repeat of it. No event reports that a checkout was never opened. */
function isRefused({ status, checkoutId }: Payment): boolean {
  return status === 'failed' && checkoutId === null;
}

/** Ends the payment at once, so that its code is free again, and reports to staff why the provider refused. */
async function refuse(ctx: Context, kind: PaymentKind, payment: Payment, error: AppError): Promise<void> {
  ctx.log.fault(`checkout of payment ${payment.id}`, error);
  const { amountMinor, currency, paymentId, paidAt, processingAt, reversedMinor, fraudWarnedAt, version } = payment;
  const settlement: Settlement = {
    change: {
      ...{ status: 'failed', amountMinor, currency, paymentId, paidAt, processingAt, reversedMinor, fraudWarnedAt },
      ...{ askAt: null, version: version + 1 },
    },
    ...{ becomesPaid: false, claims: [], isOver: true, statements: [] },
  };
  // Another request with the same key was faster, or an event has come.
  await kind.settle(ctx, payment, settlement).catch((cause) => {
    if (!isRaced(cause)) throw cause;
  });
}
