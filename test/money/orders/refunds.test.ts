/** Refunds of orders: asked for once, sent to the provider, and booked by its report. */
import { sql } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { client } from '#test/support/api';
import { testContext } from '#test/support/context';
import { once } from '#test/support/money';
import { orderOf, refundsOf, stockOf } from '#test/support/orders';
import { recordingContext } from '#test/support/outbox';
import { notificationsOf } from '#test/support/payouts';
import { prove } from '#test/support/proof';
import { tell } from '#test/support/purchases';
import { recordingQueue } from '#test/support/queues';
import { anUnpaidOrder, aSale, reportOf, salesOf, sendRefundsOf } from '#test/support/sales';
import { asCreator, asStaff, asViewer } from '#test/support/users';
import type { Context } from '@/contracts/context';
import type { TaskMessage } from '@/contracts/messages';
import { isWaiting } from '@/domains/base/notifications/waiting';
import { sendRefund, sendRefunds } from '@/domains/money/orders/send-refund';
import { paymentProviderError } from '@/providers/payment-errors';
import { HOUR_MS, MINUTE_MS } from '@/shared/time';

const ofLine = (lineId: string, quantity: number, more: object = {}) => ({
  ...{ lines: [{ lineId, quantity }], restock: false, reason: 'It came back.' },
  ...more,
});
const ofAmount = (amountMinor: number) => ({ amountMinor, restock: false, reason: 'Sorry.' });

/** A provider that answers each refund in its own way. */
function withRefund(refund: () => never): Context {
  const ctx = testContext();
  const sandbox = ctx.payments.of('sandbox');
  if (!sandbox) throw new Error('Tests have the sandbox');
  return { ...ctx, payments: { ...ctx.payments, of: () => ({ ...sandbox, refund: async () => refund() }) } };
}
const refusing = () =>
  withRefund(() => {
    throw paymentProviderError('PAYMENT_REFUSED');
  });

