/** A provider's events about a payment, in any order and any number of times, come to what the facts together say. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { testContext } from '#test/support/context';
import { coinsOf, once, purchaseOf } from '#test/support/money';
import { recordingContext } from '#test/support/outbox';
import { prove } from '#test/support/proof';
import { aBuyer, aPurchase, eventsOf, learnClaim, tell } from '#test/support/purchases';
import { refusalOf } from '#test/support/refusals';
import { asCreator, asViewer } from '#test/support/users';
import type { Context } from '@/contracts/context';
import type { PaymentProvider } from '@/contracts/payments';
import { applyPaymentEvent } from '@/domains/money/payments/apply';
import type { OnePaymentEvent } from '@/domains/money/payments/facts';
import { HeldForStaff } from '@/domains/money/payments/held';
import { judgePayment, type PaymentClaim } from '@/domains/money/payments/judge-payment';
import type { PaymentKind, Settlement } from '@/domains/money/payments/kinds';
import { coinPayments } from '@/domains/money/purchases/coin-payments';
import { reversedCoins } from '@/domains/money/purchases/reversed-coins';
import type { PurchaseRow } from '@/domains/money/purchases/tables';
import { PAYMENT_KINDS } from '@/domains/operations/webhooks/payment-kinds';
import { paymentProviderError } from '@/providers/payment-errors';
import { newId } from '@/shared/ids';

const WHOLE = 1_050;
const HISTORIES = 25;
const HISTORIES_TIMEOUT_MS = 60_000;

/** What the facts come to, by the rule alone. */
function modelOf(row: NonNullable<Awaited<ReturnType<typeof purchaseOf>>>, events: readonly OnePaymentEvent[]) {
  const claims = new Map<string, PaymentClaim>();
  for (const event of events) learnClaim(claims, event);
  const says = (type: OnePaymentEvent['type']) => events.some((event) => event.type === type);
  const unpaid = says('expired') ? 'expired' : says('failed') ? 'failed' : 'pending';
  const facts = { amountMinor: row.amountMinor, isPaid: says('paid'), unpaid } as const;
  const verdict = judgePayment(facts, [...claims.values()]);
  return { ...verdict, reversedCoins: reversedCoins(row, verdict.reversedMinor) };
}

describe('events of a purchase', () => {
  it('lead to the state of the facts and correct books, even if shuffled, repeated and simultaneous', {
    timeout: HISTORIES_TIMEOUT_MS,
  }, async () => {
    const buyer = await aBuyer();
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11], { minLength: 1 }),
        fc.boolean(),
        fc.boolean(),
        async (order, isWon, atOnce) => {
          const row = await aPurchase(buyer);
          const before = await coinsOf(buyer.userId);
          const { paid, failed, expired, refunded, refundFailed, disputed } = eventsOf(row);
          const verdicts = isWon ? (['won', 'open', 'lost'] as const) : (['lost', 'open', 'won'] as const);
          const all: OnePaymentEvent[] = [
            ...[paid, refunded(300), refunded(500), refunded(50, 're_2'), refundFailed(50, 're_2')],
            ...[disputed('inquiry', 200), disputed('open', 200), ...verdicts.map((verdict) => disputed(verdict, 200))],
            ...[failed, expired],
          ];
          const events = order.flatMap((index) => all[index] ?? []);
          const twice = [...events, ...events.toReversed()];
          if (atOnce) await Promise.all(twice.map((event) => retried(event)));
          else for (const event of twice) await tell(event);

          const settled = modelOf(row, events);
          expect(await purchaseOf(row.id)).toMatchObject(settled);
          const credited = events.includes(paid) ? WHOLE - settled.reversedCoins : 0;
          expect((await coinsOf(buyer.userId)) - before).toBe(credited);
        },
      ),
      { numRuns: HISTORIES },
    );
    expect(await prove()).toMatchObject({ state: 'clean', findings: [] });
  });
});

/** As the queue does: what loses too many races comes back. */
async function retried(event: OnePaymentEvent): Promise<void> {
  for (;;) {
    try {
      return await tell(event);
    } catch (error) {
      if (!(error instanceof Error && error.message.includes('DEMAND_NOT_MET'))) throw error;
    }
  }
}

