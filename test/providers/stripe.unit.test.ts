import Stripe from 'stripe';
import { describe, expect, it, vi } from 'vitest';
import { refusalOf } from '#test/support/refusals';
import {
  STRIPE_ENV,
  STRIPE_WEBHOOK_SECRET,
  signedStripeEvent,
  standInForStripe,
  stripeObject,
} from '#test/support/stripe';
import { type Env, readConfig } from '@/config';
import type { CheckoutRequest, PaymentEvent, PayoutProvider } from '@/contracts/payments';
import { openPayments, openPayouts } from '@/providers/open-payments';
import { HOUR_MS, MINUTE_MS } from '@/shared/time';

const variables: Partial<Env> = {
  ENVIRONMENT: 'development',
  JWT_SECRET: 'a-test-secret-that-is-long-enough-to-be-accepted',
  ENCRYPTION_KEY: 'a-test-encryption-key-that-is-long-enough-too',
  ...STRIPE_ENV,
};
const payments = (more: Partial<Env> = {}, now = Date.now) => openPayments(readConfig({ ...variables, ...more }), now);
const stripe = () => payments().current;

function payouts(more: Partial<Env> = {}): PayoutProvider {
  const provider = openPayouts(readConfig({ ...variables, ...more }));
  return provider ?? expect.fail('Stripe is configured');
}

const checkout = (more: Partial<CheckoutRequest> = {}): CheckoutRequest => ({
  purchaseId: 'purchase-1',
  description: '500 coins',
  amountMinor: 499,
  currency: 'USD',
  email: 'buyer@footlight.test',
  successUrl: 'http://localhost:5173/done',
  cancelUrl: 'http://localhost:5173/back',
  expiresAt: Date.now() + HOUR_MS,
  ...more,
});

describe('a checkout', () => {
  it('is a page of Stripe for the amount of the purchase, which its payment names too', async () => {
    const atStripe = standInForStripe();
    const { checkoutId, url } = await stripe().createCheckout(checkout());
    expect(atStripe.sessions.get(checkoutId)).toMatchObject({ amount_total: 499, currency: 'usd', url });
    expect(atStripe.calls).toMatchObject([
      {
        method: 'POST /v1/checkout/sessions',
        idempotencyKey: 'purchase-1',
        body: {
          mode: 'payment',
          adaptive_pricing: { enabled: 'false' },
          client_reference_id: 'purchase-1',
          metadata: { purchaseId: 'purchase-1' },
          payment_intent_data: { metadata: { purchaseId: 'purchase-1' } },
          customer_email: 'buyer@footlight.test',
          success_url: 'http://localhost:5173/done',
          cancel_url: 'http://localhost:5173/back',
        },
      },
    ]);
  });

  it('is one, asked for twice, even where the first answer was lost', async () => {
    const atStripe = standInForStripe();
    const request = checkout();
    atStripe.failNext('lost');
    expect(await refusalOf(stripe().createCheckout(request))).toMatchObject({ code: 'PAYMENT_UNAVAILABLE' });
    const made = await stripe().createCheckout(request);
    expect(await stripe().createCheckout(request)).toEqual(made);
    expect(atStripe.sessions.size).toBe(1);
  });

  it.each([
    ['ISK', 500, 50_000],
    ['JPY', 500, 500],
    ['MGA', 50_000, 500],
  ])('in %s is told in the units that Stripe counts in', async (currency, amountMinor, theirs) => {
    const atStripe = standInForStripe();
    const { checkoutId } = await stripe().createCheckout(checkout({ currency, amountMinor }));
    expect(atStripe.sessions.get(checkoutId)).toMatchObject({ amount_total: theirs });
    atStripe.completeSession(checkoutId);
    expect(await stripe().findOutcome('purchase-1', checkoutId)).toMatchObject({ amountMinor, currency });
  });

  it.each(['away', 'slow', 429, 500, 503] as const)('is PAYMENT_UNAVAILABLE where Stripe is %s', async (trouble) => {
    const atStripe = standInForStripe();
    atStripe.failNext(trouble);
    expect(await refusalOf(stripe().createCheckout(checkout()))).toMatchObject({
      code: 'PAYMENT_UNAVAILABLE',
      status: 503,
    });
    expect(atStripe.sessions.size).toBe(0);
  });

  it('is PAYMENT_UNAVAILABLE while our own key is wrong, lacks a permission, or is in use elsewhere', async () => {
    const atStripe = standInForStripe();
    const { current } = payments({ STRIPE_SECRET_KEY: 'sk_test_wrong' });
    expect(await refusalOf(current.createCheckout(checkout()))).toMatchObject({ code: 'PAYMENT_UNAVAILABLE' });
    for (const status of [403, 409]) {
      atStripe.failNext({ status, error: { type: 'invalid_request_error', message: 'not now' } });
      expect(await refusalOf(stripe().createCheckout(checkout()))).toMatchObject({ code: 'PAYMENT_UNAVAILABLE' });
    }
  });

  it('is PAYMENT_REFUSED if Stripe will never take it, with its reason for staff', async () => {
    const atStripe = standInForStripe();
    const tooSmall = { type: 'invalid_request_error', code: 'amount_too_small', message: 'too small' };
    for (const refused of [
      () => stripe().createCheckout(checkout({ expiresAt: Date.now() + MINUTE_MS })),
      () => stripe().createCheckout(checkout({ currency: 'MGA', amountMinor: 499 })),
      () => {
        atStripe.failNext({ status: 400, error: tooSmall });
        return stripe().createCheckout(checkout());
      },
      async () => {
        await stripe().createCheckout(checkout());
        return stripe().createCheckout(checkout({ amountMinor: 500 })); // the key is used
      },
    ])
      expect(await refusalOf(refused())).toMatchObject({
        code: 'PAYMENT_REFUSED',
        status: 409,
        cause: expect.anything(),
      });
  });
});