describe('a refund', () => {
  it('of some pieces gives back their price and their tax, and puts them back into stock if asked', async () => {
    const { id, seller, buyer, variantId } = await aSale({ quantity: 3, shippingMinor: 500, taxMinor: 665 });
    const { status, data } = await seller.post(`orders/${id}/refund`, ofLine(id, 1, { restock: true }), once());
    expect([status, data.status, data.lines[0].refundedQuantity]).toEqual([200, 'paid', 1]);
    await sendRefundsOf(id);
    // 665 × 1 000 ÷ 3 500 = 190.
    expect(await refundsOf(id)).toMatchObject([{ amountMinor: 1_190, state: 'done', by: 'seller' }]);
    expect(await orderOf(id)).toMatchObject({ status: 'partially_refunded', reversedMinor: 1_190, refundingMinor: 0 });
    expect(await stockOf({ variantId })).toMatchObject({ stock: 11, sold: 2 });
    expect((await notificationsOf(buyer.userId)).map(({ kind }) => kind)).toContain('order-refunded');
    await seller.post(`orders/${id}/refund`, ofLine(id, 2, { shipping: true }), once());
    await sendRefundsOf(id);
    expect(await orderOf(id)).toMatchObject({ reversedMinor: 4_165, status: 'refunded', refundingMinor: 0 });
    expect(await salesOf(seller.userId)).toEqual({ balance: 0, held: 0 });
    expect(await stockOf({ variantId })).toMatchObject({ stock: 11, sold: 2 });
    expect(await prove()).toMatchObject({ state: 'clean', findings: [] });
  });

  it('of shipping alone, or of any amount, leaves the pieces as they are', async () => {
    const { id, seller } = await aSale({ shippingMinor: 400 });
    const wish = { shipping: true, restock: false, reason: 'It was late.' };
    await seller.post(`orders/${id}/refund`, wish, once());
    await seller.post(`orders/${id}/refund`, ofAmount(250), once());
    await sendRefundsOf(id);
    expect(await orderOf(id)).toMatchObject({ reversedMinor: 650, refundedQuantity: 0, refundedShippingMinor: 400 });
    expect((await seller.post(`orders/${id}/refund`, wish, once())).error).toMatchObject({
      code: 'ALREADY_REFUNDED',
      details: { left: { quantity: 1, shippingMinor: 0, amountMinor: 750, currency: 'USD' } },
    });
    const { status, error } = await seller.post(`orders/${id}/refund`, ofAmount(751), once());
    expect([status, error.code]).toEqual([409, 'REFUND_TOO_LARGE']);
    // The pieces cost 1 000, of which 250 were given back already.
    await seller.post(`orders/${id}/refund`, ofLine(id, 1), once());
    await sendRefundsOf(id);
    expect(await orderOf(id)).toMatchObject({ reversedMinor: 1_400, status: 'refunded' });
    expect(await prove()).toMatchObject({ state: 'clean', findings: [] });
  });

  it('puts its pieces back into stock also if another one of the same order was booked first', async () => {
    const { id, seller, variantId } = await aSale({ quantity: 3 });
    await aSale({ seller }); // pays for what the first refund still reserves
    for (const quantity of [1, 2])
      await seller.post(`orders/${id}/refund`, ofLine(id, quantity, { restock: true }), once());
    await sendRefundsOf(id);
    expect(await stockOf({ variantId })).toMatchObject({ stock: 13, sold: 0 });
    expect(await orderOf(id)).toMatchObject({ stockState: 'returned', refundedQuantity: 3 });
    expect(await prove()).toMatchObject({ state: 'clean', findings: [] });
  });

  it('of a line that is already refunded, or of more pieces than it has, is refused', async () => {
    const { id, seller } = await aSale({ quantity: 2, taxMinor: 7 });
    const tooMany = await seller.post(`orders/${id}/refund`, ofLine(id, 3), once());
    expect([tooMany.status, tooMany.error.code]).toEqual([409, 'REFUND_TOO_LARGE']);
    await seller.post(`orders/${id}/refund`, ofLine(id, 2), once());
    const { status, error } = await seller.post(`orders/${id}/refund`, ofLine(id, 1), once());
    expect([status, error.code]).toEqual([409, 'ALREADY_REFUNDED']);
  });

  it('is made once for its key, however often it is repeated', async () => {
    const { id, seller } = await aSale({ quantity: 2 });
    const key = once();
    const answers = await Promise.all([1, 2, 3].map(() => seller.post(`orders/${id}/refund`, ofLine(id, 1), key)));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    const { status, error } = await seller.post(`orders/${id}/refund`, ofLine(id, 2), key);
    expect([status, error.code]).toEqual([422, 'IDEMPOTENCY_KEY_REUSED']);
    await Promise.all([sendRefundsOf(id), sendRefundsOf(id)]);
    await sendRefundsOf(id);
    expect(await refundsOf(id)).toHaveLength(1);
    expect(await orderOf(id)).toMatchObject({ reversedMinor: 1_000, refundedQuantity: 1, refundingMinor: 0 });
  });

  it('takes each piece only once from two sellers’ clicks at the same moment', async () => {
    const { id, seller } = await aSale({ quantity: 1 });
    const answers = await Promise.all([1, 2, 3].map(() => seller.post(`orders/${id}/refund`, ofLine(id, 1), once())));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409, 409]);
    await sendRefundsOf(id);
    expect(await orderOf(id)).toMatchObject({ reversedMinor: 1_000, refundedQuantity: 1 });
  });

  it('of everything cancels an order that was not shipped, and no other', async () => {
    const [unshipped, shipped] = [await aSale(), await aSale()];
    await shipped.seller.put(`orders/${shipped.id}/fulfil`, {});
    for (const { id, seller } of [unshipped, shipped]) {
      await seller.post(`orders/${id}/refund`, ofLine(id, 1, { restock: true }), once());
      await sendRefundsOf(id);
    }
    expect(await orderOf(unshipped.id)).toMatchObject({
      state: 'cancelled',
      cancelledBy: 'seller',
      stockState: 'returned',
    });
    expect(await orderOf(shipped.id)).toMatchObject({ state: 'refunded', cancelledAt: null });
  });

  it('of all the money returns the pieces of an order that was not shipped, which will not be sent', async () => {
    const { id, seller, variantId } = await aSale({ quantity: 2 });
    await seller.post(`orders/${id}/refund`, ofAmount(1_200), once());
    await seller.post(`orders/${id}/refund`, { ...ofAmount(800), restock: true }, once());
    await sendRefundsOf(id);
    expect(await orderOf(id)).toMatchObject({ state: 'cancelled', refundedQuantity: 2, stockState: 'returned' });
    expect(await stockOf({ variantId })).toMatchObject({ stock: 12, sold: 0 });
    expect(await prove()).toMatchObject({ state: 'clean', findings: [] });
  });

  it('of each piece is paid for by its sale, also while the others are on their way', async () => {
    const { id, seller } = await aSale({ quantity: 3, shippingMinor: 500, taxMinor: 665 });
    for (const more of [{}, {}, { shipping: true }])
      expect((await seller.post(`orders/${id}/refund`, ofLine(id, 1, more), once())).status).toBe(200);
    await sendRefundsOf(id);
    expect(await salesOf(seller.userId)).toEqual({ balance: 0, held: 0 });
    expect(await prove()).toMatchObject({ state: 'clean', findings: [] });
  });

  it('of each piece puts it back into stock, also if the others are already asked for', async () => {
    const { id, seller, variantId } = await aSale({ quantity: 3 });
    for (const restock of [true, false, true])
      await seller.post(`orders/${id}/refund`, ofLine(id, 1, { restock }), once());
    await sendRefundsOf(id);
    expect(await stockOf({ variantId })).toMatchObject({ stock: 12, sold: 1 });
    expect(await orderOf(id)).toMatchObject({ reversedMinor: 3_000, stockState: 'returned' });
    expect(await prove()).toMatchObject({ state: 'clean', findings: [] });
  });

  it('needs enough money from sales if the seller makes it', async () => {
    const { id, seller } = await aSale({ taxMinor: 190 });
    const [other] = [await aSale({ seller })];
    // The bank takes the other sale back, which leaves nothing of the commission's 100, and then it is paid out.
    await tell(reportOf(other.id, { type: 'disputed', state: 'lost', claimId: 'dp_1', amountMinor: 1_000 }));
    expect(await salesOf(seller.userId)).toMatchObject({ balance: 900 });
    expect((await seller.post(`orders/${id}/refund`, ofLine(id, 1), once())).status).toBe(200);
    await sendRefundsOf(id);
    expect(await salesOf(seller.userId)).toEqual({ balance: 0, held: 0 });
  });

  it('is refused while a bank disputes the payment', async () => {
    const { id, seller } = await aSale();
    await tell(reportOf(id, { type: 'disputed', state: 'open', claimId: 'dp_1', amountMinor: 1_000 }));
    const { status, error } = await seller.post(`orders/${id}/refund`, ofLine(id, 1), once());
    expect([status, error.code]).toEqual([409, 'ORDER_DISPUTED']);
  });

  it('that a dispute crosses waits for the bank, and is made if the dispute is won', async () => {
    const { id, seller } = await aSale();
    await seller.post(`orders/${id}/refund`, ofAmount(400), once());
    await tell(reportOf(id, { type: 'disputed', state: 'open', claimId: 'dp_1', amountMinor: 1_000 }));
    await sendRefundsOf(id);
    expect(await refundsOf(id)).toMatchObject([{ state: 'requested' }]);
    await tell(reportOf(id, { type: 'disputed', state: 'won', claimId: 'dp_1', amountMinor: 1_000 }));
    await sendRefundsOf(id);
    expect(await orderOf(id)).toMatchObject({ reversedMinor: 400, refundingMinor: 0, status: 'partially_refunded' });
    expect(await prove()).toMatchObject({ state: 'clean', findings: [] });
  });

  it('that the provider refuses can be asked for again, and both sides are notified', async () => {
    const { id, seller, buyer } = await aSale({ quantity: 2, shippingMinor: 100 });
    await seller.post(`orders/${id}/refund`, ofLine(id, 2, { shipping: true, restock: true }), once());
    await sendRefundsOf(id, refusing());
    expect(await refundsOf(id)).toMatchObject([{ state: 'failed' }]);
    expect(await orderOf(id)).toMatchObject({
      ...{ refundedQuantity: 0, refundedShippingMinor: 0, refundingMinor: 0, reversedMinor: 0, stockState: 'sold' },
    });
    for (const { userId } of [seller, buyer])
      expect((await notificationsOf(userId)).map(({ kind }) => kind)).toContain('order-refund-failed');
    expect((await seller.post(`orders/${id}/refund`, ofLine(id, 2), once())).status).toBe(200);
  });

  it('that the provider refuses leaves its pieces sold, also if another one of the order was made', async () => {
    const { id, seller, buyer, variantId } = await aSale({ quantity: 2, kind: 'digital' });
    await aSale({ seller }); // pays for what the first refund still reserves
    for (const _ of [1, 2]) await seller.post(`orders/${id}/refund`, ofLine(id, 1, { restock: true }), once());
    const [first] = await refundsOf(id);
    await sendRefund(testContext(), { type: 'refund-order', refundId: first?.id ?? '' });
    await sendRefundsOf(id, refusing());
    expect(await orderOf(id)).toMatchObject({ stockState: 'sold', refundedQuantity: 1 });
    expect(await stockOf({ variantId })).toMatchObject({ stock: 11, sold: 1 });
    expect((await buyer.get(`orders/${id}`)).data.downloadUrl).toContain(id);
    expect(await prove()).toMatchObject({ state: 'clean', findings: [] });
  });

  it('of a cancelled order that the provider refuses waits for staff, who ask for it again', async () => {
    const [{ id, seller, buyer }, owner] = [await aSale(), await asStaff('owner')];
    await buyer.post(`orders/${id}/cancel`);
    const { ctx, events } = recordingContext({ payments: refusing().payments });
    await sendRefundsOf(id, ctx);
    expect(events).toContainEqual({
      kind: 'staff-needed',
      waiting: { matter: 'order-refund', id, subjectId: seller.userId },
    });
    const isStill = async () => testContext().db.get(sql`SELECT ${isWaiting('product-waiting', id)} AS yes`);
    expect(await isStill()).toEqual({ yes: 1 });
    expect((await owner.post(`owner/panel/orders/${id}/refund`, ofAmount(1_000), once())).status).toBe(200);
    expect(await isStill()).toEqual({ yes: 0 });
    await sendRefundsOf(id);
    expect(await orderOf(id)).toMatchObject({ state: 'cancelled', reversedMinor: 1_000, refundingMinor: 0 });
  });

  it('is sent again by the sweep while the provider does not answer', async () => {
    const { id, seller } = await aSale();
    await seller.post(`orders/${id}/refund`, ofAmount(400), once());
    const away = withRefund(() => {
      throw paymentProviderError('PAYMENT_UNAVAILABLE');
    });
    await expect(sendRefundsOf(id, away)).rejects.toMatchObject({ code: 'PAYMENT_UNAVAILABLE' });
    const { queue, sent } = recordingQueue<TaskMessage>();
    const ctx = testContext();
    const at = (ms: number): Context => ({
      ...ctx,
      now: () => Date.now() + ms,
      queues: { ...ctx.queues, tasks: queue as unknown as Context['queues']['tasks'] }, // it only sends
    });
    const [refund] = await refundsOf(id);
    const ours = () => sent.filter(({ body }) => body.type === 'refund-order' && body.refundId === refund?.id).length;
    await sendRefunds(at(MINUTE_MS));
    expect(ours()).toBe(0);
    await Promise.all([sendRefunds(at(3 * MINUTE_MS)), sendRefunds(at(3 * MINUTE_MS))]);
    expect(ours()).toBe(1);
    await sendRefunds(at(2 * HOUR_MS));
    expect(ours()).toBe(2);
    await sendRefundsOf(id);
    await sendRefunds(at(24 * HOUR_MS));
    expect(ours()).toBe(2);
  });

  it('whose report comes by webhook before the answer is booked once', async () => {
    const { id, seller } = await aSale();
    await seller.post(`orders/${id}/refund`, ofAmount(400), once());
    const [refund] = await refundsOf(id);
    const claimId = `sandbox_re_${refund?.id}`;
    await tell(reportOf(id, { type: 'refunded', state: 'stands', claimId, amountMinor: 400 }));
    // As after a crash between the provider's answer and the end of the row.
    expect(await orderOf(id)).toMatchObject({ reversedMinor: 400, refundingMinor: 400 });
    await sendRefundsOf(id);
    expect(await orderOf(id)).toMatchObject({ reversedMinor: 400, refundingMinor: 0 });
    expect(await refundsOf(id)).toMatchObject([{ state: 'done', claimId }]);
  });

  it('that was made on the provider’s own site counts like any other', async () => {
    const { id, seller } = await aSale();
    await tell(reportOf(id, { type: 'refunded', state: 'stands', claimId: 're_site', amountMinor: 300 }));
    const { error } = await seller.post(`orders/${id}/refund`, ofAmount(701), once());
    expect(error).toMatchObject({ code: 'REFUND_TOO_LARGE', details: { left: { amountMinor: 700 } } });
    await seller.post(`orders/${id}/refund`, ofLine(id, 1), once());
    await sendRefundsOf(id);
    expect(await refundsOf(id)).toMatchObject([{ amountMinor: 700 }]);
    expect(await orderOf(id)).toMatchObject({ reversedMinor: 1_000, status: 'refunded' });
  });

  it('can be made again if the provider says days later that it failed', async () => {
    const { id, seller } = await aSale();
    await seller.post(`orders/${id}/refund`, ofLine(id, 1), once());
    await sendRefundsOf(id);
    const [refund] = await refundsOf(id);
    const at = Date.now() + HOUR_MS;
    const failed = reportOf(id, {
      ...{ type: 'refunded', state: 'failed', claimId: refund?.claimId ?? '', amountMinor: 1_000 },
    });
    await tell({ ...failed, at } as typeof failed);
    expect(await orderOf(id)).toMatchObject({ reversedMinor: 0, refundedQuantity: 0 });
    expect(await refundsOf(id)).toMatchObject([{ state: 'failed' }]);
    expect(await prove()).toMatchObject({ state: 'clean', findings: [] });
  });

  it('can be made again also if the report that it failed overtakes the provider’s answer', async () => {
    const { id, seller } = await aSale();
    await seller.post(`orders/${id}/refund`, ofLine(id, 1), once());
    const [refund] = await refundsOf(id);
    const claimId = `sandbox_re_${refund?.id}`;
    const failed = reportOf(id, { type: 'refunded', state: 'failed', claimId, amountMinor: 1_000 });
    await tell({ ...failed, at: Date.now() + HOUR_MS } as typeof failed);
    await sendRefundsOf(id);
    expect(await orderOf(id)).toMatchObject({ reversedMinor: 0, refundedQuantity: 0, refundingMinor: 0 });
    expect(await refundsOf(id)).toMatchObject([{ state: 'failed' }]);
    expect(await prove()).toMatchObject({ state: 'clean', findings: [] });
  });

  it('is refused to anyone but the seller, without a key and with nonsense', async () => {
    const { id, seller, buyer } = await aSale();
    const url = `orders/${id}/refund`;
    const stranger = await asCreator();
    expect((await client().post(url, ofLine(id, 1), once())).status).toBe(401);
    expect((await buyer.post(url, ofLine(id, 1), once())).status).toBe(403);
    expect((await stranger.post(url, ofLine(id, 1), once())).error.code).toBe('ORDER_NOT_FOUND');
    expect((await seller.post(url, ofLine(id, 1))).error.code).toBe('IDEMPOTENCY_KEY_REQUIRED');
    for (const wish of [
      { restock: false, reason: 'Nothing' },
      { ...ofLine(id, 1), amountMinor: 5 },
      ofLine((await asViewer()).userId, 1),
      ofLine(id, 0),
      ofAmount(-5),
    ])
      expect((await seller.post(url, wish, once())).status).toBe(422);
    const unpaid = await anUnpaidOrder();
    const refused = await unpaid.seller.post(`orders/${unpaid.id}/refund`, ofLine(unpaid.id, 1), once());
    expect([refused.status, refused.error.code]).toEqual([409, 'ORDER_NOT_PAID']);
  });
});
