import { Webhook } from 'standardwebhooks';
import { describe, expect, it, vi } from 'vitest';
import { DODO_ENV, DODO_PRODUCT_ID, dodoObject, signedDodoEvent, standInForDodo } from '#test/support/dodo';
import { refusalOf } from '#test/support/refusals';
import { type Env, readConfig } from '@/config';
import type { CheckoutRequest, PaymentEvent } from '@/contracts/payments';
import { readDodoWebhook } from '@/providers/dodo-events';
import { openPayments } from '@/providers/open-payments';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '@/shared/time';

const variables: Partial<Env> = {
  ENVIRONMENT: 'development',
  JWT_SECRET: 'a-test-secret-that-is-long-enough-to-be-accepted',
  ENCRYPTION_KEY: 'a-test-encryption-key-that-is-long-enough-too',
  ...DODO_ENV,
};
const payments = (more: Partial<Env> = {}, now = Date.now) => openPayments(readConfig({ ...variables, ...more }), now);
const dodo = (now = Date.now) => payments({}, now).current;

const request: CheckoutRequest = {
  purchaseId: 'purchase-1',
  description: '500 coins',
  amountMinor: 499,
  currency: 'USD',
  email: 'buyer@footlight.test',
  successUrl: 'http://localhost:5173/done',
  cancelUrl: 'http://localhost:5173/back',
  expiresAt: Date.now() + HOUR_MS,
};

describe('a checkout', () => {
  it('is of the product, for the amount of the purchase', async () => {
    const atDodo = standInForDodo();
    const { checkoutId, url } = await dodo().createCheckout(request);
    expect(url).toContain(checkoutId);
    expect(atDodo.calls).toEqual([
      {
        method: 'POST /checkouts',
        body: {
          product_cart: [{ product_id: DODO_PRODUCT_ID, quantity: 1, amount: 499 }],
          customer: { email: 'buyer@footlight.test' },
          billing_currency: 'USD',
          feature_flags: { allow_currency_selection: false, allow_discount_code: false },
          return_url: 'http://localhost:5173/done',
          cancel_url: 'http://localhost:5173/back',
          metadata: { purchaseId: 'purchase-1' },
        },
      },
    ]);
  });

  it.each(['away', 'slow', 'failing', 'odd'] as const)('is PAYMENT_UNAVAILABLE where Dodo is %s', async (mode) => {
    standInForDodo().mode = mode;
    const calls = [dodo().createCheckout(request), dodo().findOutcome('purchase-1', 'cks_1')];
    for (const refusal of await Promise.all(calls.map(refusalOf)))
      expect(refusal).toMatchObject({ code: 'PAYMENT_UNAVAILABLE', status: 503 });
  });

  it('is PAYMENT_UNAVAILABLE where the key is wrong', async () => {
    standInForDodo();
    const { current } = payments({ DODO_API_KEY: 'dodo_test_wrong' });
    expect(await refusalOf(current.createCheckout(request))).toMatchObject({ code: 'PAYMENT_UNAVAILABLE' });
  });

  it('is PAYMENT_REFUSED if Dodo will never take it', async () => {
    standInForDodo();
    const { current } = payments({ DODO_PRODUCT_ID: 'pdt_gone' });
    expect(await refusalOf(current.createCheckout(request))).toMatchObject({ code: 'PAYMENT_REFUSED', status: 409 });
    expect(await refusalOf(dodo().findOutcome('p', 'cks_unknown'))).toMatchObject({ code: 'PAYMENT_REFUSED' });
  });
});