describe('a payment', () => {
  it('is settled only by the kind it belongs to', async () => {
    const { paid } = eventsOf(await aPurchase(await asViewer()));
    const settled: Settlement[] = [];
    const order: PaymentKind<PurchaseRow> = {
      ...coinPayments,
      settle: async (_ctx, _row, settlement) => void settled.push(settlement),
    };
    const coins: PaymentKind<PurchaseRow> = { ...coinPayments, find: async () => undefined };
    await applyPaymentEvent(testContext(), { coins, order }, 'sandbox', paid);
    expect(settled).toMatchObject([{ becomesPaid: true, change: { status: 'paid', paymentId: paid.paymentId } }]);
  });
});

describe('a paid event', () => {
  it('credits coins and books the money, once', async () => {
    const buyer = await asViewer();
    const row = await aPurchase(buyer);
    const { paid } = eventsOf(row);
    await tell(paid);
    await tell(paid);
    expect(await coinsOf(buyer.userId)).toBe(WHOLE);
    expect(await purchaseOf(row.id)).toMatchObject({ status: 'paid', legs: 2, paymentId: paid.paymentId, askAt: null });
  });

  it('notifies the buyer once', async () => {
    const buyer = await asViewer();
    const { paid, refunded } = eventsOf(await aPurchase(buyer));
    const { ctx, events } = recordingContext();
    for (const event of [paid, paid, refunded(999), refunded(999)]) await tell(event, ctx);
    expect(events.filter(({ kind }) => kind === 'notify')).toMatchObject([
      { kind: 'notify', notification: { userId: buyer.userId, kind: 'purchase-paid', data: { coins: WHOLE } } },
      { kind: 'notify', notification: { userId: buyer.userId, kind: 'purchase-reversed', data: { coins: WHOLE } } },
    ]);
  });

  it.each([
    ['of another amount', { amountMinor: 998 }],
    ['in another currency', { currency: 'EUR' }],
  ])('%s is held for staff, and credits nothing', async (_, wrong) => {
    const buyer = await asViewer();
    const row = await aPurchase(buyer);
    await expect(tell({ ...eventsOf(row).paid, ...wrong })).rejects.toThrow(HeldForStaff);
    expect(await purchaseOf(row.id)).toMatchObject({ status: 'pending', version: 0 });
    expect(await coinsOf(buyer.userId)).toBe(0);
  });

  it('of another provider, of an unknown purchase, or by a second payment is held for staff', async () => {
    const buyer = await asViewer();
    const { paid, refunded } = eventsOf(await aPurchase(buyer));
    const ctx = testContext();
    await expect(applyPaymentEvent(ctx, PAYMENT_KINDS, 'stripe', paid)).rejects.toThrow(HeldForStaff);
    await expect(tell({ ...paid, purchaseId: newId() })).rejects.toThrow(HeldForStaff);
    await tell(paid);
    await expect(tell({ ...paid, paymentId: 'pay_another' })).rejects.toThrow(HeldForStaff);
    // And what is given back of the second payment takes nothing of the first.
    await expect(tell({ ...refunded(999), paymentId: 'pay_another' })).rejects.toThrow(HeldForStaff);
    expect(await coinsOf(buyer.userId)).toBe(WHOLE);
  });

  it('that names one purchase and the payment of another is held, and changes neither', async () => {
    const buyer = await asViewer();
    const [paid, pending] = [await aPurchase(buyer), await aPurchase(buyer)];
    await tell(eventsOf(paid).paid);
    for (const purchaseId of [pending.id, 'no-such-purchase'])
      await expect(tell({ ...eventsOf(paid).paid, purchaseId })).rejects.toBeInstanceOf(HeldForStaff);
    expect(await purchaseOf(pending.id)).toMatchObject({ status: 'pending' });
    await tell(eventsOf(pending).paid);
    await expect(tell({ ...eventsOf(paid).paid, purchaseId: pending.id })).rejects.toBeInstanceOf(HeldForStaff);
    expect(await coinsOf(buyer.userId)).toBe(2 * WHOLE);
  });

  it('that names neither a purchase nor a payment is held for staff, since no later event identifies it', async () => {
    const { refunded } = eventsOf(await aPurchase(await asViewer()));
    await expect(tell({ ...refunded(999), purchaseId: null, paymentId: null })).rejects.toThrow(HeldForStaff);
  });

  it('is honoured even after the checkout failed and expired', async () => {
    const buyer = await asViewer();
    const row = await aPurchase(buyer);
    const { paid, failed, expired } = eventsOf(row);
    for (const event of [failed, expired, paid, failed, expired]) await tell(event);
    expect(await purchaseOf(row.id)).toMatchObject({ status: 'paid', askAt: null });
    expect(await coinsOf(buyer.userId)).toBe(WHOLE);
  });
});

