/** What a checkout refuses, what it promises, and what it holds. */
import { and, eq } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { client } from '#test/support/api';
import { clientWith } from '#test/support/app';
import { testContext } from '#test/support/context';
import { once } from '#test/support/money';
import {
  ADDRESS,
  aCustomer,
  addVariant,
  anOrder,
  aProduct,
  checkOut,
  type Offered,
  orderEvents,
  orderOf,
  refundsOf,
  showIn,
  stockOf,
} from '#test/support/orders';
import { prove } from '#test/support/proof';
import { RETURN_URLS, tell } from '#test/support/purchases';
import { aStream } from '#test/support/streams';
import { asCreator, asUser, asViewer } from '#test/support/users';
import { orders } from '@/domains/money/orders/tables';
import { products, productVariants, productWaits } from '@/domains/money/products/tables';
import { blocks } from '@/domains/people/social/tables';
import { newId } from '@/shared/ids';
import { HOUR_MS, MINUTE_MS } from '@/shared/time';

const setUp = async (traits: Parameters<typeof aProduct>[1] = {}) => {
  const [seller, buyer] = [await asCreator(), await aCustomer()];
  return { seller, buyer, product: await aProduct(seller, traits) };
};

describe('a checkout', () => {
  it('holds the pieces for a quarter of an hour and answers where to pay', async () => {
    const { buyer, product } = await setUp({ shippingMinor: 500 });
    const before = Date.now();
    const { status, data } = await checkOut(buyer, product, { quantity: 3 });
    expect(status).toBe(201);
    expect(data).toEqual({
      orderId: expect.any(String),
      checkoutUrl: expect.stringContaining(data.orderId),
      expiresAt: expect.any(String),
    });
    const heldMs = Date.parse(data.expiresAt) - before;
    expect(heldMs).toBeGreaterThanOrEqual(15 * MINUTE_MS);
    expect(heldMs).toBeLessThan(16 * MINUTE_MS);
    expect(await stockOf(product)).toEqual({ stock: 7, held: 3, sold: 0 });
    const shown = (await buyer.get(`orders/${data.orderId}`)).data;
    expect(shown).toMatchObject({
      ...{ status: 'pending', itemsMinor: 3_000, shippingMinor: 500, taxMinor: 0, totalMinor: 3_500, refundedMinor: 0 },
      lines: [{ id: data.orderId, productId: product.id, unitPriceMinor: 1_000, quantity: 3, refundedQuantity: 0 }],
      ...{ checkoutUrl: data.checkoutUrl, expiresAt: data.expiresAt, paidAt: null, buyer: { id: buyer.userId } },
    });
    expect(shown).not.toHaveProperty('commissionMinor');
    expect(await prove()).toMatchObject({ state: 'clean', findings: [] });
  });

  it('is the same for a repeat, and refused for another body or product under its key', async () => {
    const { seller, buyer, product } = await setUp();
    const key = newId();
    const first = await checkOut(buyer, product, {}, key);
    expect((await checkOut(buyer, product, {}, key)).data).toEqual(first.data);
    const others = [
      await checkOut(buyer, product, { quantity: 2 }, key),
      await checkOut(buyer, await aProduct(seller), {}, key),
    ];
    expect(others.map(({ status, error }) => [status, error.code])).toEqual([
      [422, 'IDEMPOTENCY_KEY_REUSED'],
      [422, 'IDEMPOTENCY_KEY_REUSED'],
    ]);
    expect(await stockOf(product)).toMatchObject({ stock: 9, held: 1 });
  });

  it('is begun once by ten requests with one key at once', async () => {
    const { buyer, product } = await setUp();
    const answers = await Promise.all(Array.from({ length: 10 }, () => checkOut(buyer, product, {}, 'one')));
    expect(new Set(answers.map(({ status, data }) => `${status} ${data?.orderId}`)).size).toBe(1);
    expect(await stockOf(product)).toMatchObject({ stock: 9, held: 1 });
  });

  it('needs an account, a key, and a quantity from 1 to 1000', async () => {
    const { buyer, product } = await setUp();
    expect((await checkOut(client({}), product)).status).toBe(401);
    const body = { ...RETURN_URLS, quantity: 1, expectedPriceMinor: 1_000 };
    expect((await buyer.post(`products/${product.id}/checkout`, body)).error.code).toBe('IDEMPOTENCY_KEY_REQUIRED');
    for (const quantity of [0, -1, 1_001, 1.5]) expect((await checkOut(buyer, product, { quantity })).status).toBe(422);
    expect((await checkOut(buyer, product, { expectedPriceMinor: -1 })).status).toBe(422);
    expect((await checkOut(buyer, product, { discountCode: 'X' })).status).toBe(422);
    const elsewhere = await checkOut(buyer, product, { successUrl: 'https://elsewhere.example/' });
    expect(elsewhere.error.code).toBe('RETURN_URL_NOT_ALLOWED');
    expect(await stockOf(product)).toEqual({ stock: 10, held: 0, sold: 0 });
  });

  it.each([
    ['a product that is not there', { missing: true }, 404, 'PRODUCT_NOT_FOUND'],
    ['a draft', { status: 'draft' }, 404, 'PRODUCT_NOT_FOUND'],
    ['a product in review', { status: 'review', submittedAt: 1 }, 404, 'PRODUCT_NOT_FOUND'],
    ['an archived product', { status: 'archived' }, 404, 'PRODUCT_NOT_FOUND'],
    ['a product that staff hid', { hiddenAt: 1 }, 404, 'PRODUCT_NOT_FOUND'],
    ['more pieces than a buyer may have', { perBuyerMax: 1 }, 409, 'PER_BUYER_MAX'],
    ['another price than the buyer saw', { priceMinor: 900 }, 409, 'PRICE_CHANGED'],
    ['an order above the largest amount', { priceMinor: 999_999_999_999 }, 409, 'ORDER_TOO_LARGE'],
  ])('is refused for %s', async (_name, { missing = false, ...traits }: Record<string, unknown>, status, code) => {
    const { buyer, product } = await setUp(traits);
    const named = missing ? { ...product, id: newId() } : product;
    const wish = { quantity: 2, ...(code === 'PRICE_CHANGED' ? { expectedPriceMinor: 1_000 } : {}) };
    const answer = await checkOut(buyer, named, wish);
    expect([answer.status, answer.error.code]).toEqual([status, code]);
    if (code === 'PRICE_CHANGED') expect(answer.error.details).toEqual({ priceMinor: 900, currency: 'USD' });
    expect(await testContext().db.select().from(orders).where(eq(orders.productId, named.id))).toEqual([]);
  });

  it('is refused for an archived product even to its earlier buyer, who still sees it', async () => {
    const { buyer, product } = await setUp();
    const order = await anOrder(buyer, product);
    await tell(orderEvents(order).paid());
    await testContext().db.update(products).set({ status: 'archived' }).where(eq(products.id, product.id));
    expect((await checkOut(buyer, product)).error.code).toBe('PRODUCT_NOT_ON_SALE');
  });

  it("is refused for one's own product, and in any way for a blocked, banned or departing seller", async () => {
    const { seller, buyer, product } = await setUp();
    expect((await checkOut(seller, product)).error.code).toBe('OWN_PRODUCT_CHECKOUT');
    await testContext().db.insert(blocks).values({ blockerId: seller.userId, blockedId: buyer.userId, createdAt: 0 });
    expect((await checkOut(buyer, product)).error.code).toBe('PRODUCT_NOT_FOUND');
    const pending = await asUser({ role: 'creator', creatorStatus: 'PENDING' });
    expect((await checkOut(buyer, await aProduct(pending))).error.code).toBe('PRODUCT_NOT_FOUND');
  });

  it('says when a drop opens, and sells it from then on', async () => {
    const availableAt = Date.now() + HOUR_MS;
    const { buyer, product } = await setUp({ availableAt });
    const { status, error } = await checkOut(buyer, product);
    expect([status, error.code, error.details]).toEqual([
      409,
      'NOT_ON_SALE_YET',
      { availableAt: new Date(availableAt).toISOString() },
    ]);
    await testContext().db.update(products).set({ availableAt: Date.now() }).where(eq(products.id, product.id));
    expect((await checkOut(buyer, product)).status).toBe(201);
  });

  it('is refused with the number that is left if more are ordered, and sells exactly what is left', async () => {
    const { buyer, product } = await setUp({ stock: 999 });
    const { status, error } = await checkOut(buyer, product, { quantity: 1_000 });
    expect([status, error.code, error.details]).toEqual([409, 'OUT_OF_STOCK', { left: 999 }]);
    expect((await checkOut(buyer, product, { quantity: 999 })).status).toBe(201);
    expect((await checkOut(await aCustomer(), product)).error.details).toEqual({ left: 0 });
  });

  it('never runs out of a product with unlimited stock', async () => {
    const { buyer, product } = await setUp({ stock: null });
    const order = await anOrder(buyer, product, { quantity: 1_000 });
    expect(await stockOf(product)).toEqual({ stock: null, held: 1_000, sold: 0 });
    await tell(orderEvents(order).expired);
    expect(await stockOf(product)).toEqual({ stock: null, held: 0, sold: 0 });
  });

  it('needs a variant if there are several, and takes its price', async () => {
    const { buyer, product } = await setUp();
    const large = await addVariant(product, { size: 'L' }, 1_500);
    expect((await checkOut(buyer, product)).error.code).toBe('VARIANT_REQUIRED');
    expect((await checkOut(buyer, product, { variantId: newId() })).error.code).toBe('VARIANT_NOT_FOUND');
    const { data } = await checkOut(buyer, product, { variantId: large, expectedPriceMinor: 1_500 });
    const { lines } = (await buyer.get(`orders/${data.orderId}`)).data;
    expect(lines).toMatchObject([{ variantId: large, options: { size: 'L' }, unitPriceMinor: 1_500 }]);
    await testContext().db.update(productVariants).set({ retiredAt: 1 }).where(eq(productVariants.id, large));
    expect((await checkOut(buyer, product, { variantId: large })).error.code).toBe('VARIANT_NOT_FOUND');
  });

  it('takes the live price while the stream is live, and refuses other streams', async () => {
    const { seller, buyer, product } = await setUp();
    const [live, ended, other] = [
      await aStream(seller),
      await aStream(seller, { status: 'ended' }),
      await aStream(await asCreator()),
    ];
    await showIn(live, product, 700);
    await showIn(ended, product, 600);
    for (const sessionId of [ended, other, newId()])
      expect((await checkOut(buyer, product, { sessionId })).error.code).toBe('SESSION_NOT_SELLING');
    const changed = await checkOut(buyer, product, { sessionId: live });
    expect(changed.error.details).toEqual({ priceMinor: 700, currency: 'USD' });
    const { data } = await checkOut(buyer, product, { sessionId: live, expectedPriceMinor: 700 });
    expect((await buyer.get(`orders/${data.orderId}`)).data).toMatchObject({ streamId: live, itemsMinor: 700 });
  });

  it('is refused in a country that hides the seller, and where they do not ship to', async () => {
    const { buyer, product } = await setUp({ shipsTo: ['DE', 'AT'] });
    const from = (country: string) => clientWith({}, { ...buyer.headers, 'x-dev-country': country });
    expect((await checkOut(from('FR'), product)).error).toMatchObject({
      ...{ code: 'NOT_SHIPPED_THERE', details: { shipsTo: ['DE', 'AT'] } },
    });
    expect((await checkOut(from('DE'), product)).status).toBe(201);
    expect((await checkOut(buyer, product)).status).toBe(201);
  });

  it('is unavailable for goods that are shipped if the provider collects no address', async () => {
    const { buyer, product } = await setUp();
    const dodo = clientWith(
      { PAYMENT_PROVIDER: 'dodo', DODO_API_KEY: 'key', DODO_PRODUCT_ID: 'pdt_1', DODO_WEBHOOK_SECRET: 'whsec_Zm9v' },
      buyer.headers,
    );
    expect((await checkOut(dodo, product)).error.code).toBe('SHOP_UNAVAILABLE');
    expect(await stockOf(product)).toMatchObject({ stock: 10, held: 0 });
  });

  it('is not opened by a repeat for a product that is hidden since', async () => {
    const { buyer, product } = await setUp();
    const { data } = await checkOut(buyer, product, {}, 'a-repeated-key');
    const { db } = testContext();
    // As after an answer of the provider that never arrived.
    await db.update(orders).set({ checkoutId: null, checkoutUrl: null }).where(eq(orders.id, data.orderId));
    await db.update(products).set({ hiddenAt: Date.now() }).where(eq(products.id, product.id));
    expect((await checkOut(buyer, product, {}, 'a-repeated-key')).error.code).toBe('PRODUCT_NOT_FOUND');
    await db.update(products).set({ hiddenAt: null }).where(eq(products.id, product.id));
    expect((await checkOut(buyer, product, {}, 'a-repeated-key')).data).toEqual(data);
  });

  it('gives a piece that is kept for someone who waited to them alone', async () => {
    const { buyer, product } = await setUp({ stock: 0 });
    const { db } = testContext();
    const waiting = { variantId: product.variantId, userId: buyer.userId, id: newId(), createdAt: 0 };
    await db.insert(productWaits).values({ ...waiting, offeredUntil: Date.now() + MINUTE_MS });
    await db.update(productVariants).set({ offered: 1 }).where(eq(productVariants.id, product.variantId));
    expect((await checkOut(await aCustomer(), product)).error.code).toBe('OUT_OF_STOCK');
    expect((await checkOut(buyer, product)).status).toBe(201);
    expect(await stockOf(product)).toEqual({ stock: 0, held: 1, sold: 0 });
    expect(await db.select().from(productWaits).where(eq(productWaits.userId, buyer.userId))).toEqual([]);
  });
});

