import { eq } from 'drizzle-orm';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { testContext } from '#test/support/context';
import { liveKitEvent, signedLiveKitWebhook } from '#test/support/livekit';
import { coinsOf, purchaseOf } from '#test/support/money';
import { aPurchase } from '#test/support/purchases';
import {
  consumed,
  databaseWithout,
  queueThatIsAway,
  queueThatNeverAnswers,
  recordingQueue,
} from '#test/support/queues';
import { STRIPE_ENV, signedStripeEvent } from '#test/support/stripe';
import { asCreator, asViewer } from '#test/support/users';
import type { Context } from '@/contracts/context';
import type { MediaEvent } from '@/contracts/media';
import type { WebhookMessage } from '@/contracts/messages';
import type { PaymentEvent } from '@/contracts/payments';
import { channels } from '@/domains/live/channels/tables';
import { streams } from '@/domains/live/streams/tables';
import { receiveLiveKitEvent } from '@/domains/operations/webhooks/receive';
import { receivePaymentEvent } from '@/domains/operations/webhooks/receive-payment';
import { forgetWebhookPayloads, requeueWebhookEvents } from '@/domains/operations/webhooks/sweep';
import { webhookEvents } from '@/domains/operations/webhooks/tables';
import { sandboxEvent } from '@/providers/sandbox';
import { consumeDeadLetters } from '@/queues/dead-letters';
import { consumeWebhooks } from '@/queues/webhooks';
import { newId } from '@/shared/ids';
import { DAY_MS, MINUTE_MS, SECOND_MS } from '@/shared/time';

const at = (ctx: Context, now: number): Context => ({ ...ctx, now: () => now });
const message = (webhookEventId: string, attempts = 1) => ({ body: { webhookEventId }, attempts });
const consume = (ctx: Context, ...messages: ReturnType<typeof message>[]) =>
  consumed<WebhookMessage>((batch) => consumeWebhooks(ctx, batch), 'footlight-webhooks', messages);

/** A creator whose encoder is set up at LiveKit. */
async function creatorWithIngress() {
  const ctx = testContext();
  const { channelId } = await asCreator();
  const ingressId = `IN_${newId()}`;
  await ctx.db.update(channels).set({ ingressId, ingressType: 'RTMP' }).where(eq(channels.id, channelId));
  const event = (type: 'ingress_started' | 'ingress_ended', when: number): MediaEvent => ({
    type,
    ingressId,
    room: channelId,
    at: when,
  });
  const streamsOf = () => ctx.db.select().from(streams).where(eq(streams.channelId, channelId));
  return { channelId, ingressId, event, streamsOf };
}

async function stored(event: MediaEvent | PaymentEvent | null, more: Partial<typeof webhookEvents.$inferInsert> = {}) {
  const ctx = testContext();
  const id = newId();
  const now = ctx.now();
  const type = event?.type ?? 'ingress_started';
  await ctx.db.insert(webhookEvents).values({
    ...{ id, provider: 'livekit', eventId: id, type, payload: event, state: 'stored', receivedAt: now, queuedAt: now },
    ...more,
  });
  return id;
}

const rowOf = async (id: string) =>
  (await testContext().db.select().from(webhookEvents).where(eq(webhookEvents.id, id)))[0];

beforeEach(async () => {
  await testContext().db.delete(webhookEvents);
});

