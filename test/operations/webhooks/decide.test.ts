/** Staff decide on events that could not be applied: once, with a reason, and what moves, moves once. */
import { eq } from 'drizzle-orm';
import { beforeEach, describe, expect, it } from 'vitest';
import { testContext } from '#test/support/context';
import { coinsOf, purchaseOf } from '#test/support/money';
import { freshCode } from '#test/support/payouts';
import { prove } from '#test/support/proof';
import { aCode, aPurchase, eventsOf, staffLogOf, tell } from '#test/support/purchases';
import { consumed } from '#test/support/queues';
import { asStaff, asViewer, type Person } from '#test/support/users';
import type { WebhookMessage } from '@/contracts/messages';
import type { PaymentEvent } from '@/contracts/payments';
import { staff } from '@/domains/base/permissions/tables';
import { purchases } from '@/domains/money/purchases/tables';
import { type WebhookState, webhookEvents } from '@/domains/operations/webhooks/tables';
import { consumeWebhooks } from '@/queues/webhooks';
import { newId } from '@/shared/ids';

const WHOLE = 1_050;

async function stored(payload: unknown, state: WebhookState = 'stored', provider: 'sandbox' | 'livekit' = 'sandbox') {
  const id = newId();
  await testContext()
    .db.insert(webhookEvents)
    .values({ ...{ id, provider, eventId: id, type: 'an.event', payload, state, receivedAt: Date.now() } });
  return id;
}

/** The queue's work, now. */
async function consume(webhookEventId: string) {
  const ctx = testContext();
  const messages = [{ body: { webhookEventId } }];
  await consumed<WebhookMessage>((batch) => consumeWebhooks(ctx, batch), 'footlight-webhooks', messages);
  await ctx.settle();
}

async function held(event: PaymentEvent) {
  const id = await stored(event);
  await consume(id);
  expect(await rowOf(id)).toMatchObject({ state: 'held' });
  return id;
}

const rowOf = async (id: string) =>
  (await testContext().db.select().from(webhookEvents).where(eq(webhookEvents.id, id)))[0];
const decide = (person: Person, id: string, decision: string, reason = 'The bank confirmed it.') =>
  person.put(`admin/webhooks/${id}/decide`, { decision, reason });

/** A purchase that was begun with a code, and what is said of it. */
async function aSale() {
  const [owner, buyer, { code }] = [await asStaff('owner'), await asViewer(), await aCode()];
  const row = await aPurchase(buyer, {}, code);
  return {
    owner,
    buyer,
    row,
    events: eventsOf(row),
    coins: () => coinsOf(buyer.userId),
    state: () => purchaseOf(row.id),
  };
}

/** A purchase that was paid, and a second payment of it, which is held. */
async function aSecondPayment() {
  const sale = await aSale();
  const second = { ...sale.events.paid, paymentId: `pay_second_${sale.row.id}` };
  await tell(sale.events.paid);
  return { ...sale, second, id: await held(second) };
}

const purchasesOf = (userId: string) => testContext().db.select().from(purchases).where(eq(purchases.userId, userId));

beforeEach(async () => {
  await testContext().db.delete(webhookEvents);
});

