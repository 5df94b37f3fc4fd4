/** Connecting the account that the provider pays to: one a creator, ready when the provider says so. */
import { eq } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { clientWith, requestWith } from '#test/support/app';
import { testContext } from '#test/support/context';
import { once } from '#test/support/money';
import { approve, asPaidCreator, payoutOf } from '#test/support/payouts';
import { consumed, recordingQueue } from '#test/support/queues';
import { STRIPE_ENV, type StripeStandIn, signedStripeEvent, standInForStripe } from '#test/support/stripe';
import { asCreator, asStaff } from '#test/support/users';
import type { WebhookMessage } from '@/contracts/messages';
import { setPayable } from '@/domains/money/payouts/accounts';
import { sendPayout } from '@/domains/money/payouts/send';
import { formerPayoutAccounts, payoutAccounts } from '@/domains/money/payouts/tables';
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
      'javascript:alert(1)',
    ]) {
      const { status, error } = await api.post(ACCOUNT, { returnUrl: url });
      expect([status, error.code]).toEqual([422, 'RETURN_URL_NOT_ALLOWED']);
    }
    for (const body of [{}, { returnUrl: '' }, { returnUrl: 7 }, { returnUrl, more: 1 }])
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

describe('the country of an account', () => {
  it('is asked, and never guessed', async () => {
    const stripe = standInForStripe();
    const creator = await asCreator();
    const api = clientWith(STRIPE_ENV, creator.headers);
    const { status, error } = await api.post(ACCOUNT, { returnUrl });
    expect([status, error.code]).toEqual([422, 'PAYOUT_COUNTRY_MISSING']);
    for (const country of ['XX', 'de', 'Germany', '', 7])
      expect((await api.post(ACCOUNT, { returnUrl, country })).error.code).toBe('VALIDATION_FAILED');
    expect(stripe.calls).toEqual([]);
    expect((await api.post(ACCOUNT, { returnUrl, country: 'FR' })).status).toBe(200);
    expect(stripe.callsOf('POST /v1/accounts')).toMatchObject([{ country: 'FR' }]);
    expect(await accountOf(creator.userId)).toMatchObject({ country: 'FR' });
    // It has an account now.
    expect((await api.post(ACCOUNT, { returnUrl })).status).toBe(200);
  });

  it('is the one that the creator declared, if they send none', async () => {
    const stripe = standInForStripe();
    const api = clientWith(STRIPE_ENV, (await asCreator({ country: 'AT' })).headers);
    expect((await api.post(ACCOUNT, { returnUrl })).status).toBe(200);
    expect(stripe.callsOf('POST /v1/accounts')).toMatchObject([{ country: 'AT' }]);
  });
});

describe('replacing an account', () => {
  const another = { returnUrl, country: 'FR', replace: true };
  const formerOf = (userId: string) =>
    testContext().db.select().from(formerPayoutAccounts).where(eq(formerPayoutAccounts.userId, userId));

  it('that Stripe refuses makes a new one under a new key, and keeps the old one in the history', async () => {
    const stripe = standInForStripe();
    const { creator, api, accountId } = await connected(stripe);
    stripe.accounts.delete(accountId);
    const refused = await api.post(ACCOUNT, { returnUrl });
    expect([refused.status, refused.error.code]).toEqual([409, 'PAYOUT_ACCOUNT_REFUSED']);
    const answers = await Promise.all([1, 2].map(() => api.post(ACCOUNT, another)));
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    const now = await accountOf(creator.userId);
    expect(now).toMatchObject({ country: 'FR', payoutsEnabled: false });
    expect(now?.accountId).not.toBe(accountId);
    expect([...stripe.accounts.keys()]).toEqual([now?.accountId]);
    expect(await formerOf(creator.userId)).toMatchObject([{ accountId, country: 'DE', provider: 'stripe' }]);
    // A late event about the old one changes nothing.
    await setPayable(testContext(STRIPE_ENV), accountId, true);
    expect(await accountOf(creator.userId)).toMatchObject({ payoutsEnabled: false });
  });

  it('is refused for one that can be paid, and after too many', async () => {
    const stripe = standInForStripe();
    const { creator, api, accountId } = await connected(stripe);
    stripe.completeOnboarding(accountId);
    const works = await api.post(ACCOUNT, another);
    expect([works.status, works.error.code]).toEqual([409, 'PAYOUT_ACCOUNT_WORKS']);
    expect(await accountOf(creator.userId)).toMatchObject({ accountId });
    const fresh = await connected(stripe);
    for (let times = 0; times < 4; times += 1) expect((await fresh.api.post(ACCOUNT, another)).status).toBe(200);
    const limit = await fresh.api.post(ACCOUNT, another);
    expect([limit.status, limit.error.code]).toEqual([409, 'PAYOUT_ACCOUNTS_LIMIT']);
    expect(await formerOf(fresh.creator.userId)).toHaveLength(4);
  });

  it('leaves a payout that the provider already has with the old account', async () => {
    const stripe = standInForStripe();
    const { creator, api, accountId } = await connected(stripe);
    await tell('account.updated', stripe.completeOnboarding(accountId));
    const environment = { ...STRIPE_ENV, PAYOUTS: recordingQueue().queue };
    const request = { source: 'diamonds', diamonds: 1_000, method: 'stripe' };
    const { data } = await clientWith(environment, creator.headers).post('payment/payout', request, once());
    const owner = await asStaff('owner');
    await approve(owner, `owner/panel/cashouts/${data.id}`, clientWith(environment, owner.headers));
    stripe.failNext('lost', 'POST /v1/transfers');
    await sendPayout(testContext(STRIPE_ENV), data.id).catch(() => {});
    Object.assign(stripe.accounts.get(accountId) ?? {}, { payouts_enabled: false });
    expect((await api.post(ACCOUNT, another)).status).toBe(200);
    await sendPayout(testContext(STRIPE_ENV), data.id);
    expect(await payoutOf(data.id)).toMatchObject({ status: 'paid', accountId, reference: stripe.transfers[0]?.id });
    expect(stripe.transfers).toHaveLength(1);
  });
});
