/** Products and orders for tests, and the provider's events about them, applied as the queue does. */
import { eq } from 'drizzle-orm';
import type { DisputeReport, PostalAddress } from '@/contracts/payments';
import { commit } from '@/db/commit';
import { readEconomy } from '@/domains/base/economy/read';
import { type OrderRow, orderRefunds, orders } from '@/domains/money/orders/tables';
import type { OnePaymentEvent } from '@/domains/money/payments/facts';
import { products, productVariants } from '@/domains/money/products/tables';
import { sessionProducts } from '@/domains/money/showcase/tables';
import { post } from '@/ledger/transfers';
import { newId } from '@/shared/ids';
import { SECOND_MS } from '@/shared/time';
import type { Answer, Client } from './api';
import { clientWith } from './app';
import { testContext } from './context';
import { once } from './money';
import { RETURN_URLS } from './purchases';
import { asViewer, type Person } from './users';

type ProductTraits = Partial<typeof products.$inferInsert> & { stock?: number | null };

/** On sale for ten dollars, with ten pieces of its one variant, unless it says otherwise. */
export async function aProduct({ userId }: { readonly userId: string }, traits: ProductTraits = {}) {
  const ctx = testContext();
  const { stock = 10, ...given } = traits;
  const row = {
    ...{
      id: newId(),
      sellerId: userId,
      title: 'A mug',
      description: '',
      category: 'other' as const,
      kind: 'physical' as const,
    },
    ...{ priceMinor: 1_000, currency: 'USD', status: 'active' as const, imageKeys: [], createdAt: 0, updatedAt: 0 },
    ...given,
  };
  const variantId = newId();
  await ctx.db.batch([
    ctx.db.insert(products).values(row),
    ctx.db.insert(productVariants).values({ id: variantId, productId: row.id, position: 0, options: {}, stock }),
  ]);
  return { id: row.id, sellerId: userId, variantId, priceMinor: row.priceMinor };
}
export type Offered = Awaited<ReturnType<typeof aProduct>>;

export async function addVariant({ id: productId }: Offered, options: Record<string, string>, priceMinor?: number) {
  const id = newId();
  const row = { id, productId, position: 1, options, stock: 10, priceMinor: priceMinor ?? null };
  await testContext().db.insert(productVariants).values(row);
  return id;
}

export async function showIn(streamId: string, { id: productId }: Offered, livePriceMinor: number | null = null) {
  await testContext()
    .db.insert(sessionProducts)
    .values({ streamId, productId, position: 0, livePriceMinor, createdAt: 0 });
}

export async function stockOf({ variantId }: Pick<Offered, 'variantId'>) {
  const { stock, held, sold } = productVariants;
  return testContext()
    .db.select({ stock, held, sold })
    .from(productVariants)
    .where(eq(productVariants.id, variantId))
    .get();
}

/** A viewer who may begin as many checkouts a day as a test wants. */
export async function aCustomer(): Promise<Person> {
  const viewer = await asViewer();
  return { ...viewer, ...clientWith({ DAILY_CHECKOUTS: '100000/100000' }, viewer.headers) };
}

export function checkOut(
  buyer: Client,
  product: Pick<Offered, 'id' | 'priceMinor'>,
  wish: Record<string, unknown> = {},
  key?: string,
): Promise<Answer> {
  const body = { ...RETURN_URLS, quantity: 1, expectedPriceMinor: product.priceMinor, ...wish };
  return buyer.post(`products/${product.id}/checkout`, body, once(key));
}

/** An order that waits for its payment. */
export async function anOrder(buyer: Client, product: Offered, wish: Record<string, unknown> = {}): Promise<OrderRow> {
  const answer = await checkOut(buyer, product, wish);
  if (answer.status !== 201) throw new Error(`The checkout was refused: ${JSON.stringify(answer.error)}`);
  return orderOf(answer.data.orderId);
}