describe('a stored event', () => {
  it('is applied, and marked processed', async () => {
    const { event, streamsOf } = await creatorWithIngress();
    const ctx = testContext();
    const id = await stored(event('ingress_started', ctx.now()));
    expect(await consume(ctx, message(id))).toEqual({ acked: [0], retried: [] });
    expect(await streamsOf()).toMatchObject([{ status: 'live' }]);
    expect(await rowOf(id)).toMatchObject({ state: 'processed', attempts: 1, error: null });
  });

  it('is applied once when its message comes twice, in one batch, later and at the same time', async () => {
    const { event, streamsOf } = await creatorWithIngress();
    const ctx = testContext();
    const id = await stored(event('ingress_started', ctx.now()));
    await Promise.all([consume(ctx, message(id), message(id)), consume(ctx, message(id))]);
    const { processedAt, attempts } = (await rowOf(id)) ?? {};
    expect(await consume(ctx, message(id))).toEqual({ acked: [0], retried: [] });
    expect(await rowOf(id)).toMatchObject({ state: 'processed', processedAt, attempts });
    expect(await streamsOf()).toMatchObject([{ status: 'live' }]);
  });

  it('that is older than what was applied changes nothing', async () => {
    const { event, streamsOf } = await creatorWithIngress();
    const ctx = testContext();
    const now = ctx.now();
    const [first, ended, late] = [
      await stored(event('ingress_started', now)),
      await stored(event('ingress_ended', now + 20 * SECOND_MS)),
      await stored(event('ingress_started', now + 10 * SECOND_MS)),
    ];
    await consume(ctx, message(first), message(ended), message(late));
    const [stream, ...others] = await streamsOf();
    expect(others).toEqual([]);
    expect(stream?.status).toBe('live');
    expect(stream?.ingressLostAt).not.toBeNull();
  });

  it('that fails comes back later each time, with the reason, and stops no other', async () => {
    const { event, streamsOf } = await creatorWithIngress();
    const ctx = testContext();
    const lost = await stored(null); // its payload is gone: there is nothing to apply
    const sound = await stored(event('ingress_started', ctx.now()));
    const now = ctx.now();
    expect(await consume(at(ctx, now), message(lost), message(sound))).toEqual({
      acked: [1],
      retried: [{ index: 0, delaySeconds: 10 }],
    });
    expect(await streamsOf()).toMatchObject([{ status: 'live' }]);
    const row = await rowOf(lost);
    expect(row).toMatchObject({ state: 'stored', attempts: 1, queuedAt: now + 10 * SECOND_MS });
    expect(row?.error).toBeTruthy();
    const delays: unknown[] = [];
    for (const attempts of [2, 3, 8, 30])
      delays.push((await consume(ctx, message(lost, attempts))).retried[0]?.delaySeconds);
    expect(delays).toEqual([20, 40, 1_280, 3_600]);
  });

  it('shows staff why a query failed, without the query and its values', async () => {
    // The database takes no object as a value.
    const odd = { type: 'expired', purchaseId: { secret: 1 }, paymentId: 'pay_secret' } as unknown as PaymentEvent;
    const id = await stored(odd, { provider: 'sandbox' });
    expect(await consume(testContext(), message(id))).toMatchObject({ acked: [] });
    const { error } = (await rowOf(id)) ?? {};
    expect(error).toMatch(/D1/);
    expect(error).not.toMatch(/query|select|params|secret/i);
  });

  it('comes back when the database fails in the middle, and is applied then', async () => {
    const { event, streamsOf } = await creatorWithIngress();
    const ctx = testContext();
    const id = await stored(event('ingress_started', ctx.now()));
    expect(await consume(testContext({ DB: databaseWithout('streams') }), message(id))).toMatchObject({ acked: [] });
    expect(await rowOf(id)).toMatchObject({ state: 'stored', attempts: 1 });
    // Not even the claim can be written.
    expect(await consume(testContext({ DB: databaseWithout('webhook_events') }), message(id))).toMatchObject({
      acked: [],
    });
    expect(await consume(ctx, message(id))).toEqual({ acked: [0], retried: [] });
    expect(await rowOf(id)).toMatchObject({ state: 'processed', attempts: 2, error: null });
    expect(await streamsOf()).toMatchObject([{ status: 'live' }]);
  });

  it('that was applied but not marked comes back, and nothing happens twice', async () => {
    const { event, streamsOf } = await creatorWithIngress();
    const ctx = testContext();
    const id = await stored(event('ingress_started', ctx.now()));
    const dying = testContext({ DB: databaseWithout('processed_at') }); // only the mark names the column
    expect(await consume(dying, message(id))).toMatchObject({ acked: [], retried: [{ index: 0 }] });
    expect(await rowOf(id)).toMatchObject({ state: 'stored' });
    const [before, ...none] = await streamsOf();
    expect(before?.status).toBe('live');
    await consume(ctx, message(id));
    expect(await rowOf(id)).toMatchObject({ state: 'processed' });
    expect(await streamsOf()).toEqual([before, ...none]);
  });

  it('that nobody knows is dropped', async () => {
    expect(await consume(testContext(), message(newId()))).toEqual({ acked: [0], retried: [] });
  });
});

