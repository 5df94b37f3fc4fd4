/** The sandbox's checkout page for orders, from the checkout to the webhook that pays. */
import { sql } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { client } from '#test/support/api';
import { testContext } from '#test/support/context';
import { aCustomer, anOrder, aProduct, orderEvents, orderOf, stockOf } from '#test/support/orders';
import { prove } from '#test/support/proof';
import { tell } from '#test/support/purchases';
import { consumed } from '#test/support/queues';
import { asCreator } from '#test/support/users';
import type { WebhookMessage } from '@/contracts/messages';
import { webhookEvents } from '@/domains/operations/webhooks/tables';
import { consumeWebhooks } from '@/queues/webhooks';

const pathOf = (id: string) => `http://localhost:8787/dev/checkout/${id}`;
const JSON_PLEASE = { accept: 'application/json' };
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const decide = (id: string, body: object) => client().post(pathOf(id), body, { headers: JSON_PLEASE });

/** The queue's work, now. */
async function deliver(name: 'purchaseId' | 'paymentId', value: string) {
  const ctx = testContext();
  const stored = await ctx.db
    .select({ id: webhookEvents.id, payload: webhookEvents.payload, sealed: webhookEvents.sealed })
    .from(webhookEvents)
    .where(sql`${webhookEvents.payload} ->> ${name} = ${value}`);
  const messages = stored.map(({ id }) => ({ body: { webhookEventId: id } }));
  await consumed<WebhookMessage>((batch) => consumeWebhooks(ctx, batch), 'footlight-webhooks', messages);
  await ctx.settle();
  return stored;
}

async function aWaitingOrder(traits: Parameters<typeof aProduct>[1] = {}) {
  const [seller, buyer] = [await asCreator(), await aCustomer()];
  const product = await aProduct(seller, { shippingMinor: 500, shipsTo: ['AT', 'DE'], ...traits });
  return { buyer, product, order: await anOrder(buyer, product, { quantity: 2 }) };
}

/** The first event loads Stripe's library. */
const TIMEOUT_MS = 20_000;

describe('the sandbox checkout of an order', { timeout: TIMEOUT_MS }, () => {
  it('shows the goods, escaped, with an address to fill in where the seller ships to', async () => {
    const { order } = await aWaitingOrder({ title: '<b>Mug</b>' });
    const { status, body } = await client().get(pathOf(order.id));
    expect(status).toBe(200);
    for (const text of ['2 × &lt;b&gt;Mug&lt;/b&gt;', '$25.00', 'name="postalCode"', 'name="country" value="AT"'])
      expect(body).toContain(text);
    expect(body).not.toContain('<b>Mug');
  });

  it('pays by the webhook with tax and address, which is stored in the clear nowhere', async () => {
    const { buyer, order, product } = await aWaitingOrder();
    const form = new URLSearchParams({ decision: 'pay', name: 'Ada Byron', line1: '9 Low Lane', taxMinor: '210' });
    const answer = await client().post(pathOf(order.id), form.toString(), { headers: FORM });
    expect([answer.status, answer.headers.get('location')]).toEqual([303, order.successUrl]);
    const [stored] = await deliver('purchaseId', order.id);
    expect(JSON.stringify(stored)).not.toMatch(/Ada Byron|Low Lane/);
    expect((await buyer.get(`orders/${order.id}`)).data).toMatchObject({
      ...{ status: 'paid', itemsMinor: 2_000, shippingMinor: 500, taxMinor: 210, totalMinor: 2_710 },
      address: { name: 'Ada Byron', line1: '9 Low Lane', city: 'Sampletown', country: 'AT' },
    });
    expect(await stockOf(product)).toEqual({ stock: 8, held: 0, sold: 2 });
    expect(await prove()).toMatchObject({ state: 'clean', findings: [] });
  });

  it('takes one word from a script, and disputes the whole amount afterwards', async () => {
    const { order } = await aWaitingOrder();
    expect((await decide(order.id, { decision: 'dispute' })).error.code).toBe('CHECKOUT_OVER');
    expect((await decide(order.id, { decision: 'pay', taxMinor: 100 })).data).toMatchObject({ outcome: 'paid' });
    await deliver('purchaseId', order.id);
    await decide(order.id, { decision: 'lose-dispute' });
    await deliver('paymentId', `sandbox_pi_${order.id}`);
    expect(await orderOf(order.id)).toMatchObject({ state: 'refunded', reversedMinor: 2_600, proceedsMinor: 0 });
    expect(await prove()).toMatchObject({ state: 'clean', findings: [] });
  });

  it('lets nobody pay for an order that was cancelled, has expired or is paid', async () => {
    const { buyer, order } = await aWaitingOrder();
    await buyer.post(`orders/${order.id}/cancel`);
    const cancelled = await decide(order.id, { decision: 'pay' });
    expect([cancelled.status, cancelled.error.message]).toEqual([409, 'This order was cancelled.']);
    for (const event of ['expired', 'paid'] as const) {
      const { order: other } = await aWaitingOrder();
      const events = orderEvents(other);
      await tell(event === 'paid' ? events.paid() : events.expired);
      expect((await decide(other.id, { decision: 'pay' })).error.code).toBe('CHECKOUT_OVER');
    }
  });
});
