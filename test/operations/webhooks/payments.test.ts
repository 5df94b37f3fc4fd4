import { exports } from 'cloudflare:workers';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { requestWith } from '#test/support/app';
import { testContext } from '#test/support/context';
import { DODO_ENV, signedDodoEvent } from '#test/support/dodo';
import { purchaseOf } from '#test/support/money';
import { aPurchase } from '#test/support/purchases';
import { consumed } from '#test/support/queues';
import { STRIPE_ENV, signedStripeEvent } from '#test/support/stripe';
import { asViewer } from '#test/support/users';
import type { WebhookMessage } from '@/contracts/messages';
import { WEBHOOK_BYTES_MAX } from '@/domains/operations/webhooks/store';
import { resealWebhookEvents } from '@/domains/operations/webhooks/sweep';
import { webhookEvents } from '@/domains/operations/webhooks/tables';
import { sandboxEvent, sandboxSecret } from '@/providers/sandbox';
import { consumeWebhooks } from '@/queues/webhooks';
import { decrypt, encrypt } from '@/shared/crypto';
import { newId } from '@/shared/ids';
import { MINUTE_MS } from '@/shared/time';

const consume = (ctx: ReturnType<typeof testContext>, webhookEventId: string) =>
  consumed<WebhookMessage>((batch) => consumeWebhooks(ctx, batch), 'footlight-webhooks', [
    { body: { webhookEventId } },
  ]);
const storedEvents = () => testContext().db.select().from(webhookEvents);
const toSandbox = (request: Request) => exports.default.fetch(request);
const toStripe = (request: Request) => requestWith(STRIPE_ENV, request);
const toDodo = (request: Request) => requestWith(DODO_ENV, request);

const session = {
  ...{ id: 'cs_1', object: 'checkout.session', mode: 'payment', payment_status: 'unpaid', payment_intent: null },
  metadata: { purchaseId: 'no-such-purchase' },
  customer_details: { name: 'Ada Lovelace', email: 'ada@example.test' },
};
const payment = {
  ...{ payment_id: 'pay_1', total_amount: 499, currency: 'USD', metadata: { purchaseId: 'no-such-purchase' } },
  customer: { customer_id: 'cus_1', name: 'Ada Lovelace', email: 'ada@example.test' },
};
const fromStripe = (options = {}) => signedStripeEvent('checkout.session.expired', session, options);
const fromDodo = async (options = {}) => signedDodoEvent('payment.failed', payment, options);
const PROVIDERS = [
  ['stripe', toStripe, fromStripe, 'checkout.session.expired', 'whsec_somebody-guessed'],
  ['dodo', toDodo, fromDodo, 'payment.failed', 'whsec_c29tZWJvZHktZ3Vlc3NlZA=='],
] as const;

async function expectRefusal(response: Response, status: number, code: string) {
  expect(response.status).toBe(status);
  expect(await response.json()).toMatchObject({ success: false, error: { code } });
}

beforeEach(async () => {
  await testContext().db.delete(webhookEvents);
});

describe('POST /webhook/stripe, of the sandbox', () => {
  it('stores and applies what the sandbox signed: the purchase is paid', async () => {
    const buyer = await asViewer();
    const { id: purchaseId, amountMinor, currency } = await aPurchase(buyer);
    const { config, now } = testContext();
    const response = await toSandbox(
      await sandboxEvent(config, now(), { purchaseId, amountMinor, currency, outcome: 'paid' }),
    );
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ success: true, data: {} });
    await vi.waitFor(
      async () => {
        expect(await storedEvents()).toMatchObject([
          { provider: 'sandbox', type: 'checkout.session.completed', state: 'processed' },
        ]);
      },
      { timeout: 10_000, interval: 100 },
    );
    expect(await purchaseOf(purchaseId)).toMatchObject({ status: 'paid' });
  });

  it('is not signed by Stripe: its secret makes no event of Stripe', async () => {
    const response = await toStripe(await fromStripe({ secret: sandboxSecret(testContext().config) }));
    expect(response.status).toBe(200);
    expect(await storedEvents()).toMatchObject([{ provider: 'sandbox' }]);
  });
});