/** A pending purchase of a thousand coins, and what is said of it. */
async function pendingPurchase() {
  const buyer = await asViewer();
  const { id: purchaseId, amountMinor, currency } = await aPurchase(buyer, { coins: 1_000, bonusCoins: 0 });
  const payment = { purchaseId, paymentId: `pay_${purchaseId}` };
  const paid: PaymentEvent = { type: 'paid', checkoutId: null, amountMinor, currency, ...payment };
  const signed = (ctx: Context) =>
    sandboxEvent(ctx.config, ctx.now(), { purchaseId, amountMinor, currency, outcome: 'paid' });
  return { purchaseId, paid, signed, coins: () => coinsOf(buyer.userId) };
}

describe('a stored payment event', () => {
  it('is applied once, however often it comes and under whatever id', async () => {
    const { purchaseId, paid, coins } = await pendingPurchase();
    const ctx = testContext();
    const [one, another] = [
      await stored(paid, { provider: 'sandbox', type: 'paid' }),
      await stored(paid, { provider: 'sandbox', type: 'paid' }),
    ];
    await Promise.all([consume(ctx, message(one), message(another)), consume(ctx, message(one))]);
    await consume(ctx, message(one), message(another));
    expect(await coins()).toBe(1_000);
    expect(await purchaseOf(purchaseId)).toMatchObject({ status: 'paid' });
    for (const id of [one, another]) expect(await rowOf(id)).toMatchObject({ state: 'processed' });
  });

  it('that says another amount is held for staff with the reason, and not tried again', async () => {
    const { purchaseId, paid, coins } = await pendingPurchase();
    const webhooks = recordingQueue<WebhookMessage>();
    const ctx = testContext({ WEBHOOKS: webhooks.queue });
    const id = await stored({ ...paid, amountMinor: 1 } as PaymentEvent, { provider: 'sandbox', type: 'paid' });
    expect(await consume(ctx, message(id))).toEqual({ acked: [0], retried: [] });
    const row = await rowOf(id);
    expect(row).toMatchObject({ state: 'held', attempts: 1, processedAt: null });
    expect(row?.error).toMatch(/^HeldForStaff: ./);
    await consume(ctx, message(id));
    await requeueWebhookEvents(at(ctx, ctx.now() + DAY_MS));
    expect(webhooks.sent).toEqual([]);
    expect(await rowOf(id)).toMatchObject({ state: 'held', attempts: 1 });
    expect(await coins()).toBe(0);
    expect(await purchaseOf(purchaseId)).toMatchObject({ status: 'pending' });
  });

  it('that was applied but not marked comes back, and nobody is given coins twice', async () => {
    const { paid, coins } = await pendingPurchase();
    const id = await stored(paid, { provider: 'sandbox', type: 'paid' });
    const dying = testContext({ DB: databaseWithout('processed_at') }); // only the mark names the column
    expect(await consume(dying, message(id))).toMatchObject({ acked: [], retried: [{ index: 0 }] });
    expect(await coins()).toBe(1_000);
    await consume(testContext(), message(id));
    expect(await rowOf(id)).toMatchObject({ state: 'processed' });
    expect(await coins()).toBe(1_000);
  });

  it('is healed by the sweep where the worker was killed between storing and queueing', async () => {
    const { signed, coins } = await pendingPurchase();
    const webhooks = recordingQueue<WebhookMessage>();
    const ctx = testContext({ WEBHOOKS: webhooks.queue });
    const said = await signed(ctx);
    void receivePaymentEvent(testContext({ WEBHOOKS: queueThatNeverAnswers }), 'stripe', said.clone());
    await vi.waitFor(async () => expect(await ctx.db.select().from(webhookEvents)).toHaveLength(1));
    await receivePaymentEvent(ctx, 'stripe', said); // sent again: it is known, and nothing more is done
    expect(webhooks.sent).toEqual([]);
    await requeueWebhookEvents(at(ctx, ctx.now() + 3 * MINUTE_MS));
    expect(webhooks.sent).toHaveLength(1);
    await consume(ctx, ...webhooks.sent.map(({ body }) => message(body.webhookEventId)));
    expect(await coins()).toBe(1_000);
  });

  it('that could not be queued is queued by the sweep', async () => {
    const { signed, coins } = await pendingPurchase();
    const refused = testContext({ WEBHOOKS: queueThatIsAway });
    await receivePaymentEvent(refused, 'stripe', await signed(refused));
    await refused.settle();
    const webhooks = recordingQueue<WebhookMessage>();
    const ctx = testContext({ WEBHOOKS: webhooks.queue });
    await requeueWebhookEvents(at(ctx, ctx.now() + 31 * SECOND_MS));
    await consume(ctx, ...webhooks.sent.map(({ body }) => message(body.webhookEventId)));
    expect(await coins()).toBe(1_000);
  });

  it('of an account that nobody has is processed, and nothing follows', async () => {
    const webhooks = recordingQueue<WebhookMessage>();
    const ctx = testContext({ ...STRIPE_ENV, WEBHOOKS: webhooks.queue });
    const account = { id: 'acct_nobody', object: 'account', payouts_enabled: true, capabilities: {} };
    await receivePaymentEvent(ctx, 'stripe', await signedStripeEvent('account.updated', account));
    const [sent] = webhooks.sent;
    expect(await consume(ctx, message(sent?.body.webhookEventId ?? ''))).toMatchObject({ acked: [0] });
    expect(await rowOf(sent?.body.webhookEventId ?? '')).toMatchObject({ state: 'processed' });
  });
});