describe('what has become of a checkout', () => {
  async function asked(change: (atStripe: ReturnType<typeof standInForStripe>, id: string) => unknown) {
    const atStripe = standInForStripe();
    const { checkoutId } = await stripe().createCheckout(checkout());
    change(atStripe, checkoutId);
    return stripe().findOutcome('purchase-1', checkoutId);
  }

  it('is told in the same words as by webhook', async () => {
    expect(await asked((at, id) => at.completeSession(id, { payment_intent: { id: 'pi_1' } }))).toMatchObject({
      ...{ type: 'paid', amountMinor: 499, currency: 'USD', purchaseId: 'purchase-1', paymentId: 'pi_1' },
    });
    expect(await asked((at, id) => at.expireSession(id))).toEqual({
      ...{ type: 'expired', purchaseId: 'purchase-1', paymentId: null },
    });
  });

  it('is nothing while it is open, and processing while the money is on its way', async () => {
    expect(await asked(() => {})).toBeUndefined();
    for (const status of ['processing', 'requires_action']) {
      const payment_intent = { id: 'pi_1', status };
      expect(await asked((at, id) => at.completeSession(id, { payment_status: 'unpaid', payment_intent }))).toEqual({
        ...{ type: 'processing', purchaseId: 'purchase-1', paymentId: 'pi_1' },
      });
    }
  });

  it('is a failure where the debit came back', async () => {
    const payment_intent = { id: 'pi_1', status: 'requires_payment_method' };
    expect(await asked((at, id) => at.completeSession(id, { payment_status: 'unpaid', payment_intent }))).toMatchObject(
      { type: 'failed', purchaseId: 'purchase-1', paymentId: 'pi_1' },
    );
  });

  it('is PAYMENT_REFUSED for a checkout that Stripe does not know, and PAYMENT_UNAVAILABLE while it is away', async () => {
    const atStripe = standInForStripe();
    expect(await refusalOf(stripe().findOutcome('p', 'cs_unknown'))).toMatchObject({ code: 'PAYMENT_REFUSED' });
    atStripe.failNext('away');
    expect(await refusalOf(stripe().findOutcome('p', 'cs_unknown'))).toMatchObject({ code: 'PAYMENT_UNAVAILABLE' });
  });
});

