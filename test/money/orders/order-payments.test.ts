/** What an order's payment does to money, stock and people, in whatever order its events come. */
import { env } from 'cloudflare:workers';
import { eq } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { clientWith } from '#test/support/app';
import { testContext } from '#test/support/context';
import {
  ADDRESS,
  aCustomer,
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
import { recordingContext } from '#test/support/outbox';
import { prove } from '#test/support/proof';
import { tell } from '#test/support/purchases';
import { aStream } from '#test/support/streams';
import { STRIPE_ENV, standInForStripe } from '#test/support/stripe';
import { asCreator } from '#test/support/users';
import type { Context } from '@/contracts/context';
import type { PaymentEvent } from '@/contracts/payments';
import type { OrderRow } from '@/domains/money/orders/tables';
import { decidePaymentEvent } from '@/domains/money/payments/decide';
import { HeldForStaff } from '@/domains/money/payments/held';
import { askAboutPayments } from '@/domains/money/payments/sweep';
import { products } from '@/domains/money/products/tables';
import { PAYMENT_KINDS } from '@/domains/operations/webhooks/payment-kinds';
import { readBalance } from '@/ledger/transfers';
import { newId } from '@/shared/ids';
import { DAY_MS } from '@/shared/time';

async function aSale(traits: Parameters<typeof aProduct>[1] = {}, wish: Record<string, unknown> = {}) {
  const [seller, buyer] = [await asCreator(), await aCustomer()];
  const product = await aProduct(seller, traits);
  const order = await anOrder(buyer, product, wish);
  return {
    ...{ seller, buyer, product, order, events: orderEvents(order) },
    now: () => orderOf(order.id),
    sales: () => readBalance(testContext(), seller.userId, 'sales', 'USD'),
  };
}

const clean = async () => expect(await prove()).toMatchObject({ state: 'clean', findings: [] });

/** `sale 1000`, by leg. */
async function legsOf(id: string): Promise<string[]> {
  const { results } = await env.DB.prepare(
    `SELECT kind || ' ' || amount AS line FROM ledger_transfers WHERE ref_type = 'order' AND ref_id = ? ORDER BY leg`,
  )
    .bind(id)
    .all<{ line: string }>();
  return results.map(({ line }) => line);
}

const noticesIn = (sent: readonly object[]) =>
  sent.flatMap((event) => ('notification' in event ? [event.notification as { kind: string; userId: string }] : []));

/** Others take what is left. */
async function takeAll(product: Offered) {
  const { stock } = (await stockOf(product)) ?? {};
  const order = await anOrder(await aCustomer(), product, { quantity: stock });
  await tell(orderEvents(order).paid());
}

describe('a paid order', () => {
  it('books items, shipping, tax and commission, and sells what it held', async () => {
    const { order, events, product, sales, now } = await aSale({ shippingMinor: 500 }, { quantity: 2 });
    await tell(events.paid(215));
    expect(await legsOf(order.id)).toEqual(['sale 2000', 'sale_shipping 500', 'sale_tax 215', 'commission 200']);
    expect(await now()).toMatchObject({
      ...{ state: 'paid', amountMinor: 2_715, taxMinor: 215, stockState: 'sold', legs: 4, heldMinor: 2_300 },
      ...{ maturesAt: null, fulfilledAt: null },
    });
    expect(await sales()).toBe(2_300);
    expect(await stockOf(product)).toEqual({ stock: 8, held: 0, sold: 2 });
    await clean();
  });

  it('notifies buyer and seller, and changes nothing when it is reported again', async () => {
    const { order, events, buyer, seller } = await aSale();
    const { ctx, events: sent } = recordingContext();
    await tell(events.paid(), ctx);
    await Promise.all([tell(events.paid(), ctx), tell(events.expired, ctx), tell(events.failed, ctx)]);
    expect(noticesIn(sent).map(({ kind, userId }) => [kind, userId])).toEqual([
      ['order-paid', buyer.userId],
      ['order-received', seller.userId],
    ]);
    expect(await legsOf(order.id)).toEqual(['sale 1000', 'commission 100']);
    await clean();
  });

  it.each([false, true])('tells the stream, with the name of its buyer if they want that: %s', async (showName) => {
    const seller = await asCreator();
    const [buyer, product, streamId] = [await aCustomer(), await aProduct(seller), await aStream(seller)];
    await showIn(streamId, product);
    const order = await anOrder(buyer, product, { sessionId: streamId, showName, quantity: 2 });
    const { ctx, events: sent } = recordingContext();
    await tell(orderEvents(order).paid(), ctx);
    const event = {
      ...{ type: 'product-sold', streamId, productId: product.id, title: expect.any(String), quantity: 2 },
      buyer: showName
        ? expect.objectContaining({ id: buyer.userId, username: buyer.username, displayName: buyer.username })
        : null,
    };
    expect(sent).toContainEqual({ kind: 'room', roomId: streamId, command: { type: 'event', event } });
  });

  it('keeps its address encrypted, for buyer and seller', async () => {
    const { order, events, buyer, seller, now } = await aSale();
    await tell(events.paid());
    expect((await now()).address).not.toContain('Ada');
    for (const party of [buyer, seller]) expect((await party.get(`orders/${order.id}`)).data.address).toEqual(ADDRESS);
  });

  it('is fulfilled at once if it is digital, and its file opens for its buyer until it is refunded', async () => {
    const key = `product/${newId()}-${'a'.repeat(43)}`;
    const traits = { kind: 'digital' as const, fileKey: key, fileName: 'song.mp3' };
    const { order, events, buyer, seller, now } = await aSale(traits);
    const download = () => buyer.get(`orders/${order.id}/download`);
    expect((await download()).error.code).toBe('NOTHING_TO_DOWNLOAD');
    await tell(events.paid());
    const { state, fulfilledAt, maturesAt } = await now();
    expect([state, (maturesAt ?? 0) - (fulfilledAt ?? 0)]).toEqual(['fulfilled', 14 * DAY_MS]);
    const { data } = await download();
    expect(data).toEqual({ url: expect.stringMatching(/\?token=/), expiresAt: expect.any(String) });
    expect((await seller.get(`orders/${order.id}/download`)).error.code).toBe('ORDER_NOT_FOUND');
    expect((await (await aCustomer()).get(`orders/${order.id}/download`)).status).toBe(404);
    await tell(events.refunded(1_000));
    expect((await download()).error.code).toBe('NOTHING_TO_DOWNLOAD');
  });

  it.each([
    ['less than its price', { amountMinor: 999 }],
    ['more than its price', { amountMinor: 1_001 }],
    ['tax that is not part of the amount', { taxMinor: 1 }],
    ['another currency', { currency: 'EUR' }],
    ['other shipping', { shippingMinor: 1 }],
  ])('is left to staff if %s was paid, and they cannot give it another price', async (_name, change) => {
    const { order, events, sales, now } = await aSale();
    const wrong = { ...events.paid(), ...change };
    await expect(tell(wrong)).rejects.toThrow(HeldForStaff);
    const decision = { decision: 'accept', staffId: newId(), record: () => [] } as const;
    await expect(decidePaymentEvent(testContext(), PAYMENT_KINDS, 'sandbox', wrong, decision)).rejects.toMatchObject({
      code: 'DECISION_IMPOSSIBLE',
    });
    expect([await sales(), (await now()).state, await legsOf(order.id)]).toEqual([0, 'pending', []]);
  });

  it('that was paid twice is credited as an order of its own if staff decide so', async () => {
    const { order, events, product, sales, seller } = await aSale({ shippingMinor: 300 });
    await tell(events.paid(130));
    const second = { ...events.paid(130), paymentId: `again_${order.id}` };
    await expect(tell(second)).rejects.toThrow(HeldForStaff);
    const decision = { decision: 'credit', staffId: newId(), record: () => [] } as const;
    await decidePaymentEvent(testContext(), PAYMENT_KINDS, 'sandbox', second, decision);
    await expect(
      decidePaymentEvent(testContext(), PAYMENT_KINDS, 'sandbox', second, decision),
    ).resolves.toBeUndefined();
    expect(await sales()).toBe(2 * 1_200);
    expect(await stockOf(product)).toEqual({ stock: 8, held: 0, sold: 2 });
    expect(seller.userId).toBe((await orderOf(order.id)).sellerId);
    await clean();
  });
});

describe('expiry and payment that cross', () => {
  it('return the stock when it expires, and take it again when the money comes late', async () => {
    const { events, product, now, order } = await aSale();
    await tell(events.expired);
    await tell(events.expired);
    expect([(await now()).state, await stockOf(product)]).toEqual(['expired', { stock: 10, held: 0, sold: 0 }]);
    await clean();
    await tell(events.paid());
    expect([(await now()).state, await stockOf(product)]).toEqual(['paid', { stock: 9, held: 0, sold: 1 }]);
    expect(await refundsOf(order.id)).toEqual([]);
    await clean();
  });

  it('give all of the money back if nothing is left by then, and tell both sides', async () => {
    const { events, product, now, order, buyer, seller, sales } = await aSale({ shippingMinor: 200 });
    await tell(events.expired);
    await takeAll(product);
    const { ctx, events: sent } = recordingContext();
    const before = await sales();
    await tell(events.paid(100), ctx);
    expect(await now()).toMatchObject({
      ...{ state: 'cancelled', cancelledBy: 'system', stockState: 'none', refundingMinor: 1_300 },
      ...{ refundedQuantity: 1, refundedShippingMinor: 200 },
    });
    const [refund] = await refundsOf(order.id);
    expect(refund).toMatchObject({ amountMinor: 1_300, quantity: 1, shippingMinor: 200, by: 'system', restock: false });
    expect(sent).toContainEqual({ kind: 'task', task: { type: 'refund-order', refundId: refund?.id } });
    expect(noticesIn(sent).map(({ kind, userId }) => [kind, userId])).toEqual([
      ['order-cancelled', buyer.userId],
      ['order-cancelled', seller.userId],
    ]);
    await tell(events.paid(100), ctx);
    await tell(events.refunded(1_300));
    expect([await sales(), await stockOf(product)]).toEqual([before, { stock: 0, held: 0, sold: 10 }]);
  });

  it('pay once if both are reported at the same moment', async () => {
    for (let round = 0; round < 5; round += 1) {
      const { events, product, now } = await aSale();
      await Promise.all([tell(events.expired), tell(events.paid()), tell(events.expired)]);
      expect([(await now()).state, await stockOf(product)]).toEqual(['paid', { stock: 9, held: 0, sold: 1 }]);
    }
    await clean();
  });

  it('sell no piece twice if two late payments meet', async () => {
    const { events, product, order } = await aSale({ stock: 2 }, { quantity: 2 });
    await tell(events.expired);
    const other = await anOrder(await aCustomer(), product, { quantity: 2 });
    await tell(orderEvents(other).expired);
    await Promise.all([tell(events.paid()), tell(orderEvents(other).paid())]);
    const states = [(await orderOf(order.id)).stockState, (await orderOf(other.id)).stockState];
    expect(states.toSorted()).toEqual(['none', 'sold']);
    expect(await stockOf(product)).toEqual({ stock: 0, held: 0, sold: 2 });
    await clean();
  });

  it('keep the pieces while slow money is on its way, and return them if it fails', async () => {
    const { events, product, now } = await aSale();
    await tell(events.processing);
    await tell(events.expired);
    expect([(await now()).state, await stockOf(product)]).toEqual(['pending', { stock: 9, held: 1, sold: 0 }]);
    await tell(events.failed);
    await tell(events.failed);
    expect([(await now()).state, await stockOf(product)]).toEqual(['expired', { stock: 10, held: 0, sold: 0 }]);
    await clean();
  });

  it('keep the pieces after a declined card, which can be tried again', async () => {
    const { events, product, now } = await aSale();
    await tell(events.failed);
    expect(await stockOf(product)).toMatchObject({ held: 1 });
    await tell(events.paid());
    expect((await now()).state).toBe('paid');
  });
});

describe('the sweep of orders', () => {
  /** A Context at this time, whose provider answers so when a checkout is to be ended. */
  function ending(now: number, outcome: PaymentEvent | undefined) {
    const base = testContext();
    const ended: string[] = [];
    const provider = {
      ...base.payments.current,
      endCheckout: async (purchaseId: string) => {
        ended.push(purchaseId);
        return outcome;
      },
    };
    const ctx: Context = { ...base, now: () => now, payments: { ...base.payments, of: () => provider } };
    return { ctx, ended };
  }
  const untilNow = async (order: OrderRow) => {
    await env.DB.prepare('UPDATE orders SET ask_at = NULL WHERE id <> ?').bind(order.id).run();
  };

  it('ends the checkout when the hold is over, and returns the pieces only if nobody paid', async () => {
    const { order, events, product, now } = await aSale();
    await untilNow(order);
    const early = ending(order.holdUntil - 1, events.expired);
    await askAboutPayments(early.ctx, PAYMENT_KINDS);
    expect(early.ended).toEqual([]);
    const open = ending(order.holdUntil, undefined);
    await askAboutPayments(open.ctx, PAYMENT_KINDS);
    expect([open.ended, await stockOf(product)]).toEqual([[order.id], { stock: 9, held: 1, sold: 0 }]);
    await askAboutPayments(ending((await now()).askAt ?? 0, events.expired).ctx, PAYMENT_KINDS);
    expect([(await now()).state, await stockOf(product)]).toEqual(['expired', { stock: 10, held: 0, sold: 0 }]);
  });

  it('pays the order if the provider says that it was paid', async () => {
    const { order, events, product, now } = await aSale();
    await untilNow(order);
    await askAboutPayments(ending(order.holdUntil, events.paid(50)).ctx, PAYMENT_KINDS);
    expect([(await now()).state, await stockOf(product)]).toEqual(['paid', { stock: 9, held: 0, sold: 1 }]);
  });

  it('frees at once what a killed request held, since no buyer was sent to a checkout', async () => {
    const { order, product, now } = await aSale();
    await untilNow(order);
    await env.DB.prepare('UPDATE orders SET checkout_id = NULL, checkout_url = NULL WHERE id = ?').bind(order.id).run();
    const { ctx, ended } = ending(order.holdUntil, undefined);
    await askAboutPayments(ctx, PAYMENT_KINDS);
    expect([ended, (await now()).state, await stockOf(product)]).toEqual([
      [],
      'expired',
      { stock: 10, held: 0, sold: 0 },
    ]);
  });
});

describe('a checkout at Stripe', () => {
  const TIMEOUT_MS = 20_000; // the first call loads Stripe's library

  it('lists the goods with their shipping, and gives the pieces back if Stripe refuses for good', {
    timeout: TIMEOUT_MS,
  }, async () => {
    const stripe = standInForStripe();
    const [seller, person] = [await asCreator(), await aCustomer()];
    const product = await aProduct(seller, { shippingMinor: 500, shipsTo: ['DE'] });
    const buyer = clientWith(STRIPE_ENV, person.headers);
    stripe.failNext({ status: 400, error: { type: 'invalid_request_error', message: 'no' } });
    expect((await checkOut(buyer, product, {}, 'a-key')).error.code).toBe('PAYMENT_REFUSED');
    expect(await stockOf(product)).toEqual({ stock: 10, held: 0, sold: 0 });
    expect((await checkOut(buyer, product, {}, 'a-key')).error.code).toBe('PAYMENT_REFUSED');
    stripe.failNext('away');
    expect((await checkOut(buyer, product, {}, 'b-key')).error.code).toBe('PAYMENT_UNAVAILABLE');
    expect(await stockOf(product)).toEqual({ stock: 9, held: 1, sold: 0 });
    expect((await checkOut(buyer, product, { quantity: 1 }, 'b-key')).status).toBe(201);
    const [body] = stripe.callsOf('POST /v1/checkout/sessions').slice(-1);
    expect(JSON.stringify(body)).toContain('"500"');
    await clean();
  });
});

describe('cancelling', () => {
  const cancel = (person: { post: (path: string, body?: object) => Promise<{ status: number }> }, id: string) =>
    person.post(`orders/${id}/cancel`, {});

  it('ends an unpaid order and returns its pieces, once', async () => {
    const { order, buyer, product } = await aSale();
    for (let times = 0; times < 2; times += 1) {
      const answer = await buyer.post(`orders/${order.id}/cancel`);
      expect([answer.status, answer.data.status]).toEqual([200, 'cancelled']);
      expect(await stockOf(product)).toEqual({ stock: 10, held: 0, sold: 0 });
    }
    await clean();
  });

  it('is for the buyer alone', async () => {
    const { order, seller } = await aSale();
    for (const other of [seller, await aCustomer()]) expect((await cancel(other, order.id)).status).toBe(404);
  });

  it('comes too late for an order whose money is on its way', async () => {
    const { order, events, buyer, product } = await aSale();
    await tell(events.processing);
    expect((await buyer.post(`orders/${order.id}/cancel`)).error.code).toBe('ORDER_BEING_PAID');
    expect(await stockOf(product)).toMatchObject({ held: 1 });
  });

  it('and paying at once leave the order either paid or cancelled and refundable, never both', async () => {
    for (let round = 0; round < 5; round += 1) {
      const { order, events, buyer, product } = await aSale();
      await Promise.all([buyer.post(`orders/${order.id}/cancel`), tell(events.paid())]);
      const { state, stockState } = await orderOf(order.id);
      // Cancelled after the payment, it is refunded; its pieces come back with the refund.
      expect(['paid', 'cancelled']).toContain(state);
      expect(stockState).toBe('sold');
      expect(await refundsOf(order.id)).toHaveLength(state === 'cancelled' ? 1 : 0);
      expect(await stockOf(product)).toEqual({ stock: 9, held: 0, sold: 1 });
    }
    await clean();
  });

  it('does not stop a payment that arrives after it, which takes what is left', async () => {
    const { order, events, buyer, product } = await aSale();
    await buyer.post(`orders/${order.id}/cancel`);
    await tell(events.paid());
    expect((await buyer.get(`orders/${order.id}`)).data.status).toBe('paid');
    expect(await stockOf(product)).toEqual({ stock: 9, held: 0, sold: 1 });
    await clean();
  });

  it('refunds a paid order that was not fulfilled, and refuses a fulfilled one', async () => {
    const { order, events, buyer } = await aSale();
    await tell(events.paid(70));
    expect((await buyer.post(`orders/${order.id}/cancel`)).data.status).toBe('cancelled');
    expect(await refundsOf(order.id)).toMatchObject([{ amountMinor: 1_070, restock: true, by: 'buyer' }]);
    const digital = await aSale({ kind: 'digital' });
    await tell(digital.events.paid());
    expect((await digital.buyer.post(`orders/${digital.order.id}/cancel`)).error.code).toBe('ORDER_NOT_CANCELLABLE');
    await clean();
  });
});

describe('money of an order that is taken back', () => {
  it('takes tax and commission back in proportion, and gives everything back when the dispute is won', async () => {
    const { order, events, sales, seller } = await aSale({ shippingMinor: 500 }, { quantity: 2 });
    await tell(events.paid(250));
    const { ctx, events: sent } = recordingContext();
    await tell(events.disputed('open', 1_375), ctx);
    expect((await legsOf(order.id)).slice(4)).toEqual([
      'sale_reversal 1250',
      'tax_reversal 125',
      'commission_reversal 100',
    ]);
    expect([await sales(), (await orderOf(order.id)).state]).toEqual([2_300 - 1_250 + 100, 'disputed']);
    await tell(events.disputed('won', 1_375), ctx);
    expect([await sales(), (await orderOf(order.id)).state]).toEqual([2_300, 'paid']);
    expect(noticesIn(sent).map(({ kind, userId }) => [kind, userId])).toEqual([
      ['sale-reversed', seller.userId],
      ['sale-restored', seller.userId],
    ]);
    await clean();
  });

  it('is booked as refunds and as disputes apart, and never more than was paid', async () => {
    const { order, events, sales, now } = await aSale();
    await tell(events.paid(100));
    await tell(events.refunded(400));
    await tell(events.disputed('lost', 1_100));
    expect(await now()).toMatchObject({
      state: 'refunded',
      reversedMinor: 1_100,
      refundedMinor: 400,
      proceedsMinor: 0,
    });
    expect(await sales()).toBe(0);
    expect((await legsOf(order.id)).filter((leg) => leg.startsWith('sale_re'))).toEqual([
      'sale_refund 364',
      'sale_reversal 636',
    ]);
    await tell(events.refundFailed(400));
    expect(await now()).toMatchObject({ reversedMinor: 1_100, refundedMinor: 0 });
    await clean();
  });

  it('may be reported before the payment itself, tax included', async () => {
    const { events, sales, now } = await aSale();
    await tell(events.disputed('open', 1_100));
    await tell(events.paid(100));
    expect(await now()).toMatchObject({ state: 'disputed', reversedMinor: 1_100, proceedsMinor: 0 });
    expect(await sales()).toBe(0);
    await clean();
  });

  it('may be more than the seller still has', async () => {
    const { events, sales, seller, order } = await aSale();
    await tell(events.paid());
    await tell(events.disputed('lost', 1_000));
    expect([await sales(), (await orderOf(order.id)).state]).toEqual([0, 'refunded']);
    expect(seller.userId).toBe(order.sellerId);
    await clean();
  });
});

describe('the proof of orders', () => {
  const aPaidSale = async () => {
    const sale = await aSale({ shippingMinor: 500 });
    await tell(sale.events.paid(150));
    await tell(sale.events.refunded(165));
    return sale;
  };
  const findings = async () => (await prove()).findings.map(({ subject, id }) => `${subject} ${id}`);

  it.each([
    ['a price', 'UPDATE orders SET unit_minor = 900, items_minor = 900, amount_minor = 1550 WHERE id = ?'],
    ['a tax', 'UPDATE orders SET tax_minor = 151, amount_minor = 1651 WHERE id = ?'],
    ['a commission', 'UPDATE orders SET commission_minor = 99 WHERE id = ?'],
    ['what was refunded', 'UPDATE orders SET refunded_minor = 164 WHERE id = ?'],
    ['what was taken back', 'UPDATE orders SET reversed_minor = 166 WHERE id = ?'],
    ['the number of its transfers', 'UPDATE orders SET legs = legs + 1 WHERE id = ?'],
    ['its seller', "UPDATE orders SET seller_id = 'somebody' WHERE id = ?"],
    ['its status', "UPDATE orders SET status = 'paid' WHERE id = ?"],
    ['what is being refunded', 'UPDATE orders SET refunding_minor = 1 WHERE id = ?'],
    ['its claims', 'DELETE FROM purchase_claims WHERE purchase_id = ?'],
  ])('finds that %s was changed', async (_name, statement) => {
    const { order } = await aPaidSale();
    expect(await findings()).not.toContain(`order ${order.id}`);
    await env.DB.prepare(statement).bind(order.id).run();
    expect(await findings()).toContain(`order ${order.id}`);
  });

  it('finds pieces that were sold or held by no order, and money that is held for none', async () => {
    const { product, seller } = await aPaidSale();
    await env.DB.prepare('UPDATE product_variants SET sold = sold + 1 WHERE id = ?').bind(product.variantId).run();
    await env.DB.prepare('UPDATE sales_held SET amount_minor = 1 WHERE seller_id = ?').bind(seller.userId).run();
    const found = await findings();
    expect(found).toContain(`variant ${product.variantId}`);
    expect(found).toContain(`sales-held ${seller.userId}`);
    await env.DB.prepare('UPDATE product_variants SET sold = sold - 1, held = 1 WHERE id = ?')
      .bind(product.variantId)
      .run();
    expect(await findings()).toContain(`variant ${product.variantId}`);
  });

  it('finds a sale of an order that does not exist', async () => {
    const { order } = await aPaidSale();
    await env.DB.prepare('DELETE FROM orders WHERE id = ?').bind(order.id).run();
    expect(await findings()).toContain(`order ${order.id}`);
  });
});

it('an archived product keeps its orders', async () => {
  const { order, product, buyer } = await aSale();
  await testContext().db.update(products).set({ status: 'archived' }).where(eq(products.id, product.id));
  expect((await buyer.get(`orders/${order.id}`)).data.lines).toMatchObject([{ title: 'A mug', productId: product.id }]);
});
