/** What a purchase's payment does to its code and to the reward that it earns. */
import { eq } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { testContext } from '#test/support/context';
import { changeEconomy, coinsOf, purchaseOf } from '#test/support/money';
import { recordingContext } from '#test/support/outbox';
import { prove } from '#test/support/proof';
import { aBuyer, aCode, aPackage, aPurchase, buy, eventsOf, tell } from '#test/support/purchases';
import { asStaff, asViewer } from '#test/support/users';
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
    expect(sent).toMatchObject([{ notification: { kind: 'purchase-paid', data: { lostCode: code.code } } }]);
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

  it.each(['paid in time', 'paid by slow money', 'paid after its checkout expired'])(
    'earns no more than a code by the newest economy gives, if it is %s',
    async (how) => {
      await testContext().db.update(discountCodes).set({ active: false }); // those of other tests
      await changeEconomy({ limits: { rewardCodeFromMinor: 5_000, rewardCodePercent: 100 } });
      const row = await aPurchase(await asViewer(), { priceMinor: 9_000 });
      const { paid, processing, expired } = eventsOf(row);
      await changeEconomy({ limits: { rewardCodePercent: 1 } });
      // Without a code or with one of 1 % it costs what it is worth; with one of 100 % it would cost half.
      const offer = { name: 'Sack', coins: 1_000, bonusCoins: 0, priceMinor: 505, currency: 'USD' };
      expect((await (await asStaff('owner')).post('owner/panel/packages', offer)).status).toBe(201);
      if (how === 'paid by slow money') await tell(processing);
      if (how === 'paid after its checkout expired') await tell(expired);
      await tell(paid);
      expect(await rewardOf(row.id)).toMatchObject([{ bonusPercent: 1, suspended: false }]);
    },
  );

  it('keeps its code in a currency without limits until all of its money is taken back', async () => {
    await changeEconomy({ limits: { rewardCodeFromMinor: 5_000 } });
    const buyer = await asViewer();
    const row = await aPurchase(buyer, { priceMinor: 9_000, currency: 'EUR' });
    await aCode({ kind: 'reward', ownerId: buyer.userId, earnedBy: row.id }); // from before currencies had limits
    const { paid, refunded, disputed } = eventsOf(row);
    await tell(paid);
    for (const [event, suspended] of [
      [refunded(4_001), false],
      [disputed('open'), true],
      [disputed('won'), false],
    ] as const) {
      await tell(event);
      expect(await rewardOf(row.id)).toMatchObject([{ suspended }]);
    }
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

  it('has a usable code exactly while the kept money reaches the threshold', async () => {
    await changeEconomy({ limits: { rewardCodeFromMinor: 5_000 } });
    const buyer = await asViewer();
    const row = await aPurchase(buyer, { priceMinor: 9_000 });
    const { paid, refunded, refundFailed, disputed } = eventsOf(row);
    const { id: packageId } = await aPackage();
    await tell(paid);
    const code = (await rewardOf(row.id))[0]?.code ?? expect.fail('it earned no code');
    for (const [event, state] of [
      [disputed('open'), 'ended'],
      [disputed('won'), 'usable'],
      [refunded(4_000), 'usable'],
      [refunded(1, 're_2'), 'ended'],
      [refundFailed(1, 're_2'), 'usable'],
      [disputed('lost', 4_000), 'ended'],
    ] as const) {
      await tell(event);
      expect((await buyer.get('discount/my-codes')).data.items).toMatchObject([{ code, state }]);
      const { valid, reason } = (await buyer.post('discount/validate', { code, packageId })).data;
      expect([valid, reason]).toEqual(state === 'usable' ? [true, undefined] : [false, 'DISCOUNT_EXPIRED']);
    }
    const { error } = await buy(buyer, { packageId, discountCode: code });
    expect(error.code).toBe('DISCOUNT_EXPIRED');
  });

  it('keeps a code ended that staff ended, even if its dispute is won', async () => {
    await changeEconomy({ limits: { rewardCodeFromMinor: 5_000 } });
    const [buyer, owner] = [await asViewer(), await asStaff('owner')];
    const row = await aPurchase(buyer, { priceMinor: 9_000 });
    const { paid, disputed } = eventsOf(row);
    await tell(paid);
    const [reward] = await rewardOf(row.id);
    await owner.put(`owner/panel/discounts/${reward?.id}`, { active: false });
    await tell(disputed('open'));
    await tell(disputed('won'));
    expect(await rewardOf(row.id)).toMatchObject([{ active: false, suspended: false }]);
  });

  it('keeps a used code used', async () => {
    await changeEconomy({ limits: { rewardCodeFromMinor: 5_000 } });
    const buyer = await asViewer();
    const row = await aPurchase(buyer, { priceMinor: 9_000 });
    const { paid, disputed } = eventsOf(row);
    await tell(paid);
    const [reward] = await rewardOf(row.id);
    const next = await aPurchase(buyer, {}, reward?.code);
    await tell(eventsOf(next).paid);
    await tell(disputed('open'));
    expect(await purchaseOf(next.id)).toMatchObject({ status: 'paid', codeBonusCoins: next.codeBonusCoins });
    await tell(disputed('won'));
    expect(await codeUsed(reward?.id ?? '')).toEqual([1, 'redeemed']);
  });

  it('takes its code from a checkout that has only reserved it', async () => {
    await changeEconomy({ limits: { rewardCodeFromMinor: 5_000 } });
    const buyer = await asViewer();
    const row = await aPurchase(buyer, { priceMinor: 9_000 });
    const { paid, disputed } = eventsOf(row);
    await tell(paid);
    const [reward] = await rewardOf(row.id);
    const next = await aPurchase(buyer, {}, reward?.code);
    await tell(disputed('open'));
    await tell(eventsOf(next).paid);
    expect(await purchaseOf(next.id)).toMatchObject({ status: 'paid', codeBonusCoins: 0 });
    expect(await codeUsed(reward?.id ?? '')).toEqual([0, 'released']);
    expect(await prove()).toMatchObject({ state: 'clean', findings: [] });
  });

  it('earns no code while a refund that came first stands, and one once it fails', async () => {
    await changeEconomy({ limits: { rewardCodeFromMinor: 5_000 } });
    const row = await aPurchase(await asViewer(), { priceMinor: 9_000 });
    const { paid, refunded, refundFailed } = eventsOf(row);
    await tell(refunded(9_000));
    await tell(paid);
    expect(await rewardOf(row.id)).toEqual([]);
    expect(await purchaseOf(row.id)).toMatchObject({ status: 'refunded', legs: 4 });
    await tell(refundFailed(9_000));
    expect(await rewardOf(row.id)).toMatchObject([{ active: true, suspended: false }]);
  });
});
