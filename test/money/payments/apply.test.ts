/** A provider's events about a payment, in any order and any number of times, come to what the facts together say. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { testContext } from '#test/support/context';
import { coinsOf, once, purchaseOf } from '#test/support/money';
import { recordingContext } from '#test/support/outbox';
import { prove } from '#test/support/proof';
import { aBuyer, aPurchase, eventsOf, tell } from '#test/support/purchases';
import { asCreator, asViewer } from '#test/support/users';
import { applyPaymentEvent } from '@/domains/money/payments/apply';
import type { OnePaymentEvent } from '@/domains/money/payments/facts';
import { HeldForStaff } from '@/domains/money/payments/held';
import { judgePayment, mergeClaim, type PaymentClaim } from '@/domains/money/payments/judge-payment';
import type { PaymentKind, Settlement } from '@/domains/money/payments/kinds';
import { coinPayments } from '@/domains/money/purchases/coin-payments';
import { reversedCoins } from '@/domains/money/purchases/reversed-coins';
import type { PurchaseRow } from '@/domains/money/purchases/tables';
import { PAYMENT_KINDS } from '@/domains/operations/webhooks/payment-kinds';
import { newId } from '@/shared/ids';

const WHOLE = 1_050;
const HISTORIES = 25;
const HISTORIES_TIMEOUT_MS = 60_000;

/** What the facts come to, by the rule alone. */
function modelOf(row: NonNullable<Awaited<ReturnType<typeof purchaseOf>>>, events: readonly OnePaymentEvent[]) {
  const claims = new Map<string, PaymentClaim>();
  for (const event of events) {
    if (event.type !== 'refunded' && event.type !== 'disputed') continue;
    const said: PaymentClaim =
      event.type === 'refunded'
        ? { kind: 'refund', amountMinor: event.amountMinor, state: 'stands' }
        : { kind: 'dispute', amountMinor: event.amountMinor, state: event.state };
    claims.set(event.claimId, mergeClaim(claims.get(event.claimId), said));
  }
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
        fc.shuffledSubarray([0, 1, 2, 3, 4, 5, 6, 7], { minLength: 1 }),
        fc.boolean(),
        fc.boolean(),
        async (order, isWon, atOnce) => {
          const row = await aPurchase(buyer);
          const before = await coinsOf(buyer.userId);
          const { paid, failed, expired, refunded, disputed } = eventsOf(row);
          const all: OnePaymentEvent[] = [
            ...[paid, refunded(300), refunded(500), refunded(50, 're_2'), disputed('open', 200)],
            ...[disputed(isWon ? 'won' : 'lost', 200), failed, expired],
          ];
          const events = order.flatMap((index) => all[index] ?? []);
          const twice = [...events, ...events.toReversed()];
          if (atOnce) await Promise.all(twice.map((event) => retried(event)));
          else for (const event of twice) await tell(event);

          const { isGone: _, ...settled } = modelOf(row, events);
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
    expect(events).toMatchObject([
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
  it('that names only its payment is retried until the payment is known', async () => {
    const buyer = await asViewer();
    const { paid, refunded } = eventsOf(await aPurchase(buyer));
    const byPayment = { ...refunded(999), purchaseId: null };
    const error: unknown = await tell(byPayment).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(Error);
    expect(error).not.toBeInstanceOf(HeldForStaff);
    await tell(paid);
    await tell(byPayment);
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
