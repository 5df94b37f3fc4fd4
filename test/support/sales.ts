/** Sold orders for tests: put into the tables unpaid, and paid as the provider's event pays them. */
import { sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { PostalAddress } from '@/contracts/payments';
import type { ProductKind } from '@/contracts/product';
import { readEconomy } from '@/domains/base/economy/read';
import { commissionOf } from '@/domains/money/orders/money-of-order';
import { sendRefund } from '@/domains/money/orders/send-refund';
import { orders } from '@/domains/money/orders/tables';
import type { OnePaymentEvent } from '@/domains/money/payments/facts';
import { products, productVariants } from '@/domains/money/products/tables';
import { newId } from '@/shared/ids';
import { SECOND_MS } from '@/shared/time';
import { testContext } from './context';
import { ADDRESS, orderOf, refundsOf } from './orders';
import { tell } from './purchases';
import { asCreator, asViewer, type Person } from './users';

interface Traits {
  readonly seller?: Person;
  readonly buyer?: Person;
  readonly kind?: ProductKind;
  readonly title?: string;
  readonly unitMinor?: number;
  readonly quantity?: number;
  readonly shippingMinor?: number;
  readonly taxMinor?: number;
  readonly currency?: string;
  /** What is left besides the pieces of this order. */
  readonly stock?: number;
  /** When it was paid (ms). */
  readonly paidAt?: number;
  readonly address?: PostalAddress;
}

export interface Sale {
  readonly id: string;
  readonly seller: Person;
  readonly buyer: Person;
  readonly variantId: string;
}

/** An order that is not paid yet, whose pieces are held. */
export async function anUnpaidOrder(traits: Traits = {}): Promise<Sale> {
  const ctx = testContext();
  const { seller = await asCreator(), buyer = await asViewer() } = traits;
  const { kind = 'physical', title = 'A mug', unitMinor = 1_000, quantity = 1, currency = 'USD' } = traits;
  const { shippingMinor = 0, stock = 10 } = traits;
  const [id, productId, variantId] = [newId(), newId(), newId()];
  const { version, limits } = await readEconomy(ctx);
  const itemsMinor = unitMinor * quantity;
  const at = traits.paidAt ?? ctx.now();
  await ctx.db.batch([
    ctx.db.insert(products).values({
      ...{ id: productId, sellerId: seller.userId, title, description: '', category: 'other', kind },
      ...{ priceMinor: unitMinor, currency, status: 'active', imageKeys: [], createdAt: at, updatedAt: at },
      shippingMinor,
    }),
    ctx.db
      .insert(productVariants)
      .values({ id: variantId, productId, position: 0, options: {}, stock, held: quantity }),
    ctx.db.insert(orders).values({
      ...{ id, number: newId(), userId: buyer.userId, sellerId: seller.userId, productId, variantId, title, kind },
      ...{ options: {}, unitMinor, quantity, itemsMinor, shippingMinor, shippingFullMinor: shippingMinor, currency },
      ...{ commissionMinor: commissionOf(limits, currency, itemsMinor), economyVersion: version },
      ...{ amountMinor: itemsMinor + shippingMinor, status: 'pending', provider: 'sandbox', idempotencyKey: id },
      ...{ successUrl: 'http://localhost:5173/', cancelUrl: 'http://localhost:5173/', bodyHash: '' },
      ...{ createdAt: at, expiresAt: at, holdUntil: at, stockState: 'held' },
    }),
  ]);
  return { id, seller, buyer, variantId };
}

/** A paid order. Ten dollars without shipping and tax, unless it says otherwise. */
export async function aSale(traits: Traits = {}): Promise<Sale> {
  const sale = await anUnpaidOrder(traits);
  await paySale(sale.id, traits);
  return sale;
}

export async function paySale(
  id: string,
  { taxMinor = 0, address = ADDRESS, paidAt }: Pick<Traits, 'taxMinor' | 'address' | 'paidAt'> = {},
): Promise<void> {
  const { itemsMinor, shippingMinor, currency, kind } = await orderOf(id);
  const ctx = testContext();
  const at: Context = { ...ctx, ...(paidAt === undefined ? {} : { now: () => paidAt }) };
  await tell(
    {
      ...{ type: 'paid', purchaseId: id, paymentId: `pay_${id}`, checkoutId: null, currency, taxMinor },
      ...{ amountMinor: itemsMinor + shippingMinor + taxMinor, shippingMinor },
      ...(kind === 'physical' ? { address } : {}),
    },
    at,
  );
  await ctx.settle();
}

/** Does what the queue does with each refund that was asked for. */
export async function sendRefundsOf(orderId: string, ctx: Context = testContext()): Promise<void> {
  for (const { id, state } of await refundsOf(orderId))
    if (state === 'requested') await sendRefund(ctx, { type: 'refund-order', refundId: id });
}

/** `{ balance, held }` of a seller's sales in a currency. */
export async function salesOf(userId: string, currency = 'USD') {
  return testContext().db.get<{ balance: number; held: number }>(sql`SELECT
    coalesce((SELECT balance FROM ledger_accounts
      WHERE owner = ${userId} AND kind = 'sales' AND unit = ${currency}), 0) AS balance,
    coalesce((SELECT amount_minor FROM sales_held WHERE seller_id = ${userId} AND currency = ${currency}), 0) AS held`);
}

let reports = 0;

/** What the provider reports about a sale, each a second after the one before. */
export function reportOf(
  id: string,
  report: { amountMinor: number; claimId: string } & (
    | { type: 'refunded'; state: 'stands' | 'failed' }
    | { type: 'disputed'; state: 'open' | 'won' | 'lost' }
  ),
): OnePaymentEvent {
  reports += 1;
  const at = Date.UTC(2026, 0, 1) + reports * SECOND_MS;
  return { ...report, currency: null, purchaseId: id, paymentId: `pay_${id}`, at };
}
