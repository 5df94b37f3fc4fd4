/** Connecting the account that the provider pays to: one a creator, ready when the provider says so. */
import { eq } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { clientWith, requestWith } from '#test/support/app';
import { testContext } from '#test/support/context';
import { once } from '#test/support/money';
import { asPaidCreator } from '#test/support/payouts';
import { consumed, recordingQueue } from '#test/support/queues';
import { STRIPE_ENV, type StripeStandIn, signedStripeEvent, standInForStripe } from '#test/support/stripe';
import { asCreator } from '#test/support/users';
import type { WebhookMessage } from '@/contracts/messages';
import { setPayable } from '@/domains/money/payouts/accounts';
import { payoutAccounts } from '@/domains/money/payouts/tables';
import { consumeWebhooks } from '@/queues/webhooks';

const ACCOUNT = 'payment/payout-account';
const returnUrl = 'http://localhost:5173/payouts';
const connect = { returnUrl, country: 'DE' };

const accountOf = async (userId: string) => {
  const row = await testContext().db.select().from(payoutAccounts).where(eq(payoutAccounts.userId, userId)).get();
  return row;
};

async function connected(stripe: StripeStandIn) {
  const creator = await asPaidCreator(5_000);
  const api = clientWith(STRIPE_ENV, creator.headers);
  const { data } = await api.post(ACCOUNT, connect);
  const { accountId = '' } = (await accountOf(creator.userId)) ?? {};
  expect(stripe.accounts.has(accountId)).toBe(true);
  return { creator, api, accountId, data };
}

/** Stripe's webhook, taken in and consumed. */
async function tell(type: string, object: Record<string, unknown>, options = {}): Promise<void> {
  const queue = recordingQueue<WebhookMessage>();
  const environment = { ...STRIPE_ENV, WEBHOOKS: queue.queue };
  const answer = await requestWith(environment, await signedStripeEvent(type, object, options));
  expect(answer.status).toBe(200);
  const ctx = testContext(STRIPE_ENV);
  const outcome = await consumed<WebhookMessage>(
    (batch) => consumeWebhooks(ctx, batch),
    'footlight-webhooks',
    queue.sent,
  );
  expect(outcome.retried).toEqual([]);
}

describe('connecting', () => {
  it('creates one account, and returns a link each time', async () => {
    const stripe = standInForStripe();
    const { creator, api, accountId, data } = await connected(stripe);
    expect(data).toEqual({ onboardingUrl: expect.stringContaining(accountId), payoutsEnabled: false });
    const again = await api.post(ACCOUNT, connect);
    expect(again.data.onboardingUrl).not.toBe(data.onboardingUrl);
    expect(stripe.callsOf('POST /v1/accounts')).toEqual([
      expect.objectContaining({ email: creator.email, metadata: { userId: creator.userId } }),
    ]);
    expect(stripe.callsOf('POST /v1/account_links')[0]).toMatchObject({ return_url: returnUrl });
  });

  it('twice at once creates one account', async () => {
    const stripe = standInForStripe();
    const creator = await asCreator();
    const api = clientWith(STRIPE_ENV, creator.headers);
    const answers = await Promise.all([1, 2, 3].map(() => api.post(ACCOUNT, connect)));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(stripe.accounts.size).toBe(1);
  });

  it('again after the provider was down leads to the same account', async () => {
    const stripe = standInForStripe();
    const creator = await asCreator();
    const api = clientWith(STRIPE_ENV, creator.headers);
    stripe.failNext('lost'); // it was made, and nobody heard of it
    const lost = await api.post(ACCOUNT, connect);
    expect([lost.status, lost.error.code]).toEqual([503, 'PAYOUT_UNAVAILABLE']);
    expect((await api.post(ACCOUNT, connect)).status).toBe(200);
    expect([...stripe.accounts.keys()]).toEqual([(await accountOf(creator.userId))?.accountId]);
  });

  it('returns only to the platform’s own URLs', async () => {
    const stripe = standInForStripe();
    const api = clientWith(STRIPE_ENV, (await asCreator()).headers);
    for (const url of [
      'https://elsewhere.test/',
      'http://localhost:5173@elsewhere.test/',
      'http://me@localhost:5173/',
    ]) {
      const { status, error } = await api.post(ACCOUNT, { returnUrl: url });
      expect([status, error.code]).toEqual([422, 'RETURN_URL_NOT_ALLOWED']);
    }
    for (const body of [{}, { returnUrl: 'javascript:alert(1)' }, { returnUrl: 7 }, { returnUrl, more: 1 }])
      expect((await api.post(ACCOUNT, body)).error.code).toBe('VALIDATION_FAILED');
    expect(stripe.calls).toEqual([]);
  });

  it('is not possible without a configured provider', async () => {
    const { status, error } = await (await asCreator()).post(ACCOUNT, connect);
    expect([status, error.code]).toEqual([503, 'PAYOUTS_BY_BANK_ONLY']);
  });
});

describe('an account', () => {
  it('can be paid once the provider’s webhook has said so', async () => {
    const stripe = standInForStripe();
    const { api, accountId, creator } = await connected(stripe);
    const request = { source: 'diamonds', diamonds: 1_000, method: 'stripe' };
    expect((await api.post('payment/payout', request, once())).error.code).toBe('PAYOUT_ACCOUNT_NOT_READY');
    await tell('account.updated', stripe.completeOnboarding(accountId));
    expect(await accountOf(creator.userId)).toMatchObject({ payoutsEnabled: true });
    expect((await api.post('payment/payout', request, once())).status).toBe(201);
  });

  it('can be paid once the creator comes back and the provider says it is ready', async () => {
    const stripe = standInForStripe();
    const { api, accountId, creator } = await connected(stripe);
    stripe.completeOnboarding(accountId);
    expect((await api.post(ACCOUNT, connect)).data.payoutsEnabled).toBe(true);
    expect(await accountOf(creator.userId)).toMatchObject({ payoutsEnabled: true });
  });

  it('has the state that the provider reports now, whatever a late event says', async () => {
    const stripe = standInForStripe();
    const { accountId, creator } = await connected(stripe);
    const early = structuredClone(stripe.accounts.get(accountId)) ?? {};
    await tell('account.updated', stripe.completeOnboarding(accountId));
    await tell('account.updated', early);
    expect(await accountOf(creator.userId)).toMatchObject({ payoutsEnabled: true });
  });

  it('that has revoked our access can no longer be paid', async () => {
    const stripe = standInForStripe();
    const { accountId, creator } = await connected(stripe);
    await tell('account.updated', stripe.completeOnboarding(accountId));
    stripe.accounts.delete(accountId);
    await setPayable(testContext(STRIPE_ENV), accountId, false);
    expect(await accountOf(creator.userId)).toMatchObject({ payoutsEnabled: false });
  });

  it('that no user has connected is ignored', async () => {
    const stripe = standInForStripe();
    await setPayable(testContext(STRIPE_ENV), 'acct_unknown', true);
    expect(stripe.calls).toEqual([]);
  });
});
