/** What a purchase's payment does to its code and to the reward that it earns. */
import { eq } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { testContext } from '#test/support/context';
import { changeEconomy, coinsOf, purchaseOf } from '#test/support/money';
import { recordingContext } from '#test/support/outbox';
import { prove } from '#test/support/proof';
import { aBuyer, aCode, aPackage, aPurchase, buy, eventsOf, tell } from '#test/support/purchases';
import { asViewer } from '#test/support/users';
import { discountCodes, discountRedemptions } from '@/domains/money/discounts/tables';

const WHOLE = 1_050;

const codeUsed = async (codeId: string) => {
  const ctx = testContext();
  const [row] = await ctx.db.select().from(discountCodes).where(eq(discountCodes.id, codeId));
  const redemptions = await ctx.db.select().from(discountRedemptions).where(eq(discountRedemptions.codeId, codeId));
  return [row?.uses, ...redemptions.map(({ state }) => state)];
};

describe('the code of a purchase', () => {
  async function withCode(traits: Parameters<typeof aCode>[0] = {}) {
    const [buyer, code] = [await asViewer(), await aCode(traits)];
    const row = await aPurchase(buyer, {}, code.code);
    return { buyer, code, row, events: eventsOf(row) };
  }

  it('is reserved, redeemed when paid, and stays redeemed after a refund', async () => {
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

  it('is used again by a payment that arrives late', async () => {
    const { buyer, code, events } = await withCode({ usesMax: 1, usesPerUserMax: 1 });
    await tell(events.expired);
    await tell(events.paid);
    expect(await codeUsed(code.id)).toEqual([1, 'redeemed']);
    expect(await coinsOf(buyer.userId)).toBe(WHOLE + 100);
  });

  it('adds nothing to a late payment once its last use is gone, which is recorded', async () => {
    const { buyer, code, row, events } = await withCode({ usesMax: 1 });
    await tell(events.expired);
    await aPurchase(await asViewer(), {}, code.code);
    const { ctx, events: sent } = recordingContext();
    await tell(events.paid, ctx);
    await tell(events.paid, ctx);
    expect(await coinsOf(buyer.userId)).toBe(WHOLE);
    expect(await purchaseOf(row.id)).toMatchObject({ status: 'paid', discountCode: code.code, codeBonusCoins: 0 });
    expect((await codeUsed(code.id)).toSorted()).toEqual([1, 'released', 'reserved']);
    expect(sent).toMatchObject([{ notification: { body: expect.stringContaining('used up') } }]);
    expect(await prove()).toMatchObject({ state: 'clean', findings: [] });
  });
});

describe('a large purchase', () => {
  const rewardOf = (purchaseId: string) =>
    testContext().db.select().from(discountCodes).where(eq(discountCodes.earnedBy, purchaseId));

  it('earns one code by the economy at its start, while a smaller one earns none', async () => {
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

  it('is measured in its own currency, and earns nothing in one without limits', async () => {
    await changeEconomy({
      conversions: { currencyRates: [{ currency: 'JPY', numerator: 2, denominator: 3 }] },
      limits: { rewardCodeFromMinor: 1_000, rewardCodePercent: 10 },
    });
    const buyer = await aBuyer();
    const earns = async (priceMinor: number, currency: string) => {
      const row = await aPurchase(buyer, { priceMinor, currency });
      await tell(eventsOf(row).paid);
      return (await rewardOf(row.id)).length;
    };
    expect([await earns(1_499, 'JPY'), await earns(1_500, 'JPY')]).toEqual([0, 1]);
    expect([await earns(1_000, 'USD'), await earns(1_000_000, 'EUR')]).toEqual([1, 0]);
  });

  it('loses its code if it is fully refunded, but not if it is only disputed', async () => {
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

  it('earns no code if the refund came first', async () => {
    const row = await aPurchase(await asViewer(), { priceMinor: 9_000 });
    const { paid, refunded } = eventsOf(row);
    await tell(refunded(9_000));
    await tell(paid);
    expect(await rewardOf(row.id)).toEqual([]);
    expect(await purchaseOf(row.id)).toMatchObject({ status: 'refunded', legs: 4 });
  });
});
