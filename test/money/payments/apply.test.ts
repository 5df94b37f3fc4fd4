/** What providers say of a purchase, in any order and any number of times, comes to what the facts together say. */
import { eq } from 'drizzle-orm';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { testContext } from '#test/support/context';
import { changeEconomy, coinsOf, once, purchaseOf } from '#test/support/money';
import { recordingContext } from '#test/support/outbox';
import { prove } from '#test/support/proof';
import { aBuyer, aCode, aPackage, aPurchase, buy, eventsOf, tell } from '#test/support/purchases';
import { asCreator, asViewer } from '#test/support/users';
import { discountCodes, discountRedemptions } from '@/domains/money/discounts/tables';
import { applyPaymentEvent } from '@/domains/money/payments/apply';
import type { PurchaseEvent } from '@/domains/money/payments/facts';
import { HeldForStaff } from '@/domains/money/payments/held';
import { type Claim, mergeClaim, settle } from '@/domains/money/payments/judge-payment';
import { newId } from '@/shared/ids';

const WHOLE = 1_050;
const HISTORIES = 25;
const HISTORIES_TIMEOUT_MS = 60_000;

/** What the facts come to, by the rule alone. */
function modelOf(row: NonNullable<Awaited<ReturnType<typeof purchaseOf>>>, events: readonly PurchaseEvent[]) {
  const claims = new Map<string, Claim>();
  for (const event of events) {
    if (event.type !== 'refunded' && event.type !== 'disputed') continue;
    const said: Claim =
      event.type === 'refunded'
        ? { kind: 'refund', amountMinor: event.amountMinor, state: 'stands' }
        : { kind: 'dispute', amountMinor: event.amountMinor, state: event.state };
    claims.set(event.claimId, mergeClaim(claims.get(event.claimId), said));
  }
  const says = (type: PurchaseEvent['type']) => events.some((event) => event.type === type);
  const unpaid = says('expired') ? 'expired' : says('failed') ? 'failed' : 'pending';
  return settle({ ...row, isPaid: says('paid'), unpaid }, [...claims.values()]);
}

const codeUsed = async (codeId: string) => {
  const ctx = testContext();
  const [row] = await ctx.db.select().from(discountCodes).where(eq(discountCodes.id, codeId));
  const redemptions = await ctx.db.select().from(discountRedemptions).where(eq(discountRedemptions.codeId, codeId));
  return [row?.uses, ...redemptions.map(({ state }) => state)];
};