describe('the limits of checkouts', () => {
  it('are two open ones for a product and ten in all', async () => {
    const { seller, buyer, product } = await setUp();
    for (let count = 0; count < 2; count += 1) expect((await checkOut(buyer, product)).status).toBe(201);
    expect((await checkOut(buyer, product)).error.code).toBe('CHECKOUTS_OPEN');
    for (let count = 0; count < 8; count += 1) expect((await checkOut(buyer, await aProduct(seller))).status).toBe(201);
    const { error } = await checkOut(buyer, await aProduct(seller));
    expect([error.code, (error.details as { open: unknown[] }).open.length]).toEqual(['CHECKOUTS_OPEN', 10]);
  });

  it('count the pieces of one buyer in one stream over all of their orders, also at once', async () => {
    const { seller, buyer, product } = await setUp({ perBuyerMax: 2 });
    const streamId = await aStream(seller);
    await showIn(streamId, product);
    const wish = { sessionId: streamId };
    const answers = await Promise.all([1, 2, 3].map(() => checkOut(buyer, product, { ...wish, quantity: 2 })));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 409, 409]);
    expect(answers.find(({ status }) => status === 409)?.error).toMatchObject({
      ...{ code: 'PER_BUYER_MAX', details: { perBuyerMax: 2 } },
    });
    const [order] = await testContext()
      .db.select()
      .from(orders)
      .where(and(eq(orders.userId, buyer.userId), eq(orders.productId, product.id)));
    if (!order) throw new Error('No order began');
    await tell(orderEvents(order).expired);
    expect((await checkOut(buyer, product, { ...wish, quantity: 2 })).status).toBe(201);
  });

  it('let forty racing buyers have the last ten, never eleven and none lost', async () => {
    const { product } = await setUp({ stock: 10 });
    const buyers = await Promise.all(Array.from({ length: 40 }, () => asViewer()));
    const answers = await Promise.all(buyers.map((buyer) => checkOut(buyer, product)));
    const won = answers.filter(({ status }) => status === 201);
    expect(won).toHaveLength(10);
    expect(new Set(answers.filter(({ status }) => status !== 201).map(({ error }) => error.code))).toEqual(
      new Set(['OUT_OF_STOCK']),
    );
    expect(await stockOf(product)).toEqual({ stock: 0, held: 10, sold: 0 });
    for (const { data } of won) await tell(orderEvents(await orderOf(data.orderId)).paid());
    expect(await stockOf(product)).toEqual({ stock: 0, held: 0, sold: 10 });
    expect(await prove()).toMatchObject({ state: 'clean', findings: [] });
  });
});