/** The whole row. */
export async function orderOf(id: string): Promise<OrderRow> {
  const row = await testContext().db.select().from(orders).where(eq(orders.id, id)).get();
  if (!row) throw new Error(`There is no order ${id}`);
  return row;
}

export function refundsOf(orderId: string) {
  return testContext().db.select().from(orderRefunds).where(eq(orderRefunds.orderId, orderId)).orderBy(orderRefunds.id);
}

export const ADDRESS: PostalAddress = {
  ...{ name: 'Ada Byron', line1: '1 High Street', line2: null, city: 'Berlin', state: null, postalCode: '10115' },
  ...{ country: 'DE', phone: '+49301234567' },
};

let reports = 0;
/** Each report is a second newer than the one before. */
function nextAt(): number {
  reports += 1;
  return Date.UTC(2026, 0, 1) + reports * SECOND_MS;
}

/** The provider's events about an order. Amounts of claims are in all, tax included. */
export function orderEvents({ id: purchaseId, itemsMinor, shippingMinor, kind, currency }: OrderRow) {
  const payment = { purchaseId, paymentId: `pay_${purchaseId}` };
  const priceMinor = itemsMinor + shippingMinor;
  const claim = (amountMinor: number, claimId: string) => ({
    amountMinor,
    claimId,
    currency,
    at: nextAt(),
    ...payment,
  });
  return {
    paid: (taxMinor = 0) => ({
      ...{ type: 'paid', checkoutId: null, amountMinor: priceMinor + taxMinor, currency, taxMinor, ...payment },
      ...(kind === 'physical' ? { shippingMinor, address: ADDRESS } : {}),
    }),
    processing: { type: 'processing', ...payment },
    failed: { type: 'failed', ...payment },
    expired: { type: 'expired', purchaseId, paymentId: null },
    refunded: (amountMinor: number, claimId = 're_1') => ({
      type: 'refunded',
      state: 'stands',
      ...claim(amountMinor, claimId),
    }),
    refundFailed: (amountMinor: number, claimId = 're_1') => ({
      type: 'refunded',
      state: 'failed',
      ...claim(amountMinor, claimId),
    }),
    disputed: (state: DisputeReport['state'], amountMinor: number, claimId = 'dp_1') => ({
      ...{ type: 'disputed', state, ...claim(amountMinor, claimId) },
    }),
  } as const satisfies Record<string, OnePaymentEvent | ((...args: never[]) => OnePaymentEvent)>;
}

/** As if an order had been paid and had matured. All but one minor unit is shipping, so there is no commission. */
export async function aMaturedSale(sellerId: string, amountMinor: number, currency: string): Promise<void> {
  const ctx = testContext();
  const { version } = await readEconomy(ctx);
  const [id, now] = [newId(), ctx.now()];
  const transfer = { refType: 'order', refId: id, provider: 'sandbox', userId: sellerId, currency } as const;
  const shippingMinor = amountMinor - 1;
  await commit(ctx, [
    ctx.db.insert(orders).values({
      ...{
        id,
        number: id,
        userId: newId(),
        sellerId,
        productId: newId(),
        variantId: newId(),
        title: 'A mug',
        options: {},
      },
      ...{ kind: 'physical', unitMinor: 1, quantity: 1, itemsMinor: 1, shippingMinor },
      ...{
        shippingFullMinor: shippingMinor,
        commissionMinor: 0,
        economyVersion: version,
        amountMinor,
        currency,
        status: 'paid',
      },
      ...{ provider: 'sandbox', paymentId: `pay_${id}`, ...RETURN_URLS, idempotencyKey: id, bodyHash: '', legs: 2 },
      ...{ createdAt: now, expiresAt: now, holdUntil: now, stockState: 'sold', paidAt: now, fulfilledAt: now },
      ...{ maturesAt: now, maturedAt: now },
    }),
    ...post(ctx, [
      { ...transfer, leg: 1, kind: 'sale', amount: 1 },
      { ...transfer, leg: 2, kind: 'sale_shipping', amount: shippingMinor },
    ]),
  ]);
}