describe('a payment that is known by its id alone', () => {
  it('is found by the metadata that our checkout gave it, or is none of ours', async () => {
    const atStripe = standInForStripe();
    const { checkoutId } = await stripe().createCheckout(checkout());
    const { payment_intent } = atStripe.completeSession(checkoutId);
    expect(await stripe().findPurchaseId(payment_intent)).toBe('purchase-1');
    atStripe.paymentIntents.set('pi_foreign', { id: 'pi_foreign', object: 'payment_intent', metadata: {} });
    expect(await stripe().findPurchaseId('pi_foreign')).toBeNull();
    atStripe.failNext('away');
    expect(await refusalOf(stripe().findPurchaseId(payment_intent))).toMatchObject({ code: 'PAYMENT_UNAVAILABLE' });
  });

  it('has its refunds listed oldest first, as of the second in which they were asked for', async () => {
    const atStripe = standInForStripe();
    const first = atStripe.refund('pi_1', 100);
    const second = atStripe.refund('pi_1', 200, { status: 'failed' });
    atStripe.refund('pi_2', 300);
    const { current } = payments({}, () => 1_700_000_000_999);
    const of = { type: 'refunded', currency: 'USD', at: 1_700_000_000_000, purchaseId: null, paymentId: 'pi_1' };
    expect(await current.listRefunds?.('pi_1')).toEqual([
      { ...of, claimId: first.id, amountMinor: 100, state: 'stands' },
      { ...of, claimId: second.id, amountMinor: 200, state: 'failed' },
    ]);
  });

  it('does not have its refunds listed in part', async () => {
    const atStripe = standInForStripe();
    for (let count = 0; count < 101; count += 1) atStripe.refund('pi_1', 1);
    const list = payments().current.listRefunds?.('pi_1') ?? expect.fail('Stripe lists refunds');
    expect(await refusalOf(list)).toMatchObject({ code: 'PAYMENT_UNAVAILABLE' });
  });
});

