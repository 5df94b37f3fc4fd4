/** A purchase through Stripe's own library, to the coins: answers that are lost on the way, and events that never come. */
import { eq, sql } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { clientWith, requestWith } from '#test/support/app';
import { testContext } from '#test/support/context';
import { changeEconomy, coinsOf, purchaseOf } from '#test/support/money';
import { prove } from '#test/support/proof';
import { aPackage, buy, eventsOf, tell } from '#test/support/purchases';
import { consumed } from '#test/support/queues';
import { STRIPE_ENV, signedStripeEvent, standInForStripe, stripeObject } from '#test/support/stripe';
import { asViewer } from '#test/support/users';
import type { WebhookMessage } from '@/contracts/messages';
import { discountCodes } from '@/domains/money/discounts/tables';
import { askAboutPayments } from '@/domains/money/payments/sweep';
import { paymentClaims } from '@/domains/money/payments/tables';
import { PAYMENT_KINDS } from '@/domains/operations/webhooks/payment-kinds';
import { webhookEvents } from '@/domains/operations/webhooks/tables';
import { consumeWebhooks } from '@/queues/webhooks';
import { SECOND_MS } from '@/shared/time';

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

const claimsOf = (purchaseId: string) =>
  testContext()
    .db.select()
    .from(paymentClaims)
    .where(eq(paymentClaims.purchaseId, purchaseId))
    .orderBy(paymentClaims.claimId);

const eventStates = () =>
  testContext().db.select({ state: webhookEvents.state, error: webhookEvents.error }).from(webhookEvents);

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

    const refund = stripe.refund(paid.payment_intent, 999);
    await tellAll(
      await signedStripeEvent('refund.created', refund),
      await signedStripeEvent('charge.refunded', stripeObject.charge(paid.payment_intent, 999, 999)),
    );
    expect(await purchaseOf(data.purchaseId)).toMatchObject({ status: 'refunded', reversedMinor: 999 });
    expect(await claimsOf(data.purchaseId)).toMatchObject([
      { claimId: refund.id, provider: 'stripe', currency: 'USD', amountMinor: 999, state: 'stands' },
    ]);
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

/** A purchase that Stripe has reported as paid. `at`: seconds after it, as the time of an event (ms). */
async function aPaidPurchase() {
  const { stripe, buyer, begin } = await aCheckout();
  const { data } = await begin('a-key');
  const [session] = stripe.sessions.values();
  const paid = stripe.completeSession(session?.id);
  await tellAll(await signedStripeEvent('checkout.session.completed', paid));
  const now = Date.now();
  return {
    ...{ stripe, buyer, purchaseId: String(data.purchaseId), intent: String(paid.payment_intent) },
    at: (seconds: number) => ({ created: now + seconds * SECOND_MS }),
  };
}