describe.each(PROVIDERS)('POST /webhook/%s', (provider, send, event, type, guessed) => {
  it('stores an event in our words, and as it came without the people in it', async () => {
    expect((await send(await event())).status).toBe(200);
    const rows = await storedEvents();
    expect(rows).toMatchObject([{ provider, type, payload: { purchaseId: 'no-such-purchase' }, received: { type } }]);
    expect(JSON.stringify(rows)).not.toMatch(/Ada|example\.test/);
  });

  it('is 200 and does nothing for an event that it knows, however often and at once', async () => {
    const said = await event();
    const responses = await Promise.all([send(said.clone()), send(said.clone()), send(said.clone())]);
    responses.push(await send(said));
    expect(responses.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect(await storedEvents()).toHaveLength(1);
  });

  it('refuses what is forged, expired, changed, not signed or not there, and leaves no trace', async () => {
    const genuine = await event();
    const body = await genuine.clone().text();
    for (const request of [
      await event({ secret: guessed }),
      await event({ created: Date.now() - 6 * MINUTE_MS, at: Date.now() - 6 * MINUTE_MS }),
      new Request(genuine.clone(), { body: body.replace('no-such-purchase', 'another-purchase') }),
      new Request(genuine.clone(), { body: `\ufeff${body}` }),
      new Request(genuine.clone(), { body: '' }),
      new Request(genuine.url, { method: 'POST', body, headers: { 'content-type': 'application/json' } }),
      new Request(genuine.url, { method: 'POST' }),
    ])
      await expectRefusal(await send(request), 401, 'WEBHOOK_SIGNATURE_INVALID');
    expect(await storedEvents()).toEqual([]);
  });

  it('takes 256 KB and not a byte more', async () => {
    const padded = (bytes: number) =>
      provider === 'stripe'
        ? signedStripeEvent(type, { ...session, padding: 'x'.repeat(bytes) })
        : signedDodoEvent(type, { ...payment, padding: 'x'.repeat(bytes) });
    const { byteLength } = await (await padded(0)).arrayBuffer();
    expect((await send(await padded(WEBHOOK_BYTES_MAX - byteLength))).status).toBe(200);
    await expectRefusal(await send(await padded(WEBHOOK_BYTES_MAX - byteLength + 1)), 413, 'BODY_TOO_LARGE');
    expect(await storedEvents()).toHaveLength(1);
  });

  it('keeps what is applied of an event that nobody would read to its end', async () => {
    const lines = Array.from({ length: 5_000 }, (_, line) => ({ line }));
    const said =
      provider === 'stripe'
        ? await signedStripeEvent(type, { ...session, lines })
        : signedDodoEvent(type, { ...payment, lines });
    expect((await send(said)).status).toBe(200);
    expect(await storedEvents()).toMatchObject([
      { received: { omitted: expect.stringContaining('characters') }, payload: { purchaseId: 'no-such-purchase' } },
    ]);
  });

  it('is 401 if no secret is configured for the provider', async () => {
    await expectRefusal(await exports.default.fetch(await event()), 401, 'WEBHOOK_SIGNATURE_INVALID');
  });
});

describe('an event from which nothing follows', () => {
  it('is 200, and not stored', async () => {
    for (const [send, request] of [
      [toStripe, await signedStripeEvent('customer.created', { id: 'cus_1', object: 'customer' })],
      [toStripe, await signedStripeEvent('checkout.session.completed', { ...session, mode: 'subscription' })],
      [toDodo, signedDodoEvent('subscription.active', { odd: 'shape' })],
    ] as const)
      expect((await send(request)).status).toBe(200);
    expect(await storedEvents()).toEqual([]);
  });
});

describe('a signed event that is not of its shape', () => {
  const odd = { payment_id: 'pay_1', customer: { name: 'Ada Lovelace', email: 'ada@example.test' } };

  it('is stored with the reason and its whole original, encrypted, and held', async () => {
    expect((await toDodo(signedDodoEvent('payment.succeeded', odd))).status).toBe(200);
    const ctx = testContext(DODO_ENV);
    const [row] = await storedEvents();
    expect(row).toMatchObject({ provider: 'dodo', type: 'payment.succeeded', payload: { type: 'unreadable' } });
    expect(JSON.stringify(row)).not.toMatch(/Ada|example\.test/);
    expect(await decrypt(ctx.config.keys, row?.id ?? '', row?.sealed ?? '')).toContain('Ada Lovelace');
    await consume(ctx, row?.id ?? '');
    expect(await storedEvents()).toMatchObject([
      { state: 'held', error: expect.stringMatching(/^HeldForStaff: .*total_amount/), sealed: row?.sealed },
    ]);
  });

  it('is applied by a replay once its shape is known, and its original goes', async () => {
    const buyer = await asViewer();
    const { id: purchaseId, amountMinor, currency } = await aPurchase(buyer);
    const { config, now } = testContext();
    const body = await (
      await sandboxEvent(config, now(), { purchaseId, amountMinor, currency, outcome: 'paid' })
    ).text();
    const id = newId();
    await testContext()
      .db.insert(webhookEvents)
      .values({
        ...{ id, provider: 'sandbox', eventId: 'evt_odd', type: 'checkout.session.completed', state: 'stored' },
        ...{ payload: { type: 'unreadable', reason: 'by an older version' }, receivedAt: 1 },
        sealed: await encrypt(config.keys, id, body),
      });
    await consume(testContext(), id);
    expect(await storedEvents()).toMatchObject([{ state: 'processed', sealed: null, payload: { type: 'paid' } }]);
    expect(await purchaseOf(purchaseId)).toMatchObject({ status: 'paid' });
  });

  it('is encrypted again while keys rotate', async () => {
    const old = testContext({ ENCRYPTION_KEY: 'an-older-encryption-key-that-is-long-enough-too' });
    const { ENCRYPTION_KEY_PREVIOUS } = { ENCRYPTION_KEY_PREVIOUS: 'an-older-encryption-key-that-is-long-enough-too' };
    const id = newId();
    await old.db.insert(webhookEvents).values({
      ...{ id, provider: 'dodo', eventId: 'evt_old', type: 'payment.succeeded', state: 'held', receivedAt: 1 },
      ...{ payload: { type: 'unreadable', reason: 'odd' }, sealed: await encrypt(old.config.keys, id, 'the body') },
    });
    const rotating = testContext({ ENCRYPTION_KEY_PREVIOUS });
    await resealWebhookEvents(rotating);
    const [row] = await storedEvents();
    expect(await decrypt(testContext().config.keys, id, row?.sealed ?? '')).toBe('the body');
  });
});