describe('shipping in a show', () => {
  const aShow = async (...shipping: number[]) => {
    const [seller, buyer] = [await asCreator(), await aCustomer()];
    const streamId = await aStream(seller);
    const goods: Offered[] = [];
    for (const shippingMinor of shipping) {
      const product = await aProduct(seller, { shippingMinor });
      await showIn(streamId, product);
      goods.push(product);
    }
    return { buyer, goods, begin: (product: Offered) => anOrder(buyer, product, { sessionId: streamId }) };
  };

  it('is paid once: a later order pays only what is dearer', async () => {
    const { goods, begin } = await aShow(500, 800, 300);
    const paid = [];
    for (const product of goods) {
      const order = await begin(product);
      paid.push(order.shippingMinor);
      await tell(orderEvents(order).paid());
    }
    expect(paid).toEqual([500, 300, 0]);
    expect(await prove()).toMatchObject({ state: 'clean', findings: [] });
  });

  it('is refunded with its tax if two orders that were open at the same time both paid it', async () => {
    const { goods, begin } = await aShow(500, 800);
    const open = [];
    for (const product of goods) open.push(await begin(product));
    expect(open.map(({ shippingMinor }) => shippingMinor)).toEqual([500, 800]);
    const [first, second] = open as [(typeof open)[0], (typeof open)[0]];
    await tell(orderEvents(first).paid(150));
    expect(await refundsOf(first.id)).toEqual([]);
    await tell(orderEvents(second).paid(180));
    // 500 of shipping and a tenth of it.
    expect(await refundsOf(second.id)).toMatchObject([
      { quantity: 0, shippingMinor: 500, amountMinor: 550, by: 'system', state: 'requested' },
    ]);
    expect(await orderOf(second.id)).toMatchObject({ refundingMinor: 550, refundedShippingMinor: 500 });
    await tell(orderEvents(second).paid(180));
    expect(await refundsOf(second.id)).toHaveLength(1);
    expect(await prove()).toMatchObject({ state: 'clean', findings: [] });
  });

  it('is refunded once if both are paid at the same moment', async () => {
    const { goods, begin } = await aShow(500, 500);
    const open = [];
    for (const product of goods) open.push(await begin(product));
    await Promise.all(open.map((order) => tell(orderEvents(order).paid())));
    const refunds = await Promise.all(open.map(({ id }) => refundsOf(id)));
    expect(refunds.flat()).toMatchObject([{ amountMinor: 500 }]);
  });

  it('stays paid: the order that carried it cannot be cancelled before those that share it', async () => {
    const { buyer, goods, begin } = await aShow(500, 300);
    const paid: string[] = [];
    for (const product of goods) {
      const order = await begin(product);
      await tell(orderEvents(order).paid());
      paid.push(order.id);
    }
    const cancel = (at: number) => buyer.post(`orders/${paid[at]}/cancel`);
    expect((await cancel(0)).error.code).toBe('SHIPPING_SHARED');
    expect((await cancel(1)).data.status).toBe('cancelled');
    expect((await cancel(0)).data.status).toBe('cancelled');
  });

  it('stays paid also while an order that shares it waits for its payment', async () => {
    const { buyer, goods, begin } = await aShow(500, 300);
    const [carries, shares] = goods as [Offered, Offered];
    const first = await begin(carries);
    await tell(orderEvents(first).paid());
    const second = await begin(shares);
    expect((await buyer.post(`orders/${first.id}/cancel`)).error.code).toBe('SHIPPING_SHARED');
    await tell(orderEvents(second).expired);
    expect((await buyer.post(`orders/${first.id}/cancel`)).data.status).toBe('cancelled');
  });

  it('is paid in each currency, since amounts of different currencies cannot be compared', async () => {
    const [seller, buyer] = [await asCreator(), await aCustomer()];
    const streamId = await aStream(seller);
    const [inYen, inDollars] = [
      await aProduct(seller, { shippingMinor: 800, currency: 'JPY' }),
      await aProduct(seller, { shippingMinor: 500 }),
    ];
    for (const product of [inYen, inDollars]) await showIn(streamId, product);
    const open = await anOrder(buyer, inDollars, { sessionId: streamId });
    await tell(orderEvents(await anOrder(buyer, inYen, { sessionId: streamId })).paid());
    const later = await anOrder(buyer, inDollars, { sessionId: streamId });
    expect(later.shippingMinor).toBe(500);
    await tell(orderEvents(open).paid());
    expect(await refundsOf(open.id)).toEqual([]);
  });
});