describe('a refund', () => {
  /** A Context whose provider answers this about a payment that we do not know by its id. */
  function whoseProvider(findPurchaseId?: PaymentProvider['findPurchaseId']): Context {
    const base = testContext();
    const provider = findPurchaseId && { ...base.payments.current, findPurchaseId };
    return { ...base, payments: { ...base.payments, of: () => provider } };
  }

  it('that names only its payment is found through the provider before the payment is known', async () => {
    const buyer = await asViewer();
    const row = await aPurchase(buyer);
    const { paid, refunded } = eventsOf(row);
    await tell(
      { ...refunded(999), purchaseId: null },
      whoseProvider(async () => row.id),
    );
    await tell(paid);
    expect(await coinsOf(buyer.userId)).toBe(0);
    expect(await purchaseOf(row.id)).toMatchObject({ status: 'refunded' });
  });

  it('that names only its payment is retried while the provider does not say whose it is', async () => {
    const { refunded } = eventsOf(await aPurchase(await asViewer()));
    const byPayment = { ...refunded(999), purchaseId: null };
    const away = async () => {
      throw paymentProviderError('PAYMENT_UNAVAILABLE');
    };
    expect(await refusalOf(tell(byPayment, whoseProvider(away)))).toMatchObject({ code: 'PAYMENT_UNAVAILABLE' });
    expect(await refusalOf(tell(byPayment, whoseProvider()))).toMatchObject({ code: 'PAYMENT_NOT_KNOWN_YET' });
  });

  it('of a payment that our checkout did not make is ignored', async () => {
    const { refunded } = eventsOf(await aPurchase(await asViewer()));
    const foreign = { ...refunded(999), purchaseId: null, paymentId: 'pay_of_another_shop' };
    await tell(
      foreign,
      whoseProvider(async () => null),
    );
  });

  it('that fails later gives the coins back, and tells the buyer', async () => {
    const buyer = await asViewer();
    const row = await aPurchase(buyer);
    const { paid, refunded, refundFailed } = eventsOf(row);
    const { ctx, events } = recordingContext();
    for (const event of [paid, refunded(999), refundFailed(999)]) await tell(event, ctx);
    expect(await coinsOf(buyer.userId)).toBe(WHOLE);
    expect(await purchaseOf(row.id)).toMatchObject({ status: 'paid', reversedMinor: 0, reversedCoins: 0 });
    expect(events.filter(({ kind }) => kind === 'notify').at(-1)).toMatchObject({
      notification: { kind: 'purchase-restored', data: { coins: WHOLE } },
    });
    expect(await prove()).toMatchObject({ state: 'clean', findings: [] });
  });

  it.each([
    ['in another currency', { currency: 'EUR' }],
    ['of more than was paid', { amountMinor: 1_000 }],
    ['of nothing', { amountMinor: 0 }],
  ])('%s is held for staff, and moves nothing', async (_, wrong) => {
    const buyer = await asViewer();
    const row = await aPurchase(buyer);
    const { paid, refunded } = eventsOf(row);
    await tell(paid);
    await expect(tell({ ...refunded(999), ...wrong })).rejects.toThrow(HeldForStaff);
    expect(await coinsOf(buyer.userId)).toBe(WHOLE);
    expect(await purchaseOf(row.id)).toMatchObject({ status: 'paid', reversedMinor: 0 });
  });

  it('is booked by what it says last, and not by what arrives last', async () => {
    const buyer = await asViewer();
    const row = await aPurchase(buyer);
    const { paid, refunded, refundFailed } = eventsOf(row);
    await tell(paid);
    await tell(refundFailed(999, 're_1', { at: 2_000 }));
    await tell(refunded(999, 're_1', { at: 1_000 }));
    expect(await coinsOf(buyer.userId)).toBe(WHOLE);
  });
});