describe('accepting an event', () => {
  it('credits what was bought for another amount, books what arrived, and says who decided and why', async () => {
    const { owner, events, coins, state } = await aSale();
    const id = await held({ ...events.paid, amountMinor: 900, currency: 'EUR' });
    const { status, data } = await decide(owner, id, 'accept');
    expect([status, data]).toMatchObject([
      200,
      {
        state: 'processed',
        processedAt: expect.any(String),
        decision: {
          decision: 'accept',
          reason: 'The bank confirmed it.',
          by: expect.objectContaining({ id: owner.userId }),
          at: expect.any(String),
        },
      },
    ]);
    expect(data).not.toHaveProperty('sealed');
    expect(await coins()).toBe(WHOLE + 100);
    expect(await state()).toMatchObject({ status: 'paid', amountMinor: 900, currency: 'EUR', legs: 2 });
    expect(await staffLogOf(id)).toEqual([
      {
        ...{ staffId: owner.userId, action: 'webhook.decide' },
        before: {
          ...{ state: 'held', error: expect.stringContaining('900 EUR') },
          payment: expect.objectContaining({ status: 'pending', amountMinor: 999, currency: 'USD' }),
        },
        after: { state: 'processed', decision: 'accept' },
      },
    ]);
    const listed = await owner.get('admin/webhooks?state=processed');
    expect(listed.data.items).toMatchObject([{ id, decision: { by: { id: owner.userId } } }]);
    // A refund of all that was paid takes all coins.
    await tell({ ...events.refunded(900), currency: 'EUR' });
    expect(await coins()).toBe(0);
    expect(await prove()).toMatchObject({ state: 'clean', findings: [] });
  });

  it('refuses another currency than that of claims which came first', async () => {
    const { owner, events, coins } = await aSale();
    await tell(events.refunded(500));
    const id = await held({ ...events.paid, amountMinor: 900, currency: 'EUR' });
    for (const decision of ['accept', 'credit']) {
      const { status, error } = await decide(owner, id, decision);
      expect([status, error.code, error.message]).toEqual([
        409,
        'DECISION_IMPOSSIBLE',
        expect.stringContaining('claims in USD, but EUR was paid'),
      ]);
    }
    expect(await coins()).toBe(0);
    expect(await rowOf(id)).toMatchObject({ state: 'held', decision: null });
  });

  it('lets a verdict replace the one that it contradicts', async () => {
    const { owner, events, coins, state } = await aSale();
    const at = Date.now();
    await tell(events.paid);
    await tell(events.disputed('lost', 999, 'dp_1', { at }));
    const id = await held(events.disputed('won', 999, 'dp_1', { at }));
    expect(await coins()).toBe(0);
    expect((await decide(owner, id, 'accept')).status).toBe(200);
    expect(await coins()).toBe(WHOLE + 100);
    expect(await state()).toMatchObject({ status: 'paid', reversedMinor: 0 });
    expect(await prove()).toMatchObject({ state: 'clean' });
  });

  it('takes at most the whole payment for a claim of more, and refuses one in another currency', async () => {
    const { owner, events, coins } = await aSale();
    await tell(events.paid);
    const foreign = await held({ ...events.refunded(999), currency: 'EUR' });
    expect((await decide(owner, foreign, 'accept')).error.code).toBe('DECISION_IMPOSSIBLE');
    const larger = await held(events.refunded(5_000, 're_2'));
    expect((await decide(owner, larger, 'accept')).status).toBe(200);
    expect(await coins()).toBe(0);
    expect(await prove()).toMatchObject({ state: 'clean' });
  });

  it('credits a purchase in a currency that was withdrawn after it was begun', async () => {
    const { owner, row, events, coins } = await aSale();
    await testContext().db.update(purchases).set({ currency: 'BGN' }).where(eq(purchases.id, row.id));
    const id = await held({ ...events.paid, amountMinor: 900, currency: 'BGN' });
    expect((await decide(owner, id, 'accept')).status).toBe(200);
    expect(await coins()).toBe(WHOLE + 100);
  });

  it('moves nothing that was applied meanwhile', async () => {
    const { owner, events, coins } = await aSale();
    const id = await stored(events.paid, 'failed');
    await tell(events.paid);
    expect((await decide(owner, id, 'accept')).status).toBe(200);
    expect(await coins()).toBe(WHOLE + 100);
  });

  it.each([
    ['names no known purchase', { purchaseId: 'no-such-purchase', paymentId: null }],
    ['is a second payment', { paymentId: 'pay_another' }],
    ['paid nothing', { amountMinor: 0 }],
    ['paid more than any package may cost', { amountMinor: Number.MAX_SAFE_INTEGER }],
    ['paid in a currency that no package may use', { currency: 'XXX' }],
    ['paid in a currency that does not exist', { currency: 'ZZZ' }],
  ])('is refused if it %s, and leaves it waiting', async (_, change) => {
    const { owner, events, coins } = await aSale();
    if ('paymentId' in change) await tell(events.paid);
    const before = await coins();
    const id = await held({ ...events.paid, ...change });
    const { status, error } = await decide(owner, id, 'accept');
    expect([status, error.code]).toEqual([409, 'DECISION_IMPOSSIBLE']);
    expect(await rowOf(id)).toMatchObject({ state: 'held', decision: null });
    expect(await coins()).toBe(before);
    expect(await staffLogOf(id)).toEqual([]);
  });
});

