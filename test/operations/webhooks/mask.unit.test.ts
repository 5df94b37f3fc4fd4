import { describe, expect, it } from 'vitest';
import { stripeObject } from '#test/support/stripe';
import { MASKED, maskReceived } from '@/domains/operations/webhooks/mask';
import { newId } from '@/shared/ids';

const PERSON = {
  address: { city: 'San Francisco', country: 'US', line1: '1 Main Street', postal_code: '94102' },
  email: 'ada@example.test',
  name: 'Ada Lovelace',
  phone: '+15550100200',
};
/** A charge as Stripe sends it, with all that a person has told. */
const CHARGE = stripeObject.charge('pi_3Nabc', 999, 100, {
  billing_details: PERSON,
  receipt_email: 'ada@example.test',
  receipt_url: 'https://pay.stripe.com/receipts/payment/open-door',
  payment_method: 'pm_1Nabc',
  payment_method_details: {
    type: 'card',
    card: { brand: 'visa', last4: '4242', exp_month: 8, fingerprint: 'Xt5EWLLD' },
  },
  shipping: PERSON,
  outcome: { network_status: 'approved_by_network', risk_level: 'normal', seller_message: 'Payment complete.' },
});
const SESSION = {
  id: 'cs_test_a1',
  client_secret: 'cs_test_a1_secret_abc',
  customer_details: PERSON,
  customer_email: 'ada@example.test',
  custom_fields: [{ key: 'nick', text: { value: 'the countess' } }],
  payment_status: 'paid',
  amount_total: 999,
  url: 'https://checkout.stripe.com/c/pay/open-door',
};
const ACCOUNT = {
  id: 'acct_1',
  payouts_enabled: true,
  capabilities: { transfers: 'active' },
  email: 'ada@example.test',
  individual: { dob: { day: 10, year: 1815 }, first_name: 'Ada', ssn_last_4_provided: true },
  external_accounts: { data: [{ bank_name: 'STRIPE BANK', last4: '6789', routing_number: '110000000' }] },
  business_profile: { support_email: 'ada@example.test', mcc: '5815' },
  tos_acceptance: { date: 1, ip: '203.0.113.7', user_agent: 'Mozilla' },
};
const DODO_PAYMENT = {
  payment_id: 'pay_1',
  total_amount: 999,
  customer: { customer_id: 'cus_1', email: 'ada@example.test', name: 'Ada Lovelace', phone_number: '+15550100200' },
  billing: { city: 'San Francisco', street: '1 Main Street', zipcode: '94102' },
  card_last_four: '4242',
  card_holder_name: 'Ada Lovelace',
  payment_link: 'https://checkout.dodopayments.com/open-door',
  remarks: 'called from +1 555 0100 200',
};
const NEVER = [
  ...['Ada', 'Lovelace', 'example.test', 'Main Street', '94102', 'San Francisco', '5550100200', '0100 200', '4242'],
  ...['Xt5EWLLD', 'open-door', '_secret_', 'the countess', '1815', 'STRIPE BANK', '6789', '110000000', '203.0.113.7'],
  ...['Mozilla', 'visa'],
];

describe('what staff see of a webhook', () => {
  it('has no secrets, people and means of payment in it', () => {
    const text = JSON.stringify([CHARGE, SESSION, ACCOUNT, DODO_PAYMENT].map(maskReceived));
    for (const never of NEVER) expect(text).not.toContain(never);
  });

  it('keeps what tells what happened: ids, amounts, states, answers of yes and no', () => {
    expect(maskReceived(CHARGE)).toMatchObject({
      ...{ id: 'ch_pi_3Nabc', object: 'charge', amount: 999, amount_refunded: 100, currency: 'usd' },
      ...{ payment_intent: 'pi_3Nabc', payment_method: 'pm_1Nabc', refunded: false, billing_details: MASKED },
      outcome: { network_status: 'approved_by_network', risk_level: 'normal' },
    });
    expect(maskReceived(SESSION)).toMatchObject({ id: 'cs_test_a1', payment_status: 'paid', amount_total: 999 });
    expect(maskReceived(ACCOUNT)).toMatchObject({
      ...{ id: 'acct_1', payouts_enabled: true, capabilities: { transfers: 'active' } },
      business_profile: { mcc: '5815', support_email: MASKED },
    });
    expect(maskReceived(DODO_PAYMENT)).toMatchObject({ payment_id: 'pay_1', customer: { customer_id: 'cus_1' } });
  });

  it.each([
    '4242424242424242',
    '4242 4242 4242 4242',
    'paid with 4242-4242-4242-4242',
    'DE89370400440532013000',
    'DE89 3704 0044 0532 0130 00',
    'write to ada@example.test',
    '+44 20 7946 0958',
    'sk_live_51Nabc',
    'whsec_abc',
    'pi_1_secret_2',
    'eyJhbGciOiJIUzI1NiJ9.e30.x',
    ...['15550100200', '1815-12-10', '203.0.113.7', '2001:db8::1', 'as Ada told us', 'x'.repeat(201)],
  ])('has no %j in it, wherever it stands', (text) => {
    expect(maskReceived({ reason: text, deep: [{ note: text }] })).toEqual({
      reason: MASKED,
      deep: [{ note: MASKED }],
    });
  });

  it.each([
    newId(),
    '01234567-1234-7123-8123-123456789012',
    'evt_1NabcDEF',
    '2026-11-23T02:00:31.000Z',
    'charge.refunded',
    '4.99',
  ])('keeps %j', (text) => {
    expect(maskReceived({ metadata: { purchaseId: text } })).toEqual({ metadata: { purchaseId: text } });
  });

  it('has no number in it that could be of a card, and keeps amounts and times', () => {
    const told = { number: 4242424242424242, amount: 99_999_999, created: 1_795_402_612 };
    expect(maskReceived(told)).toEqual({ ...told, number: MASKED });
  });

  it('does not go deeper than anybody looks, and takes what is not an object', () => {
    let nested: unknown = 'ada';
    for (let depth = 0; depth < 100; depth += 1) nested = { inner: nested };
    expect(JSON.stringify(maskReceived(nested))).not.toContain('ada');
    expect(['text', 1, null, true, []].map(maskReceived)).toEqual(['text', 1, null, true, []]);
  });

  it('is not masked where there is nothing', () => {
    expect(maskReceived({ email: null, phone_number_collection: false })).toEqual({
      email: null,
      phone_number_collection: false,
    });
  });
});