describe('refunds at Stripe', { timeout: TIMEOUT_MS }, () => {
  it('are claims of their own, and one that fails gives its coins back', async () => {
    const { stripe, buyer, purchaseId, intent, at } = await aPaidPurchase();
    const [first, second] = [stripe.refund(intent, 333), stripe.refund(intent, 666)];
    await tellAll(
      await signedStripeEvent('refund.created', first, at(1)),
      await signedStripeEvent('refund.created', second, at(2)),
    );
    expect(await purchaseOf(purchaseId)).toMatchObject({ status: 'refunded', reversedMinor: 999 });
    await tellAll(await signedStripeEvent('refund.failed', stripe.failRefund(second.id), at(4)));
    // Delivered late: it was true before the failure.
    await tellAll(await signedStripeEvent('refund.updated', { ...second, status: 'succeeded' }, at(3)));
    expect(await purchaseOf(purchaseId)).toMatchObject({ status: 'partially_refunded', reversedMinor: 333 });
    expect(await coinsOf(buyer.userId)).toBe(700);
    expect(await prove()).toMatchObject({ state: 'clean', findings: [] });
  });

  it('are found by asking, if only the charge says that it was refunded', async () => {
    const { stripe, purchaseId, intent } = await aPaidPurchase();
    const { id } = stripe.refund(intent, 333);
    await tellAll(await signedStripeEvent('charge.refunded', stripeObject.charge(intent, 999, 333)));
    expect(await claimsOf(purchaseId)).toMatchObject([{ claimId: id, amountMinor: 333, state: 'stands' }]);
    expect(await purchaseOf(purchaseId)).toMatchObject({ reversedMinor: 333 });
  });

  /** As the version before kept them. */
  async function withSum(amountMinor: number) {
    const paid = await aPaidPurchase();
    const { purchaseId, intent } = paid;
    const claimId = `refunds:${intent}`;
    const ctx = testContext();
    await tell(
      { ...eventsOf({ ...(await rowOf(purchaseId)) }).refunded(amountMinor, claimId), paymentId: intent, at: 1 },
      ctx,
      'stripe',
    );
    return { ...paid, claimId };
  }

  const rowOf = async (id: string) => (await purchaseOf(id)) ?? expect.fail('the purchase is gone');

  it.each(['charge.refunded', 'refund.updated'] as const)(
    'that were one sum are replaced by the first list that fits it, asked for by %s, and nothing moves',
    async (type) => {
      const { stripe, buyer, purchaseId, intent, claimId } = await withSum(300);
      expect(await claimsOf(purchaseId)).toMatchObject([{ claimId, amountMinor: 300 }]);
      const before = [await rowOf(purchaseId), await coinsOf(buyer.userId)];
      const refunds = [stripe.refund(intent, 100), stripe.refund(intent, 200)];
      const object = type === 'charge.refunded' ? stripeObject.charge(intent, 999, 300) : refunds[0];
      await tellAll(await signedStripeEvent(type, object ?? {}));
      const after = [await rowOf(purchaseId), await coinsOf(buyer.userId)];
      expect(after).toMatchObject([{ ...(before[0] as object), version: expect.anything() }, before[1]]);
      expect((await claimsOf(purchaseId)).map((claim) => [claim.claimId, claim.amountMinor])).toEqual(
        refunds.map(({ id, amount }) => [id, amount]).toSorted(),
      );
      expect(await prove()).toMatchObject({ state: 'clean', findings: [] });
    },
  );

  it('that were one sum are replaced together with a refund that came later, which is taken', async () => {
    const { stripe, purchaseId, intent } = await withSum(300);
    stripe.refund(intent, 300);
    const later = stripe.refund(intent, 50);
    await tellAll(await signedStripeEvent('refund.created', later));
    expect(await claimsOf(purchaseId)).toHaveLength(2);
    expect(await purchaseOf(purchaseId)).toMatchObject({ reversedMinor: 350 });
  });

  it('that do not fit the booked sum are held for staff, and nothing moves', async () => {
    const { stripe, purchaseId, intent, claimId } = await withSum(300);
    stripe.refund(intent, 250);
    await tellAll(await signedStripeEvent('charge.refunded', stripeObject.charge(intent, 999, 250)));
    expect(await claimsOf(purchaseId)).toMatchObject([{ claimId, amountMinor: 300 }]);
    expect(await eventStates()).toContainEqual({ state: 'held', error: expect.stringContaining('lists 250') });
  });
});