describe('crediting an event', () => {
  it('buys the same again with a second payment, without the discount, as a purchase of its own', async () => {
    const { owner, buyer, row, second, id, coins } = await aSecondPayment();
    expect((await decide(owner, id, 'credit')).status).toBe(200);
    expect(await coins()).toBe(WHOLE + 100 + WHOLE);
    const [own] = (await purchasesOf(buyer.userId)).filter((purchase) => purchase.id !== row.id);
    expect(own).toMatchObject({
      ...{ status: 'paid', paymentId: second.paymentId, coins: 1_000, bonusCoins: 50, discountCode: null, askAt: null },
      ...{ amountMinor: 999, packageId: row.packageId, legs: 2 },
    });
    expect(await prove()).toMatchObject({ state: 'clean', findings: [] });
  });

  it('keeps the refunds and disputes of both payments apart', async () => {
    const { owner, buyer, row, events, second, id, coins } = await aSecondPayment();
    await decide(owner, id, 'credit');
    // It names the first purchase too, whose checkout was paid twice.
    await tell({ ...events.refunded(999), paymentId: second.paymentId });
    expect(await coins()).toBe(WHOLE + 100);
    const states = (await purchasesOf(buyer.userId)).map((purchase) => [purchase.id === row.id, purchase.status]);
    expect(states.toSorted()).toEqual([
      [false, 'refunded'],
      [true, 'paid'],
    ]);
    await tell(events.disputed('open'));
    expect(await coins()).toBe(0);
    expect(await prove()).toMatchObject({ state: 'clean' });
  });

  it('holds an event that names the credited payment and a purchase that is unpaid', async () => {
    const { owner, buyer, row, second, id } = await aSecondPayment();
    await decide(owner, id, 'credit');
    const unpaid = await aPurchase(buyer, { currency: row.currency });
    await held({ ...second, purchaseId: unpaid.id });
    expect(await purchaseOf(unpaid.id)).toMatchObject({ status: 'pending' });
  });

  it('credits one payment once, even if two of its events are decided at once', async () => {
    const { owner, buyer, second, id, coins } = await aSecondPayment();
    const twin = await held(second);
    const answers = await Promise.all([id, twin, id, twin].map((event) => decide(owner, event, 'credit')));
    expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThan(0);
    for (const event of [id, twin]) await decide(owner, event, 'credit');
    expect(await coins()).toBe(WHOLE + 100 + WHOLE);
    expect(await purchasesOf(buyer.userId)).toHaveLength(2);
    await tell(second);
    expect(await coins()).toBe(WHOLE + 100 + WHOLE);
    expect(await prove()).toMatchObject({ state: 'clean' });
  });

  it('pays an unpaid purchase with what arrived', async () => {
    const { owner, events, coins, state } = await aSale();
    const id = await held({ ...events.paid, amountMinor: 1_500 });
    expect((await decide(owner, id, 'credit')).status).toBe(200);
    expect(await coins()).toBe(WHOLE + 100);
    expect(await state()).toMatchObject({ status: 'paid', amountMinor: 1_500 });
  });

  it('does not count among the open checkouts of the buyer', async () => {
    const { owner, buyer, id } = await aSecondPayment();
    for (let count = 0; count < 3; count += 1) await aPurchase(buyer);
    expect((await decide(owner, id, 'credit')).status).toBe(200);
  });

  it('is refused for what is no payment', async () => {
    const { owner, events } = await aSale();
    await tell(events.paid);
    const id = await held({ ...events.refunded(999), currency: 'EUR' });
    expect((await decide(owner, id, 'credit')).error.code).toBe('DECISION_IMPOSSIBLE');
  });
});

describe('closing an event', () => {
  it('does nothing about it, keeps the reason, and lets its payload go after thirty days', async () => {
    const { owner, coins, id } = await aSecondPayment();
    const before = await coins();
    const { status, data } = await decide(owner, id, 'close', 'Refunded at Stripe.');
    expect([status, data]).toMatchObject([
      200,
      { state: 'closed', decision: { decision: 'close', reason: 'Refunded at Stripe.' } },
    ]);
    expect(await coins()).toBe(before);
    expect((await owner.get('admin/webhooks?state=closed')).data.items).toMatchObject([{ id }]);
    expect((await rowOf(id))?.processedAt).not.toBeNull();
  });

  it('works for an event whose payload is gone, that is unreadable, or of LiveKit', async () => {
    const owner = await asStaff('owner');
    for (const id of [
      await stored(null, 'held'),
      await stored({ type: 'unreadable', reason: 'odd' }, 'held'),
      await stored({ type: 'unreadable', reason: 'odd' }, 'failed', 'livekit'),
    ]) {
      const refused = await decide(owner, id, 'accept');
      expect([refused.status, refused.error.code]).toEqual([
        409,
        expect.stringMatching(/WEBHOOK_(PAYLOAD_GONE|EVENT_UNREADABLE)/),
      ]);
      expect((await decide(owner, id, 'close')).status).toBe(200);
    }
  });
});