describe('orders', () => {
  it('are shown to their buyer and seller alone, each with what only they may know', async () => {
    const { seller, buyer, product } = await setUp();
    const order = await anOrder(buyer, product);
    await tell(orderEvents(order).paid(80));
    const [bought, sold] = [
      (await buyer.get(`orders/${order.id}`)).data,
      (await seller.get(`orders/${order.id}`)).data,
    ];
    expect(bought).toMatchObject({ status: 'paid', taxMinor: 80, totalMinor: 1_080, address: ADDRESS });
    expect(sold).toMatchObject({ commissionMinor: 100, address: ADDRESS, seller: { id: seller.userId } });
    for (const other of [await asViewer(), await asCreator()])
      expect((await other.get(`orders/${order.id}`)).error.code).toBe('ORDER_NOT_FOUND');
    expect((await client({}).get(`orders/${order.id}`)).status).toBe(401);
    expect((await buyer.get('orders/7')).status).toBe(422);
  });

  it('are listed to their buyer, newest first, page by page and by status', async () => {
    const { seller, buyer } = await setUp();
    const begun = [];
    for (let count = 0; count < 3; count += 1) begun.push(await anOrder(buyer, await aProduct(seller)));
    await tell(orderEvents(begun[1] as (typeof begun)[0]).paid());
    const ids = begun.map(({ id }) => id).toReversed();
    const first = (await buyer.get('orders?perPage=2')).data;
    expect(first.items.map(({ id }: { id: string }) => id)).toEqual(ids.slice(0, 2));
    const second = (await buyer.get(`orders?perPage=2&cursor=${first.pagination.nextCursor}`)).data;
    expect(second.items.map(({ id }: { id: string }) => id)).toEqual(ids.slice(2));
    expect(second.pagination.nextCursor).toBeNull();
    const paid = (await buyer.get('orders?status=paid')).data;
    expect(paid.items.map(({ id }: { id: string }) => id)).toEqual([begun[1]?.id]);
    expect((await seller.get('orders')).data.items).toEqual([]);
    expect((await buyer.get('orders?status=lost')).status).toBe(422);
    expect((await client({}).get('orders')).status).toBe(401);
  });
});

it('checkouts spend the daily budget for purchases', async () => {
  const { product } = await setUp();
  const viewer = await asViewer();
  const poor = clientWith({ DAILY_CHECKOUTS: '1/1' }, viewer.headers);
  expect((await checkOut(poor, product)).status).toBe(201);
  expect((await checkOut(poor, product, {}, once().headers['idempotency-key'])).error.code).toBe('DAILY_BUDGET_SPENT');
  expect(await stockOf(product)).toMatchObject({ stock: 9, held: 1 });
});