describe('a chargeback at Stripe', { timeout: TIMEOUT_MS }, () => {
  it('takes the coins when funds are withdrawn, is charged back when lost, and gives them back when an appeal is won', async () => {
    const { buyer, purchaseId, intent, at } = await aPaidPurchase();
    let second = 0;
    const say = async (change: string, status: string) => {
      second += 10;
      const dispute = stripeObject.dispute('dp_1', intent, 999, status);
      await tellAll(await signedStripeEvent(`charge.dispute.${change}`, dispute, at(second)));
      return [(await purchaseOf(purchaseId))?.status, await coinsOf(buyer.userId)];
    };
    await tellAll(
      await signedStripeEvent('radar.early_fraud_warning.created', stripeObject.fraudWarning('issfr_1', intent), at(1)),
    );
    expect(await purchaseOf(purchaseId)).toMatchObject({ fraudWarnedAt: expect.any(Number), status: 'paid' });
    expect(await say('created', 'warning_needs_response')).toEqual(['paid', 1_050]);
    expect(await say('funds_withdrawn', 'needs_response')).toEqual(['disputed', 0]);
    expect(await say('updated', 'under_review')).toEqual(['disputed', 0]);
    expect(await say('closed', 'lost')).toEqual(['charged_back', 0]);
    expect(await say('updated', 'appeal_under_review')).toEqual(['disputed', 0]);
    expect(await say('closed', 'won')).toEqual(['paid', 1_050]);
    expect(await say('funds_reinstated', 'won')).toEqual(['paid', 1_050]);
    expect(await prove()).toMatchObject({ state: 'clean', findings: [] });
  });

  it('in another currency than the purchase is held for staff', async () => {
    const { buyer, intent } = await aPaidPurchase();
    const dispute = stripeObject.dispute('dp_1', intent, 999, 'lost', { currency: 'eur' });
    await tellAll(await signedStripeEvent('charge.dispute.closed', dispute));
    expect(await coinsOf(buyer.userId)).toBe(1_050);
    expect(await eventStates()).toContainEqual({ state: 'held', error: expect.stringContaining('EUR') });
  });

  it('of a payment that another shop of the same account took is ignored', async () => {
    const { stripe } = await aPaidPurchase();
    stripe.paymentIntents.set('pi_foreign', { id: 'pi_foreign', object: 'payment_intent', metadata: {} });
    await tellAll(
      await signedStripeEvent('charge.dispute.closed', stripeObject.dispute('dp_f', 'pi_foreign', 5, 'lost')),
      await signedStripeEvent('checkout.session.completed', {
        ...{ id: 'cs_foreign', object: 'checkout.session', mode: 'payment', payment_status: 'paid', metadata: {} },
        ...{ client_reference_id: 'cart-7', payment_intent: 'pi_foreign', amount_total: 5, currency: 'usd' },
      }),
    );
    expect(await eventStates()).not.toContainEqual(expect.objectContaining({ state: 'stored' }));
    const states = await eventStates();
    expect(states.filter(({ error }) => error?.includes('foreign') || error?.includes('cart-7'))).toEqual([]);
  });

  it('that arrives before the payment is known waits until Stripe says whose it is', async () => {
    const { stripe, buyer, begin } = await aCheckout();
    const { data } = await begin('a-key');
    const [session] = stripe.sessions.values();
    const paid = stripe.completeSession(session?.id);
    await tellAll(
      await signedStripeEvent('charge.dispute.created', stripeObject.dispute('dp_1', paid.payment_intent, 999, 'lost')),
    );
    expect(await purchaseOf(data.purchaseId)).toMatchObject({ status: 'pending', reversedMinor: 0 });
    await tellAll(await signedStripeEvent('checkout.session.completed', paid));
    expect(await purchaseOf(data.purchaseId)).toMatchObject({ status: 'charged_back', reversedMinor: 999 });
    expect(await coinsOf(buyer.userId)).toBe(0);
  });

  it('suspends the reward code of its purchase until it is won', async () => {
    await changeEconomy({ limits: { rewardCodeFromMinor: 999 } });
    const { purchaseId, intent, at } = await aPaidPurchase();
    const usable = async () => {
      const [code] = await testContext().db.select().from(discountCodes).where(eq(discountCodes.earnedBy, purchaseId));
      return code?.active && !code.suspended;
    };
    const say = async (status: string, second: number) =>
      tellAll(
        await signedStripeEvent('charge.dispute.updated', stripeObject.dispute('dp_1', intent, 1, status), at(second)),
      );
    expect(await usable()).toBe(true);
    await say('needs_response', 1);
    expect(await usable()).toBe(false);
    await say('won', 2);
    expect(await usable()).toBe(true);
  });
});