describe('an event', () => {
  const session = {
    ...{ id: 'cs_1', object: 'checkout.session', mode: 'payment', amount_total: 499, currency: 'eur' },
    ...{ payment_intent: 'pi_1', metadata: { purchaseId: 'p1' }, client_reference_id: 'p1' },
  };
  const of = { purchaseId: 'p1', paymentId: 'pi_1' };
  const paid = { type: 'paid', checkoutId: 'cs_1', amountMinor: 499, currency: 'EUR', ...of };
  const created = Date.UTC(2026, 0, 2, 3, 4, 5);
  const ofIntent = { purchaseId: null, paymentId: 'pi_1' };
  const claim = { amountMinor: 499, currency: 'USD', at: created, ...ofIntent };
  const disputed = { type: 'disputed', claimId: 'dp_1', ...claim } as const;
  const refunded = { type: 'refunded', claimId: 're_1', ...claim } as const;
  const readAt = async (now: number, request: Request, more: Partial<Env> = {}) =>
    payments(more, () => now).readWebhook('stripe', await request.text(), request.headers);
  const account = { id: 'acct_1', object: 'account', payouts_enabled: true, capabilities: { transfers: 'active' } };

  it.each<[string, object, PaymentEvent | null]>([
    ['checkout.session.completed', { ...session, payment_status: 'paid' }, paid as PaymentEvent],
    ['checkout.session.completed', { ...session, payment_status: 'unpaid' }, { type: 'processing', ...of }],
    ['checkout.session.completed', { ...session, payment_status: 'paid', mode: 'subscription' }, null],
    ['checkout.session.async_payment_succeeded', { ...session, payment_status: 'paid' }, paid as PaymentEvent],
    ['checkout.session.async_payment_failed', { ...session, payment_status: 'unpaid' }, { type: 'failed', ...of }],
    ['checkout.session.expired', { ...session, payment_intent: null }, { type: 'expired', ...of, paymentId: null }],
    ['checkout.session.completed', { ...session, payment_status: 'paid', metadata: {} }, null],
    ['checkout.session.expired', { ...session, metadata: {}, payment_intent: null }, null],
    ['charge.refunded', stripeObject.charge('pi_1', 499, 100), { type: 'refunds-changed', ...ofIntent }],
    ['charge.refunded', stripeObject.charge('pi_1', 499, 100, { payment_intent: null }), null],
    ...(
      [
        ['created', 'succeeded', 'stands'],
        ['created', 'pending', 'stands'],
        ['created', 'requires_action', 'stands'],
        ['updated', 'succeeded', 'stands'],
        ['updated', 'failed', 'failed'],
        ['updated', 'canceled', 'failed'],
        ['failed', 'failed', 'failed'],
      ] as const
    ).map(([change, status, state]): [string, object, PaymentEvent | null] => [
      `refund.${change}`,
      stripeObject.refund('re_1', 'pi_1', 499, { status }),
      { ...refunded, state },
    ]),
    ['refund.created', stripeObject.refund('re_1', 'pi_1', 499, { payment_intent: null }), null],
    ...(
      [
        ['created', 'needs_response', 'open'],
        ['created', 'warning_needs_response', 'inquiry'],
        ['updated', 'warning_under_review', 'inquiry'],
        ['funds_withdrawn', 'warning_needs_response', 'open'],
        ['funds_withdrawn', 'needs_response', 'open'],
        ['updated', 'under_review', 'open'],
        ['updated', 'won', 'won'],
        ['updated', 'lost', 'lost'],
        ['updated', 'appeal_needs_response', 'open'],
        ['updated', 'appeal_under_review', 'open'],
        ['closed', 'won', 'won'],
        ['closed', 'lost', 'lost'],
        ['closed', 'warning_closed', 'won'],
        ['closed', 'prevented', 'lost'],
        ['funds_reinstated', 'won', 'won'],
      ] as const
    ).map(([change, status, state]): [string, object, PaymentEvent | null] => [
      `charge.dispute.${change}`,
      stripeObject.dispute('dp_1', 'pi_1', 499, status),
      { ...disputed, state },
    ]),
    [
      'radar.early_fraud_warning.created',
      stripeObject.fraudWarning('issfr_1', 'pi_1'),
      { type: 'fraud-warned', at: created, ...ofIntent },
    ],
    ['account.updated', account, { type: 'payout-account', accountId: 'acct_1', payoutsEnabled: true }],
    [
      'account.updated',
      { ...account, capabilities: { transfers: 'pending' } },
      { type: 'payout-account', accountId: 'acct_1', payoutsEnabled: false },
    ],
    [
      'account.updated',
      { ...account, payouts_enabled: false },
      { type: 'payout-account', accountId: 'acct_1', payoutsEnabled: false },
    ],
    [
      'account.application.deauthorized',
      { id: 'ca_1', object: 'application' },
      { type: 'payout-account', accountId: 'acct_1', payoutsEnabled: false },
    ],
    ['payment_intent.succeeded', { id: 'pi_1' }, null],
    ['from.the.future', { of: 'tomorrow' }, null],
  ])('%s is said in our words', async (type, object, event) => {
    const account = type.startsWith('account.') ? 'acct_1' : undefined;
    const request = await signedStripeEvent(type, object, { id: 'evt_1', created, ...(account ? { account } : {}) });
    expect(await readAt(created, request)).toEqual({ provider: 'stripe', eventId: 'evt_1', type, event });
  });

  it('in another unit than ours is counted in ours', async () => {
    const refund = stripeObject.refund('re_1', 'pi_1', 50_000, { currency: 'isk' });
    const request = await signedStripeEvent('refund.created', refund, { created });
    expect(await readAt(created, request)).toMatchObject({ event: { amountMinor: 500, currency: 'ISK' } });
  });

  it('with an unknown verdict is not taken for another', async () => {
    for (const [type, object] of [
      ['charge.dispute.updated', stripeObject.dispute('dp_1', 'pi_1', 499, 'under_the_carpet' as 'won')],
      ['refund.updated', stripeObject.refund('re_1', 'pi_1', 499, { status: 'melted' })],
    ] as const)
      expect(await readAt(created, await signedStripeEvent(type, object, { created }))).toMatchObject({
        event: { type: 'unreadable', reason: expect.stringContaining('is unknown') },
      });
  });

  it('that is not of its shape is unreadable, with the reason', async () => {
    const paidSession = { ...session, payment_status: 'paid' };
    for (const [type, object, reason] of [
      ['checkout.session.completed', { ...paidSession, amount_total: null }, 'amountMinor'],
      ['checkout.session.completed', { ...paidSession, currency: null }, 'currency'],
      ['checkout.session.completed', { ...session, payment_status: 'no_payment_required' }, 'no_payment_required'],
      ['refund.created', { ...stripeObject.refund('re_1', 'pi_1', 499), currency: undefined }, ''],
      ['charge.dispute.created', { payment_intent: 'pi_1' }, ''],
    ] as const)
      expect(await readAt(created, await signedStripeEvent(type, object, { created }))).toMatchObject({
        event: { type: 'unreadable', reason: expect.stringContaining(reason) },
      });
  });

  it.each([
    ['refund.created', { ...stripeObject.refund('re_1', 'pi_1', 499), id: 7 }, 'claimId is not an id'],
    ['refund.created', { ...stripeObject.refund('', 'pi_1', 499) }, 'claimId is missing'],
    ['refund.created', { ...stripeObject.refund('r'.repeat(256), 'pi_1', 499) }, 'claimId is not an id'],
    ['refund.created', { ...stripeObject.refund('re_1', 'pi_1', 499), payment_intent: 5 }, 'paymentId is not an id'],
    ['refund.created', { ...stripeObject.refund('re_1', 'pi_1', 499), payment_intent: {} }, 'paymentId is missing'],
    ['refund.created', { ...stripeObject.refund('re_1', 'pi_1', 499), currency: 7 }, 'currency is missing'],
    ['refund.created', { ...stripeObject.refund('re_1', 'pi_1', 499), amount: true }, 'amountMinor is not a'],
    ['refund.created', { ...stripeObject.refund('re_1', 'pi_1', 499), amount: 4.99 }, 'amountMinor is not a'],
    ['charge.refunded', { payment_intent: { id: 5 } }, 'paymentId is not an id'],
    ['charge.dispute.created', { payment_intent: 'pi_1' }, 'It does not have the shape that we know.'],
    ['checkout.session.expired', { ...session, metadata: { purchaseId: { a: 1 } } }, 'purchaseId is not an id'],
    ['checkout.session.expired', { ...session, payment_intent: { id: 5 } }, 'paymentId is not an id'],
    ['checkout.session.completed', { ...session, payment_status: 'paid', currency: 7 }, 'currency is missing'],
    ['checkout.session.completed', { ...session, payment_status: 'paid', id: 7 }, 'checkoutId is not an id'],
    ['account.updated', { ...account, id: 7 }, 'accountId is not an id'],
    ['account.updated', { ...account, payouts_enabled: 'no' }, 'payoutsEnabled is not'],
    ['transfer.reversed', { id: 'tr_1', metadata: null, reversed: true }, 'It does not have the shape that we know.'],
    ['transfer.reversed', { id: 'tr_1', metadata: { payoutId: 7 }, reversed: true }, 'payoutId is not an id'],
  ])(
    '%s with fields of other kinds is unreadable, and a sentence of ours says why: %#',
    async (type, object, reason) => {
      expect(await readAt(created, await signedStripeEvent(type, object, { created }))).toMatchObject({
        event: { type: 'unreadable', reason: expect.stringContaining(reason) },
      });
    },
  );

  it('whose own id is no text is known by its body', async () => {
    const timestamp = Math.floor(Date.now() / 1_000);
    const ids = [];
    for (const payload of ['{"id":{"a":1},"type":{}}', '{"id":{"a":2},"type":{}}', '{"id":"","type":"x"}']) {
      const secret = STRIPE_WEBHOOK_SECRET;
      const signature = await Stripe.webhooks.generateTestHeaderStringAsync({ payload, secret, timestamp });
      const said = await payments().readWebhook('stripe', payload, new Headers({ 'stripe-signature': signature }));
      expect(said?.event).toMatchObject({ type: 'unreadable' });
      ids.push(said?.eventId);
    }
    expect(new Set(ids).size).toBe(3);
    expect(ids).not.toContain('');
  });

  it('that is signed and no event at all is unreadable, known by its body', async () => {
    const timestamp = Math.floor(Date.now() / 1_000);
    for (const payload of ['not JSON', 'null', '5', '{}', '{"id":"evt_1","type":"refund.created","data":7}']) {
      const secret = STRIPE_WEBHOOK_SECRET;
      const signature = await Stripe.webhooks.generateTestHeaderStringAsync({ payload, secret, timestamp });
      const said = await payments().readWebhook('stripe', payload, new Headers({ 'stripe-signature': signature }));
      expect(said).toMatchObject({ eventId: expect.stringMatching(/./), event: { type: 'unreadable' } });
    }
  });

  it("of a connected account's own payments is ignored", async () => {
    for (const [type, object] of [
      ['checkout.session.completed', { ...session, payment_status: 'paid' }],
      ['charge.dispute.created', stripeObject.dispute('dp_1', 'pi_1', 499, 'needs_response')],
    ] as const) {
      const request = await signedStripeEvent(type, object, { created, account: 'acct_1' });
      expect(await readAt(created, request)).toMatchObject({ event: null });
    }
  });

  it('of test mode is ignored under a live key, and one of live mode is not applied under a test key', async () => {
    const paidSession = { ...session, payment_status: 'paid' };
    const send = (livemode: boolean) =>
      signedStripeEvent('checkout.session.completed', paidSession, { created, livemode });
    for (const STRIPE_SECRET_KEY of ['sk_live_footlight', 'rk_live_footlight']) {
      expect(await readAt(created, await send(false), { STRIPE_SECRET_KEY })).toMatchObject({ event: null });
      expect(await readAt(created, await send(true), { STRIPE_SECRET_KEY })).toMatchObject({ event: { type: 'paid' } });
    }
    expect(await readAt(created, await send(true))).toMatchObject({
      event: { type: 'unreadable', reason: expect.stringContaining('live') },
    });
  });

  it('that is forged, expired, changed on the way or not signed at all says nothing', async () => {
    const type = 'checkout.session.expired';
    const genuine = await signedStripeEvent(type, session);
    const body = await genuine.clone().text();
    const read = (text: string, headers: Headers) => payments().readWebhook('stripe', text, headers);
    expect(await read(body, genuine.headers)).toBeDefined();
    for (const request of [
      await signedStripeEvent(type, session, { secret: 'whsec_guessed' }),
      await signedStripeEvent(type, session, { created: Date.now() - 5 * MINUTE_MS - 2_000 }),
    ])
      expect(await read(await request.text(), request.headers)).toBeUndefined();
    expect(await read(body.replace('499', '498'), genuine.headers)).toBeUndefined();
    expect(await read(`${body} `, genuine.headers)).toBeUndefined();
    expect(await read(body, new Headers())).toBeUndefined();
    expect(await read('', genuine.headers)).toBeUndefined();
    for (const header of ['nonsense', 't=1', 't=,v1=', `v1=${'0'.repeat(64)}`])
      expect(await read(body, new Headers({ 'stripe-signature': header }))).toBeUndefined();
  });

  it('is good for five minutes by our own clock', async () => {
    const created = 1_700_000_000_000;
    const request = await signedStripeEvent('checkout.session.expired', session, { created });
    const body = await request.text();
    const read = (now: number) => payments({}, () => now).readWebhook('stripe', body, request.headers);
    expect(await read(created + 5 * MINUTE_MS)).toBeDefined();
    expect(await read(created + 5 * MINUTE_MS + 1_000)).toBeUndefined();
  });

  it('of connected accounts may be signed by the secret of an endpoint of their own', async () => {
    const both = payments({ STRIPE_WEBHOOK_SECRET: `${STRIPE_WEBHOOK_SECRET}, whsec_connect` });
    for (const secret of [STRIPE_WEBHOOK_SECRET, 'whsec_connect']) {
      const request = await signedStripeEvent('account.updated', account, { secret });
      expect(await both.readWebhook('stripe', await request.text(), request.headers)).toBeDefined();
    }
  });
});

