/**
 * Starts an order: its row and its hold on the stock in one batch, and then its checkout. Money and stock change for good
 * only once the provider reports the payment.
 */
import type { z } from '@hono/zod-openapi';
import { eq } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { CheckoutGoods } from '@/contracts/payments';
import type { Refusals } from '@/db/commit';
import { checkoutSpending, commitCheckout, newPayment, openCheckout } from '@/domains/money/payments/checkout';
import { productError } from '@/domains/money/products/errors';
import { holdStock, OUT_OF_STOCK } from '@/domains/money/products/stock';
import { productVariants } from '@/domains/money/products/tables';
import { type Once, performOnce } from '@/http/idempotency';
import { requireReturnUrls } from '@/http/return-url';
import type { Actor } from '@/shared/actor';
import { sha256 } from '@/shared/crypto';
import { MINUTE_MS, toIso } from '@/shared/time';
import { type CheckoutFacts, knownOrderQuery, readCheckoutFacts } from './checkout-facts';
import { orderError } from './errors';
import { commissionOf } from './money-of-order';
import { newOrderNumber } from './order-number';
import { orderPayments } from './order-payments';
import { requirePurchasable, tooMany } from './require-purchasable';
import type { CheckoutOfProduct, OrderCheckout } from './schemas';
import { type OrderRow, orders } from './tables';
import { UNTOUCHED } from './untouched';

/** How long an unpaid order holds its pieces. */
const HOLD_MS = 15 * MINUTE_MS;

type Input = z.output<typeof CheckoutOfProduct>;

/**
 * Throws as `requirePurchasable`, RETURN_URL_NOT_ALLOWED, IDEMPOTENCY_KEY_REUSED, DAILY_BUDGET_SPENT, CHECKOUTS_OPEN,
 * CHECKOUT_OVER, PAYMENT_REFUSED, and PAYMENT_UNAVAILABLE, after which the same request can be sent again.
 */
export async function checkOut(
  ctx: Context,
  buyer: Actor,
  once: Once,
  productId: string,
  input: Input,
): Promise<z.input<typeof OrderCheckout>> {
  // The product is in the path, which the hash of the body does not cover.
  const own: Once = { ...once, bodyHash: sha256(`${productId}\n${once.bodyHash}`) };
  const facts = await readCheckoutFacts(ctx, buyer, own, productId, input.sessionId);
  const order = await performOnce(
    own,
    facts.known,
    () => begin(ctx, buyer, own, input, facts),
    () => knownOrderQuery(ctx, buyer, own).get(),
  );
  // A repeat whose checkout was never opened must not open one for a product that is hidden or gone since.
  if (!facts.offered && order.checkoutUrl === null) throw productError('PRODUCT_NOT_FOUND');
  const shipsTo = facts.offered?.product.shipsTo ?? null;
  const checkoutUrl = await openCheckout(ctx, orderPayments, order, {
    email: buyer.email,
    description: describe(order),
    goods: goodsOf(order, shipsTo),
  });
  return { orderId: order.id, checkoutUrl, expiresAt: toIso(order.holdUntil) };
}

function goodsOf({ kind, unitMinor, quantity, shippingMinor }: OrderRow, shipsTo: CheckoutGoods['shipsTo']) {
  return { kind, unitMinor, quantity, shippingMinor, shipsTo };
}

/** `Shirt (M, red)` */
function describe({ title, options }: OrderRow): string {
  const chosen = Object.values(options);
  return chosen.length === 0 ? title : `${title} (${chosen.join(', ')})`;
}

async function begin(ctx: Context, buyer: Actor, once: Once, input: Input, facts: CheckoutFacts): Promise<OrderRow> {
  const { successUrl, cancelUrl, quantity, sessionId: streamId = null, showName } = input;
  requireReturnUrls(ctx.config, { successUrl, cancelUrl });
  const purchase = requirePurchasable(buyer, input, facts, { now: ctx.now(), provider: ctx.payments.current });
  const { product, variant, unitMinor, itemsMinor, shippingMinor, shippingFullMinor } = purchase;
  const { id: productId, sellerId, title, kind, currency, imageKeys } = product;
  const { version: economyVersion, limits } = facts.economy;
  const amountMinor = itemsMinor + shippingMinor;
  const payment = newPayment(ctx, { userId: buyer.userId, amountMinor, currency, successUrl, cancelUrl });
  const { createdAt } = payment;
  const order: OrderRow = {
    ...payment,
    ...{ number: newOrderNumber(), sellerId, streamId, productId, variantId: variant.id, title, kind, quantity },
    ...{ imageKey: imageKeys[0] ?? null, options: variant.options, unitMinor, itemsMinor, shippingMinor },
    ...{ shippingFullMinor, commissionMinor: commissionOf(limits, currency, itemsMinor) },
    ...{ economyVersion, showName, ...once, holdUntil: createdAt + HOLD_MS, askAt: createdAt + HOLD_MS },
    ...{ ...UNTOUCHED, stockState: 'held' },
  };
  const pieces = { productId, variantId: variant.id, quantity };
  const hold = holdStock(ctx, pieces, buyer.userId);
  const insert = ctx.db.insert(orders).values(order);
  const isOut = orderError('OUT_OF_STOCK');
  const refusals: Refusals = {
    [OUT_OF_STOCK]: () => isOut,
    PRODUCT_NOT_ON_SALE: () => orderError('PRODUCT_NOT_ON_SALE'),
    PER_BUYER_MAX: () => tooMany(product.perBuyerMax),
  };
  const spending = checkoutSpending(buyer.userId, createdAt);
  await commitCheckout(ctx, orderPayments, spending, [insert, ...hold.statements], {
    refusals,
    events: hold.events,
  }).catch(async (error: unknown) => {
    throw error === isOut ? await outOfStock(ctx, variant.id) : error;
  });
  ctx.log.event('order.begun', { orderId: order.id, productId, quantity });
  return order;
}

/** Others were faster: what they left. */
async function outOfStock(ctx: Context, variantId: string) {
  const [variant] = await ctx.db
    .select({ stock: productVariants.stock })
    .from(productVariants)
    .where(eq(productVariants.id, variantId));
  return orderError('OUT_OF_STOCK', { details: { left: variant?.stock ?? 0 } });
}