describe('a dead letter', () => {
  const bury = (ctx: Context, body: Parameters<typeof consumeDeadLetters>[1]['messages'][number]['body']) =>
    consumed(
      (batch: Parameters<typeof consumeDeadLetters>[1]) => consumeDeadLetters(ctx, batch),
      'footlight-dead-letters',
      [{ body }],
    );

  it('marks its event failed, and it is neither applied nor queued again', async () => {
    const { event, streamsOf } = await creatorWithIngress();
    const webhooks = recordingQueue<WebhookMessage>();
    const ctx = testContext({ WEBHOOKS: webhooks.queue });
    const id = await stored(event('ingress_started', ctx.now()));
    expect(await bury(ctx, { webhookEventId: id })).toEqual({ acked: [0], retried: [] });
    expect(await rowOf(id)).toMatchObject({ state: 'failed' });
    await consume(ctx, message(id));
    await requeueWebhookEvents(at(ctx, ctx.now() + DAY_MS));
    expect(await rowOf(id)).toMatchObject({ state: 'failed', attempts: 0 });
    expect(webhooks.sent).toEqual([]);
    expect(await streamsOf()).toEqual([]);
  });

  it('of an event that was processed after all changes nothing', async () => {
    const id = await stored(null, { state: 'processed', processedAt: 5 });
    await bury(testContext(), { webhookEventId: id });
    expect(await rowOf(id)).toMatchObject({ state: 'processed', processedAt: 5 });
  });

  it('of a task is taken off the queue', async () => {
    const task = { type: 'end-if-still-lost', streamId: 's', lostAt: 1 } as const;
    expect(await bury(testContext(), task)).toEqual({ acked: [0], retried: [] });
  });

  it('comes back when it cannot be marked', async () => {
    const id = await stored(null);
    const ctx = testContext({ DB: databaseWithout('webhook_events') });
    expect(await bury(ctx, { webhookEventId: id })).toMatchObject({ acked: [], retried: [{ index: 0 }] });
  });
});