describe('a decision', () => {
  it('is made once: repeated it changes nothing, another is refused, and no replay follows', async () => {
    const { owner, coins, id } = await aSecondPayment();
    const first = await decide(owner, id, 'credit');
    const after = await coins();
    expect((await decide(owner, id, 'credit')).data).toEqual(first.data);
    for (const [decision, reason] of [
      ['close', 'No.'],
      ['credit', 'Another reason.'],
    ] as const)
      expect((await decide(owner, id, decision, reason)).error.code).toBe('WEBHOOK_EVENT_DECIDED');
    expect((await owner.post(`admin/webhooks/${id}/replay`)).error.code).toBe('WEBHOOK_EVENT_DECIDED');
    await consume(id);
    expect(await coins()).toBe(after);
    expect(await staffLogOf(id)).toHaveLength(1);
  });

  it('is one, even if staff decide differently at once', async () => {
    const { owner, coins, id } = await aSecondPayment();
    const before = await coins();
    const answers = await Promise.all(
      ['credit', 'close', 'credit', 'close'].map((decision, index) => decide(owner, id, decision, `Reason ${index}.`)),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    const { decision } = (await rowOf(id)) ?? {};
    expect((await coins()) - before).toBe(decision === 'credit' ? WHOLE : 0);
    expect(await staffLogOf(id)).toHaveLength(1);
  });

  it('stands in the database too', async () => {
    const { owner, id } = await aSecondPayment();
    await decide(owner, id, 'close');
    const reopen = testContext().db.update(webhookEvents).set({ state: 'stored' }).where(eq(webhookEvents.id, id));
    await expect(reopen).rejects.toMatchObject({ cause: { message: expect.stringMatching(/WEBHOOK_EVENT_DECIDED/) } });
  });

  it('is refused for an event that does not wait, and for one that is unknown', async () => {
    const owner = await asStaff('owner');
    for (const state of ['stored', 'processed'] as const) {
      const { status, error } = await decide(owner, await stored({ type: 'expired' }, state), 'close');
      expect([status, error.code]).toEqual([409, 'WEBHOOK_EVENT_NOT_WAITING']);
    }
    expect((await decide(owner, newId(), 'close')).status).toBe(404);
  });

  it('to refund is refused with where to do it', async () => {
    const { owner, id } = await aSecondPayment();
    const { status, error } = await decide(owner, id, 'refund');
    expect([status, error.code, error.message]).toEqual([
      ...[409, 'REFUND_AT_PROVIDER', expect.stringContaining("provider's dashboard")],
    ]);
  });

  it('is not for the buyer, whatever their rank, except to close it', async () => {
    const { buyer, id } = await aSecondPayment();
    const rank = { userId: buyer.userId, rank: 'owner', createdAt: 1, updatedAt: 1 } as const;
    await testContext().db.insert(staff).values(rank);
    await freshCode(buyer.userId);
    expect((await decide(buyer, id, 'credit')).error.code).toBe('OWN_PAYMENT');
    expect((await decide(buyer, id, 'close')).status).toBe(200);
  });

  it.each([
    [{ decision: 'close' }, 'reason'],
    [{ decision: 'close', reason: ' ' }, 'reason'],
    [{ decision: 'shrug', reason: 'Why not.' }, 'decision'],
  ])('%j is 422', async (body, path) => {
    const { owner, id } = await aSecondPayment();
    const { status, error } = await owner.put(`admin/webhooks/${id}/decide`, body);
    expect([status, error.details]).toMatchObject([422, [{ path }]]);
  });
});

describe('staff with the permission', () => {
  const noticesOf = async (person: Person) =>
    (await person.get('user/notifications')).data.items.filter(
      ({ kind }: { kind: string }) => kind === 'webhook-waiting',
    );

  it('have one notification, which counts the events that wait', async () => {
    const [owner, helper, other] = [
      await asStaff('owner'),
      await asStaff('support', { granted: ['canReplayWebhooks'] }),
      await asStaff('country_admin', { country: 'DE' }),
    ];
    const odd = { type: 'unreadable', reason: 'odd' };
    const ids = [];
    for (let count = 0; count < 3; count += 1) {
      const id = await stored(odd);
      ids.push(id);
      await consume(id);
    }
    for (const person of [owner, helper]) {
      const notices = await noticesOf(person);
      expect(notices).toMatchObject([
        { title: 'Events of providers that wait for you: 3', data: { count: 3 }, read: false },
      ]);
      expect(notices).toHaveLength(1);
    }
    expect(await noticesOf(other)).toEqual([]);
    await decide(owner, ids[0] ?? '', 'close');
    expect(await noticesOf(helper)).toMatchObject([{ data: { count: 2 } }]);
    for (const id of ids.slice(1)) await decide(owner, id, 'close');
    expect(await noticesOf(helper)).toEqual([]);
  });
});