describe('what has become of a checkout', () => {
  it('is told in the same words as by webhook', async () => {
    const atDodo = standInForDodo();
    const { checkoutId } = await dodo().createCheckout(request);
    const { payment_id: paymentId } = atDodo.pay(checkoutId);
    expect(await dodo().findOutcome('purchase-1', checkoutId)).toEqual({
      ...{ type: 'paid', checkoutId, amountMinor: 499, currency: 'USD', purchaseId: 'purchase-1', paymentId },
    });
    for (const status of ['failed', 'cancelled']) {
      const failed = atDodo.pay(checkoutId, status);
      expect(await dodo().findOutcome('purchase-1', checkoutId)).toEqual({
        ...{ type: 'failed', purchaseId: 'purchase-1', paymentId: failed.payment_id },
      });
    }
  });

  it('is nothing for a day, and then that it expired, unless the money is on its way', async () => {
    const atDodo = standInForDodo();
    const { checkoutId } = await dodo().createCheckout(request);
    const tomorrow = () => Date.now() + DAY_MS + MINUTE_MS;
    expect(await dodo().findOutcome('purchase-1', checkoutId)).toBeUndefined();
    expect(await dodo(tomorrow).findOutcome('purchase-1', checkoutId)).toMatchObject({ type: 'expired' });
    atDodo.pay(checkoutId, 'requires_customer_action');
    expect(await dodo().findOutcome('purchase-1', checkoutId)).toBeUndefined();
    expect(await dodo(tomorrow).findOutcome('purchase-1', checkoutId)).toMatchObject({ type: 'expired' });
    const { payment_id: paymentId } = atDodo.pay(checkoutId, 'processing');
    expect(await dodo(tomorrow).findOutcome('purchase-1', checkoutId)).toEqual({
      ...{ type: 'processing', purchaseId: 'purchase-1', paymentId },
    });
    atDodo.pay(checkoutId, 'from_the_future');
    expect(await dodo(tomorrow).findOutcome('purchase-1', checkoutId)).toBeUndefined();
  });
});

describe('a payment that is known by its id alone', () => {
  it('is found by the metadata that our checkout gave it, or is none of ours', async () => {
    const atDodo = standInForDodo();
    const { checkoutId } = await dodo().createCheckout(request);
    const { payment_id: paymentId } = atDodo.pay(checkoutId);
    expect(await dodo().findPurchaseId(paymentId)).toBe('purchase-1');
    atDodo.payments.set('pay_foreign', { ...atDodo.payments.get(paymentId), payment_id: 'pay_foreign', metadata: {} });
    expect(await dodo().findPurchaseId('pay_foreign')).toBeNull();
  });
});

