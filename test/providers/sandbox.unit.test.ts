import { describe, expect, it } from 'vitest';
import { PRODUCTION } from '#test/support/production';
import { signedStripeEvent } from '#test/support/stripe';
import { type Env, readConfig } from '@/config';
import { openPayments } from '@/providers/open-payments';
import { sandboxEvent } from '@/providers/sandbox';

const variables: Partial<Env> = {
  ENVIRONMENT: 'development',
  JWT_SECRET: 'a-test-secret-that-is-long-enough-to-be-accepted',
  ENCRYPTION_KEY: 'a-test-encryption-key-that-is-long-enough-too',
};
const config = readConfig(variables);
const payments = (given = config) => openPayments(given, Date.now);
const payment = { purchaseId: 'p1', amountMinor: 499, currency: 'USD' } as const;

describe('the sandbox', () => {
  it('is what takes payments where no keys are, and has a page of the Worker itself', async () => {
    const { current } = payments();
    expect(current.name).toBe('sandbox');
    const request = { ...payment, description: '100 coins', email: 'a@b.test', successUrl: '', cancelUrl: '' };
    expect(await current.createCheckout({ ...request, expiresAt: 0 })).toEqual({
      checkoutId: 'sandbox_p1',
      url: 'http://localhost:8787/dev/checkout/p1',
    });
    expect(await current.findOutcome('p1', 'sandbox_p1')).toMatchObject({ type: 'expired', purchaseId: 'p1' });
  });

  it.each([
    ['paid', { checkoutId: 'sandbox_p1', amountMinor: 499, currency: 'USD', paymentId: 'sandbox_pi_p1' }],
    ['failed', { paymentId: null }],
    ['expired', { paymentId: null }],
  ] as const)('says %s in an event that it signs itself', async (outcome, more) => {
    const request = await sandboxEvent(config, Date.now(), { ...payment, outcome });
    expect(new URL(request.url).pathname).toBe('/api/v1/webhook/stripe');
    const said = await payments().readWebhook('stripe', await request.text(), request.headers);
    expect(said).toMatchObject({ provider: 'sandbox', event: { type: outcome, purchaseId: 'p1', ...more } });
    const other = await sandboxEvent(config, Date.now(), { ...payment, outcome });
    const again = await payments().readWebhook('stripe', await other.text(), other.headers);
    expect(again?.eventId).not.toBe(said?.eventId);
  });

  it.each([
    ['disputed', 'open'],
    ['dispute-won', 'won'],
    ['dispute-lost', 'lost'],
  ] as const)('says %s of the whole amount, as a dispute of the payment', async (outcome, state) => {
    const request = await sandboxEvent(config, Date.now(), { ...payment, outcome });
    const said = await payments().readWebhook('stripe', await request.text(), request.headers);
    expect(said).toMatchObject({
      provider: 'sandbox',
      event: { type: 'disputed', claimId: 'sandbox_dp_p1', paymentId: 'sandbox_pi_p1', amountMinor: 499, state },
    });
  });

  it('has another secret wherever the keys are others, and none that could be guessed from Stripe', async () => {
    const stranger = readConfig({ ...variables, JWT_SECRET: 'another-secret-that-is-long-enough-as-well' });
    for (const request of [
      await sandboxEvent(stranger, Date.now(), { ...payment, outcome: 'paid' }),
      await signedStripeEvent('checkout.session.completed', {}),
    ])
      expect(await payments().readWebhook('stripe', await request.text(), request.headers)).toBeUndefined();
  });

  it('is not there in production, not even its own events', async () => {
    const inProduction = readConfig(PRODUCTION);
    expect(payments(inProduction).of('sandbox')).toBeUndefined();
    expect(payments(inProduction).current.name).toBe('stripe');
    const request = await sandboxEvent(inProduction, Date.now(), { ...payment, outcome: 'paid' });
    expect(await payments(inProduction).readWebhook('stripe', await request.text(), request.headers)).toBeUndefined();
  });
});