describe('events of a purchase', () => {
  it('shuffled, repeated and at the same time come to what the facts say, and the books are right', {
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
          const all: PurchaseEvent[] = [
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
async function retried(event: PurchaseEvent): Promise<void> {
  for (;;) {
    try {
      return await tell(event);
    } catch (error) {
      if (!(error instanceof Error && error.message.includes('DEMAND_NOT_MET'))) throw error;
    }
  }
}

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

  it('tells the buyer, once', async () => {
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

  it('of another provider, of a purchase that is not there, or by a second payment is held for staff', async () => {
    const buyer = await asViewer();
    const { paid, refunded } = eventsOf(await aPurchase(buyer));
    const ctx = testContext();
    await expect(applyPaymentEvent(ctx, 'stripe', paid)).rejects.toThrow(HeldForStaff);
    await expect(tell({ ...paid, purchaseId: newId() })).rejects.toThrow(HeldForStaff);
    await tell(paid);
    await expect(tell({ ...paid, paymentId: 'pay_another' })).rejects.toThrow(HeldForStaff);
    // And what is given back of the second payment takes nothing of the first.
    await expect(tell({ ...refunded(999), paymentId: 'pay_another' })).rejects.toThrow(HeldForStaff);
    expect(await coinsOf(buyer.userId)).toBe(WHOLE);
  });

  it('that names neither a purchase nor a payment is held for staff, as no later event tells of which it is', async () => {
    const { refunded } = eventsOf(await aPurchase(await asViewer()));
    await expect(tell({ ...refunded(999), purchaseId: null, paymentId: null })).rejects.toThrow(HeldForStaff);
  });

  it('after the checkout failed and expired is honoured', async () => {
    const buyer = await asViewer();
    const row = await aPurchase(buyer);
    const { paid, failed, expired } = eventsOf(row);
    for (const event of [failed, expired, paid, failed, expired]) await tell(event);
    expect(await purchaseOf(row.id)).toMatchObject({ status: 'paid', askAt: null });
    expect(await coinsOf(buyer.userId)).toBe(WHOLE);
  });
});

describe('a refund', () => {
  it('named by its payment alone comes back until the payment is known', async () => {
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

  it('takes a buyer below zero who has spent the coins, and a dispute that is won gives them back', async () => {
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

describe('the code of a purchase', () => {
  async function withCode(traits: Parameters<typeof aCode>[0] = {}) {
    const [buyer, code] = [await asViewer(), await aCode(traits)];
    const row = await aPurchase(buyer, {}, code.code);
    return { buyer, code, row, events: eventsOf(row) };
  }

  it('is reserved, redeemed when paid, and stays so when refunded', async () => {
    const { buyer, code, events } = await withCode();
    expect(await codeUsed(code.id)).toEqual([1, 'reserved']);
    await tell(events.paid);
    expect(await codeUsed(code.id)).toEqual([1, 'redeemed']);
    expect(await coinsOf(buyer.userId)).toBe(WHOLE + 100);
    await tell(events.refunded(999));
    expect(await codeUsed(code.id)).toEqual([1, 'redeemed']);
  });

  it('is kept by a checkout that failed, and released by one that expired', async () => {
    const { code, events } = await withCode();
    await tell(events.failed);
    expect(await codeUsed(code.id)).toEqual([1, 'reserved']);
    await tell(events.expired);
    await tell(events.expired);
    expect(await codeUsed(code.id)).toEqual([0, 'released']);
  });

  it('is taken again by money that comes late', async () => {
    const { buyer, code, events } = await withCode({ usesMax: 1, usesPerUserMax: 1 });
    await tell(events.expired);
    await tell(events.paid);
    expect(await codeUsed(code.id)).toEqual([1, 'redeemed']);
    expect(await coinsOf(buyer.userId)).toBe(WHOLE + 100);
  });

  it('adds nothing to money that comes after its last use is gone, which is on record', async () => {
    const { buyer, code, row, events } = await withCode({ usesMax: 1 });
    await tell(events.expired);
    await aPurchase(await asViewer(), {}, code.code);
    const { ctx, events: told } = recordingContext();
    await tell(events.paid, ctx);
    await tell(events.paid, ctx);
    expect(await coinsOf(buyer.userId)).toBe(WHOLE);
    expect(await purchaseOf(row.id)).toMatchObject({ status: 'paid', discountCode: code.code, codeBonusCoins: 0 });
    expect((await codeUsed(code.id)).toSorted()).toEqual([1, 'released', 'reserved']);
    expect(told).toMatchObject([{ notification: { body: expect.stringContaining('used up') } }]);
    expect(await prove()).toMatchObject({ state: 'clean', findings: [] });
  });
});

describe('a large purchase', () => {
  const rewardOf = (purchaseId: string) =>
    testContext().db.select().from(discountCodes).where(eq(discountCodes.earnedBy, purchaseId));

  it('earns a code, once, by the economy under which it was begun; a smaller one earns none', async () => {
    await changeEconomy({ limits: { rewardCodeFromMinor: 5_000, rewardCodePercent: 20, rewardCodeDays: 7 } });
    const buyer = await asViewer();
    const large = await aPurchase(buyer, { priceMinor: 5_000 });
    const small = await aPurchase(buyer, { priceMinor: 4_999 });
    await changeEconomy({ limits: { rewardCodeFromMinor: 1, rewardCodePercent: 90 } });
    for (const row of [large, small]) {
      await tell(eventsOf(row).paid);
      await tell(eventsOf(row).paid);
    }
    expect(await rewardOf(large.id)).toMatchObject([
      { kind: 'reward', ownerId: buyer.userId, bonusPercent: 20, usesMax: 1, active: true },
    ]);
    expect(await rewardOf(small.id)).toEqual([]);
  });

  it('that is refunded in full takes its code along, and one that is merely disputed does not', async () => {
    const buyer = await asViewer();
    const row = await aPurchase(buyer, { priceMinor: 9_000 });
    const { paid, refunded, disputed } = eventsOf(row);
    await tell(paid);
    await tell(disputed('open'));
    await tell(disputed('won'));
    await tell(refunded(8_999));
    expect(await rewardOf(row.id)).toMatchObject([{ active: true }]);
    await tell(refunded(9_000));
    const [reward] = await rewardOf(row.id);
    expect(reward?.active).toBe(false);
    const { error } = await buy(buyer, { packageId: (await aPackage()).id, discountCode: reward?.code ?? '' });
    expect(error.code).toBe('DISCOUNT_EXPIRED');
  });

  it('whose refund came first earns none', async () => {
    const row = await aPurchase(await asViewer(), { priceMinor: 9_000 });
    const { paid, refunded } = eventsOf(row);
    await tell(refunded(9_000));
    await tell(paid);
    expect(await rewardOf(row.id)).toEqual([]);
    expect(await purchaseOf(row.id)).toMatchObject({ status: 'refunded', legs: 4 });
  });
});