describe('an event', () => {
  const payment = {
    ...{ payment_id: 'pay_1', total_amount: 499, currency: 'USD', checkout_session_id: 'cks_1' },
    metadata: { purchaseId: 'p1' },
  };
  const of = { purchaseId: 'p1', paymentId: 'pay_1' };
  const refund = dodoObject.refund('ref_1', 'pay_1', 100, 'succeeded');
  const dispute = dodoObject.dispute('dp_1', 'pay_1', '499', 'dispute');
  const at = Date.now();
  const ofPayment = { purchaseId: null, paymentId: 'pay_1' };
  const refunded = { type: 'refunded', claimId: 'ref_1', amountMinor: 100, currency: 'USD', at, ...ofPayment };
  const disputed = { type: 'disputed', claimId: 'dp_1', amountMinor: 499, currency: 'USD', at, ...ofPayment };
  const read = async (said: Request) => payments().readWebhook('dodo', await said.text(), said.headers);

  it.each<[string, Record<string, unknown>, Record<string, unknown> | null]>([
    ['payment.succeeded', payment, { type: 'paid', checkoutId: 'cks_1', amountMinor: 499, currency: 'USD', ...of }],
    ['payment.failed', payment, { type: 'failed', ...of }],
    ['payment.cancelled', { ...payment, metadata: {} }, null],
    ['payment.succeeded', { ...payment, metadata: {} }, null],
    ['refund.succeeded', refund, { ...refunded, state: 'stands' }],
    ['refund.failed', { ...refund, status: 'failed' }, { ...refunded, state: 'failed' }],
    ['dispute.opened', dispute, { ...disputed, state: 'open' }],
    ['dispute.opened', { ...dispute, amount: '4.99' }, { ...disputed, state: 'open' }],
    [
      'dispute.opened',
      { ...dispute, amount: '499.0', currency: 'JPY' },
      { ...disputed, currency: 'JPY', state: 'open' },
    ],
    ['dispute.challenged', dispute, { ...disputed, state: 'open' }],
    ['dispute.won', dispute, { ...disputed, state: 'won' }],
    ['dispute.cancelled', dispute, { ...disputed, state: 'won' }],
    ['dispute.lost', dispute, { ...disputed, state: 'lost' }],
    ['dispute.accepted', dispute, { ...disputed, state: 'lost' }],
    ['dispute.expired', dispute, { ...disputed, state: 'lost' }],
    ['payment.processing', payment, { type: 'processing', ...of }],
    ['dispute.opened', { ...dispute, dispute_stage: 'pre_arbitration' }, { ...disputed, state: 'open' }],
    ['from.the.future', { of: 'tomorrow' }, null],
  ])('%s is said in our words', async (type, data, event) => {
    const said = await read(signedDodoEvent(type, data, { id: 'msg_1', at }));
    expect(said).toEqual({ provider: 'dodo', eventId: 'msg_1', type, event: event as PaymentEvent | null });
  });

  it('that is not of its shape is unreadable, with the reason', async () => {
    for (const [type, data] of [
      ['refund.succeeded', { ...refund, amount: null }],
      ['payment.processing', { payment_id: 5 }],
      ['dispute.opened', { ...dispute, amount: 'a lot' }],
    ] as const)
      expect(await read(signedDodoEvent(type, data))).toMatchObject({
        ...{ type, event: { type: 'unreadable', reason: expect.stringMatching(/^(amount|payment_id): /) } },
      });
  });

  it('with an id that is empty or endless is unreadable', async () => {
    for (const [type, data, reason] of [
      ['refund.succeeded', { ...refund, refund_id: '' }, 'claimId is missing'],
      ['refund.succeeded', { ...refund, payment_id: 'p'.repeat(256) }, 'paymentId is not an id'],
      ['dispute.opened', { ...dispute, dispute_id: 'd'.repeat(256) }, 'claimId is not an id'],
      ['payment.succeeded', { ...payment, metadata: { purchaseId: 'x'.repeat(256) } }, 'purchaseId is not an id'],
    ] as const)
      expect(await read(signedDodoEvent(type, data))).toMatchObject({
        event: { type: 'unreadable', reason: expect.stringContaining(reason) },
      });
  });

  it('that is forged, expired, of the future, changed on the way or not signed at all says nothing', async () => {
    const genuine = signedDodoEvent('payment.succeeded', payment);
    const body = await genuine.clone().text();
    expect(await read(genuine.clone())).toBeDefined();
    for (const said of [
      signedDodoEvent('payment.succeeded', payment, { secret: 'whsec_Z3Vlc3NlZC1ieS1zb21lYm9keQ==' }),
      signedDodoEvent('payment.succeeded', payment, { at: Date.now() - 5 * MINUTE_MS - 2_000 }),
      signedDodoEvent('payment.succeeded', payment, { at: Date.now() + 5 * MINUTE_MS + 2_000 }),
      new Request(genuine, { body: body.replace('499', '498') }),
      new Request('http://localhost', { method: 'POST', body }),
    ])
      expect(await read(said)).toBeUndefined();
    const renamed = new Headers(genuine.headers);
    renamed.set('webhook-id', 'msg_another');
    expect(await payments().readWebhook('dodo', body, renamed)).toBeUndefined();
    for (const header of ['', 'v1', 'v1,', 'v2,nonsense', 'nonsense']) {
      const headers = new Headers(genuine.headers);
      headers.set('webhook-signature', header);
      expect(await payments().readWebhook('dodo', body, headers)).toBeUndefined();
    }
  });

  it('says nothing where Dodo is not configured', async () => {
    const { text, headers } = {
      text: await signedDodoEvent('payment.succeeded', payment).text(),
      headers: new Headers(),
    };
    const without = payments({ PAYMENT_PROVIDER: '', DODO_API_KEY: '', DODO_WEBHOOK_SECRET: '', DODO_PRODUCT_ID: '' });
    expect(await without.readWebhook('dodo', text, headers)).toBeUndefined();
  });
});

/** https://github.com/standard-webhooks/standard-webhooks */
describe("Standard Webhooks' published vector", () => {
  const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
  const id = 'msg_p5jXN8AQM9LWM0D4loKWxJek';
  const timestamp = 1_614_265_330;
  const payload = '{"test": 2432232314}';
  const signature = 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=';

  it('is signed as published', () => {
    expect(new Webhook(secret).sign(id, new Date(timestamp * 1_000), payload)).toBe(signature);
  });

  it('is taken for genuine at its time, and at no other', () => {
    const headers = new Headers({
      ...{ 'webhook-id': id, 'webhook-timestamp': String(timestamp), 'webhook-signature': signature },
    });
    const read = () => readDodoWebhook(secret, payload, headers);
    expect(read()).toBeUndefined();
    vi.spyOn(Date, 'now').mockReturnValue(timestamp * 1_000);
    expect(read()).toMatchObject({ event: { type: 'unreadable' } }); // genuine, and nothing that Dodo would say
    const forged = readDodoWebhook(secret, payload.replace('4', '5'), headers);
    expect(forged).toBeUndefined();
  });
});
