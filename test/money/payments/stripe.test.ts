/** A purchase through Stripe's own library, to the coins: answers that are lost on the way, and events that never come. */
import { sql } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { clientWith, requestWith } from '#test/support/app';
import { testContext } from '#test/support/context';
import { coinsOf, purchaseOf } from '#test/support/money';
import { aPackage, buy } from '#test/support/purchases';
import { consumed } from '#test/support/queues';
import { STRIPE_ENV, signedStripeEvent, standInForStripe, stripeObject } from '#test/support/stripe';
import { asViewer } from '#test/support/users';
import type { WebhookMessage } from '@/contracts/messages';
import { askAboutPayments } from '@/domains/money/payments/sweep';
import { PAYMENT_KINDS } from '@/domains/operations/webhooks/payment-kinds';
import { webhookEvents } from '@/domains/operations/webhooks/tables';
import { consumeWebhooks } from '@/queues/webhooks';

/** The first call loads Stripe's library. */
const TIMEOUT_MS = 20_000;

async function aCheckout() {
  const stripe = standInForStripe();
  const buyer = await asViewer();
  const { id: packageId } = await aPackage();
  const shop = clientWith(STRIPE_ENV, buyer.headers);
  return { stripe, buyer, begin: (key: string) => buy(shop, { packageId }, key) };
}

/** Sends it as Stripe does, and does the queue's work now. Answers what became of each stored event. */
async function tellAll(...requests: Request[]) {
  for (const request of requests) expect((await requestWith(STRIPE_ENV, request)).status).toBe(200);
  const ctx = testContext(STRIPE_ENV);
  const stored = await ctx.db.select({ id: webhookEvents.id }).from(webhookEvents).where(sql`state = 'stored'`);
  const messages = stored.map(({ id }) => ({ body: { webhookEventId: id } }));
  await consumed<WebhookMessage>((batch) => consumeWebhooks(ctx, batch), 'footlight-webhooks', messages);
}

describe('a purchase through Stripe', { timeout: TIMEOUT_MS }, () => {
  it('is started once even if the response was lost, and credited when its event says that it is paid', async () => {
    const { stripe, buyer, begin } = await aCheckout();
    stripe.failNext('lost');
    const first = await begin('a-key');
    const { status, data } = first.status === 503 ? await begin('a-key') : first;
    expect(status).toBe(201);
    expect(stripe.sessions.size).toBe(1);
    const [session] = stripe.sessions.values();
    expect(data).toMatchObject({ provider: 'stripe', checkoutUrl: session?.url });
    expect(await coinsOf(buyer.userId)).toBe(0);

    const paid = stripe.completeSession(session?.id);
    await tellAll(
      await signedStripeEvent('checkout.session.completed', paid),
      await signedStripeEvent('checkout.session.completed', paid),
    );
    expect(await purchaseOf(data.purchaseId)).toMatchObject({ status: 'paid', paymentId: paid.payment_intent });
    expect(await coinsOf(buyer.userId)).toBe(1_050);

    const refund = stripeObject.charge(paid.payment_intent, 999, 999);
    await tellAll(await signedStripeEvent('charge.refunded', refund));
    expect(await purchaseOf(data.purchaseId)).toMatchObject({ status: 'refunded' });
    expect(await coinsOf(buyer.userId)).toBe(0);
  });

  it('is 503 while Stripe is down, and the same key completes it', async () => {
    const { stripe, begin } = await aCheckout();
    // The library tries again by itself a few times.
    for (let times = 0; times < 5; times += 1) stripe.failNext('away');
    const away = await begin('a-key');
    expect([away.status, away.error.code]).toEqual([503, 'PAYMENT_UNAVAILABLE']);
    let answer = away;
    for (let times = 0; times < 5 && answer.status === 503; times += 1) answer = await begin('a-key');
    expect(answer.status).toBe(201);
    expect(stripe.sessions.size).toBe(1);
  });

  it('is credited by the sweep if its event never came', async () => {
    const { stripe, buyer, begin } = await aCheckout();
    const { data } = await begin('a-key');
    const [session] = stripe.sessions.values();
    stripe.completeSession(session?.id);
    const ctx = testContext(STRIPE_ENV);
    await askAboutPayments({ ...ctx, now: () => Date.parse(data.expiresAt) }, PAYMENT_KINDS);
    expect(await purchaseOf(data.purchaseId)).toMatchObject({ status: 'paid' });
    expect(await coinsOf(buyer.userId)).toBe(1_050);
  });
});