describe('the sweep of webhook events', () => {
  it('queues what a killed or refused request stored', async () => {
    const { channelId, ingressId } = await creatorWithIngress();
    const { body, headers } = await signedLiveKitWebhook(liveKitEvent.ingress('ingress_started', ingressId, channelId));
    const request = () => new Request('http://localhost/', { method: 'POST', body, headers });
    const refused = testContext({ WEBHOOKS: queueThatIsAway });
    await receiveLiveKitEvent(refused, request());
    await refused.settle();
    const [row] = await refused.db.select().from(webhookEvents);
    expect(row).toMatchObject({ state: 'stored', queuedAt: null });

    const webhooks = recordingQueue<WebhookMessage>();
    const ctx = testContext({ WEBHOOKS: webhooks.queue });
    const receivedAt = row?.receivedAt ?? 0;
    await requeueWebhookEvents(at(ctx, receivedAt + 30 * SECOND_MS)); // the request may still be at it
    expect(webhooks.sent).toEqual([]);
    await requeueWebhookEvents(at(ctx, receivedAt + 31 * SECOND_MS));
    await requeueWebhookEvents(at(ctx, receivedAt + 32 * SECOND_MS));
    expect(webhooks.sent).toEqual([{ body: { webhookEventId: row?.id }, delaySeconds: undefined }]);
  });

  it('queues again what was queued two minutes ago and led to nothing, and not what is due to come back', async () => {
    const webhooks = recordingQueue<WebhookMessage>();
    const ctx = testContext({ WEBHOOKS: webhooks.queue });
    const now = ctx.now();
    const overdue = await stored(null, { queuedAt: now - 2 * MINUTE_MS - 1 });
    await stored(null, { queuedAt: now - MINUTE_MS });
    await stored(null, { queuedAt: now + 20 * MINUTE_MS });
    await stored(null, { queuedAt: 0, state: 'processed' });
    await requeueWebhookEvents(at(ctx, now));
    expect(webhooks.sent.map(({ body }) => body.webhookEventId)).toEqual([overdue]);
  });

  it('queues none twice when two run at once', async () => {
    const webhooks = recordingQueue<WebhookMessage>();
    const ctx = testContext({ WEBHOOKS: webhooks.queue });
    const ids = await Promise.all([1, 2, 3, 4].map(() => stored(null, { queuedAt: null, receivedAt: 0 })));
    await Promise.all([requeueWebhookEvents(ctx), requeueWebhookEvents(ctx)]);
    expect(webhooks.sent.map(({ body }) => body.webhookEventId).sort()).toEqual(ids.sort());
  });

  it('forgets payloads 30 days after they were processed, and keeps the event', async () => {
    const { event } = await creatorWithIngress();
    const ctx = testContext();
    const now = ctx.now();
    const processed = (processedAt: number) =>
      stored(event('ingress_started', 1), {
        ...{ receivedAt: 1, processedAt, state: 'processed', received: { id: 'evt_1' }, sealed: 'k.sealed' },
      });
    const [old, young] = [await processed(now - 30 * DAY_MS - 1), await processed(now - 30 * DAY_MS)];
    await forgetWebhookPayloads(at(ctx, now));
    expect(await rowOf(old)).toMatchObject({ payload: null, received: null, sealed: null, state: 'processed' });
    expect(await rowOf(young)).toMatchObject({ payload: { type: 'ingress_started' }, sealed: 'k.sealed' });
  });

  it('keeps the payload of an event that waits, however old', async () => {
    const { event } = await creatorWithIngress();
    const ctx = testContext();
    const waiting = [];
    for (const state of ['held', 'failed', 'stored'] as const)
      waiting.push(await stored(event('ingress_started', 1), { receivedAt: 1, state, received: { id: 'evt_1' } }));
    await forgetWebhookPayloads(at(ctx, ctx.now() + 365 * DAY_MS));
    for (const id of waiting)
      expect(await rowOf(id)).toMatchObject({ payload: { type: 'ingress_started' }, received: { id: 'evt_1' } });
  });
});