const orderOf = (userId: string, email: string, country = 'DE') => ({ userId, email, country, number: 0 });

describe('an account to be paid to', () => {
  it('is made once a user, tells Stripe who they are by a link, and is payable when Stripe says so', async () => {
    const atStripe = standInForStripe();
    const accountId = await payouts().createAccount(orderOf('user-1', 'creator@footlight.test', 'DE'));
    expect(await payouts().createAccount(orderOf('user-1', 'creator@footlight.test', 'DE'))).toBe(accountId);
    expect(atStripe.accounts.size).toBe(1);
    expect(atStripe.accounts.get(accountId)).toMatchObject({ country: 'DE', metadata: { userId: 'user-1' } });
    const back = 'http://localhost:5173/payouts';
    expect(await payouts().onboardingUrl(accountId, back)).toMatch(/^https:\/\/connect\.stripe\.com\//);
    expect(await payouts().isPayable(accountId)).toBe(false);
    atStripe.completeOnboarding(accountId);
    expect(await payouts().isPayable(accountId)).toBe(true);
  });

  it('is another one for another number or another country', async () => {
    const atStripe = standInForStripe();
    const order = orderOf('user-1', 'creator@footlight.test');
    for (const change of [{}, { number: 1 }, { country: 'FR' }]) await payouts().createAccount({ ...order, ...change });
    expect(atStripe.accounts.size).toBe(3);
  });

  it('is PAYOUT_ACCOUNT_REFUSED where Stripe will not, and PAYOUT_UNAVAILABLE where it cannot', async () => {
    const atStripe = standInForStripe();
    expect(await refusalOf(payouts().isPayable('acct_gone'))).toMatchObject({ code: 'PAYOUT_ACCOUNT_REFUSED' });
    expect(await refusalOf(payouts().onboardingUrl('acct_gone', 'http://localhost'))).toMatchObject({
      code: 'PAYOUT_ACCOUNT_REFUSED',
    });
    atStripe.failNext(503);
    expect(await refusalOf(payouts().createAccount(orderOf('user-2', 'a@b.test')))).toMatchObject({
      code: 'PAYOUT_UNAVAILABLE',
    });
  });
});

describe('a transfer', () => {
  const order = (accountId: string) => ({
    ...{ payoutId: 'payout-1', attempt: 0, accountId, amountMinor: 1_000, currency: 'USD' },
  });

  async function aPayableAccount() {
    const atStripe = standInForStripe();
    const accountId = await payouts().createAccount(orderOf('user-1', 'creator@footlight.test', 'US'));
    atStripe.completeOnboarding(accountId);
    return { atStripe, accountId };
  }

  it('is made once, however often it is asked for, and found by its payout', async () => {
    const { atStripe, accountId } = await aPayableAccount();
    expect(await payouts().findTransfer('payout-1')).toBeUndefined();
    const outcome = await payouts().send(order(accountId));
    expect(await payouts().send(order(accountId))).toEqual(outcome);
    const [transfer, ...others] = atStripe.transfers;
    expect(others).toEqual([]);
    expect(outcome).toEqual({ state: 'paid', reference: transfer?.id });
    expect(transfer).toMatchObject({
      ...{ amount: 1_000, currency: 'usd', destination: accountId, transfer_group: 'payout-1' },
      metadata: { payoutId: 'payout-1' },
    });
    expect(await payouts().findTransfer('payout-1')).toBe(transfer?.id);
    expect(await payouts().findTransfer('payout-2')).toBeUndefined();
  });

  it('whose answer is lost has an unknown outcome, which asking makes known', async () => {
    const { atStripe, accountId } = await aPayableAccount();
    atStripe.failNext('lost');
    expect(await refusalOf(payouts().send(order(accountId)))).toMatchObject({ code: 'PAYOUT_UNAVAILABLE' });
    expect(await payouts().findTransfer('payout-1')).toBe(atStripe.transfers[0]?.id);
    expect(await payouts().send(order(accountId))).toMatchObject({ state: 'paid' });
    expect(atStripe.transfers).toHaveLength(1);
  });

  it.each([
    { type: 'invalid_request_error', code: 'balance_insufficient', message: 'You have insufficient funds.' },
    { type: 'invalid_request_error', code: 'transfers_not_allowed', message: 'Contact us.' },
    { type: 'invalid_request_error', message: 'Your account cannot currently make live transfers.' },
  ])('that the platform’s own account prevents can be made by the next attempt: %j', async (error) => {
    const { atStripe, accountId } = await aPayableAccount();
    atStripe.failNext({ status: 400, error });
    const words = `${error.code ?? 'StripeInvalidRequestError'}: ${error.message}`;
    expect(await payouts().send(order(accountId))).toEqual({ state: 'stuck', words });
    expect(await payouts().send({ ...order(accountId), attempt: 1 })).toMatchObject({ state: 'paid' });
    expect(atStripe.calls.at(-1)).toMatchObject({ method: 'POST /v1/transfers', idempotencyKey: 'payout-1:1' });
  });

  it('is refused for good where the account may not receive or is gone', async () => {
    const { atStripe } = await aPayableAccount();
    expect(await payouts().send({ ...order('acct_gone'), payoutId: 'payout-2' })).toMatchObject({ state: 'refused' });
    const inactive = await payouts().createAccount(orderOf('user-2', 'another@footlight.test', 'US'));
    expect(await payouts().send({ ...order(inactive), payoutId: 'payout-3' })).toMatchObject({ state: 'refused' });
    expect(atStripe.transfers).toEqual([]);
  });

  it.each([
    'away',
    'slow',
    429,
    500,
    503,
    { status: 400, error: { type: 'invalid_request_error', code: 'rate_limit', message: 'too many' } },
    { status: 400, error: { type: 'idempotency_error', message: 'other parameters' } },
    { status: 401, error: { type: 'invalid_request_error', message: 'Invalid API Key' } },
    { status: 403, error: { type: 'invalid_request_error', message: 'The key has not this permission' } },
    { status: 409, error: { type: 'invalid_request_error', code: 'idempotency_key_in_use', message: 'busy' } },
  ] as const)('has an unknown outcome where Stripe is %j', async (trouble) => {
    const { atStripe, accountId } = await aPayableAccount();
    atStripe.failNext(trouble as Parameters<typeof atStripe.failNext>[0]);
    expect(await refusalOf(payouts().send(order(accountId)))).toMatchObject({ code: 'PAYOUT_UNAVAILABLE' });
    expect(await payouts().send(order(accountId))).toMatchObject({ state: 'paid' });
    expect(atStripe.transfers).toHaveLength(1);
  });

  it('under a key that was used for another has an unknown outcome', async () => {
    const { atStripe, accountId } = await aPayableAccount();
    await payouts().send(order(accountId));
    expect(await refusalOf(payouts().send({ ...order(accountId), amountMinor: 2_000 }))).toMatchObject({
      code: 'PAYOUT_UNAVAILABLE',
    });
    expect(atStripe.transfers).toHaveLength(1);
  });

  it('is tried once: whoever asked asks again', async () => {
    const fetches = vi.spyOn(globalThis, 'fetch').mockImplementation(async () => new Response('', { status: 503 }));
    await refusalOf(payouts().send(order('acct_1')));
    expect(fetches).toHaveBeenCalledTimes(1);
  });

  it('is not there to be asked for without keys', () => {
    expect(
      openPayouts(readConfig({ ...variables, STRIPE_SECRET_KEY: '', STRIPE_WEBHOOK_SECRET: '', PAYMENT_PROVIDER: '' })),
    ).toBeUndefined();
  });
});