describe('a dispute', () => {
  it('moves nothing while it is an inquiry', async () => {
    const buyer = await asViewer();
    const row = await aPurchase(buyer);
    const { paid, disputed } = eventsOf(row);
    await tell(paid);
    await tell(disputed('inquiry'));
    expect(await purchaseOf(row.id)).toMatchObject({ status: 'paid', reversedMinor: 0 });
    expect(await coinsOf(buyer.userId)).toBe(WHOLE);
    await tell(disputed('open'));
    expect(await purchaseOf(row.id)).toMatchObject({ status: 'disputed', reversedMinor: 999 });
  });

  it('that was won after it was lost gives the coins back, and takes them if it is lost after it was won', async () => {
    const buyer = await asViewer();
    const row = await aPurchase(buyer);
    const { paid, disputed } = eventsOf(row);
    await tell(paid);
    for (const [state, status, coins] of [
      ...([
        ['open', 'disputed', 0],
        ['lost', 'charged_back', 0],
        ['open', 'disputed', 0],
      ] as const), // an appeal
      ...([
        ['won', 'paid', WHOLE],
        ['open', 'disputed', 0],
        ['lost', 'charged_back', 0],
      ] as const), // pre-arbitration
    ] as const) {
      await tell(disputed(state));
      expect(await purchaseOf(row.id)).toMatchObject({ status });
      expect(await coinsOf(buyer.userId)).toBe(coins);
    }
    expect(await prove()).toMatchObject({ state: 'clean', findings: [] });
  });

  it('that is won and lost at the same time is held for staff', async () => {
    const buyer = await asViewer();
    const row = await aPurchase(buyer);
    const { paid, disputed } = eventsOf(row);
    await tell(paid);
    await tell(disputed('won', 999, 'dp_1', { at: 5_000 }));
    await expect(tell(disputed('lost', 999, 'dp_1', { at: 5_000 }))).rejects.toThrow(HeldForStaff);
    expect(await purchaseOf(row.id)).toMatchObject({ status: 'paid' });
  });

  it('and a refund of the same money take the coins once', async () => {
    const buyer = await asViewer();
    const row = await aPurchase(buyer);
    const { paid, refunded, disputed } = eventsOf(row);
    for (const event of [paid, refunded(999), disputed('open')]) await tell(event);
    expect(await purchaseOf(row.id)).toMatchObject({ status: 'disputed', reversedMinor: 999 });
    await tell(disputed('won'));
    expect(await purchaseOf(row.id)).toMatchObject({ status: 'refunded', reversedMinor: 999 });
    expect(await coinsOf(buyer.userId)).toBe(0);
  });

  it('puts a buyer who spent the coins below zero, and a won dispute gives the coins back', async () => {
    const [buyer, creator] = [await asViewer(), await asCreator()];
    const { paid, disputed } = eventsOf(await aPurchase(buyer));
    await tell(paid);
    const tip = (coins: number) => buyer.post('payment/tip', { recipientId: creator.userId, coins }, once());
    expect((await tip(1_000)).status).toBe(201);
    await tell(disputed('open'));
    expect(await coinsOf(buyer.userId)).toBe(-1_000);
    expect((await tip(10)).error.code).toBe('NOT_ENOUGH_COINS');
    await tell(disputed('won'));
    expect(await coinsOf(buyer.userId)).toBe(50);
    expect(await prove()).toMatchObject({ state: 'clean', findings: [] });
  });
});

describe('a fraud warning', () => {
  it('marks the purchase with its first time, and moves nothing', async () => {
    const buyer = await asViewer();
    const row = await aPurchase(buyer);
    const { paid, fraudWarned } = eventsOf(row);
    await tell(paid);
    for (const at of [3_000, 2_000, 4_000]) await tell(fraudWarned(at));
    expect(await purchaseOf(row.id)).toMatchObject({ status: 'paid', fraudWarnedAt: 2_000, reversedMinor: 0 });
    expect(await coinsOf(buyer.userId)).toBe(WHOLE);
  });
});
