/**
 * The proof derives amounts from the economy's version: rows whose transfers, balances and days all agree are found if
 * their amount is not what the version gives.
 */
import { sql } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { testContext } from '#test/support/context';
import { changeEconomy, giveCoins, giveDiamonds } from '#test/support/money';
import { aMaturedSale } from '#test/support/orders';
import { prove } from '#test/support/proof';
import { anUnpaidOrder, aSale, paySale } from '#test/support/sales';
import { commit } from '@/db/commit';
import { readEconomy } from '@/domains/base/economy/read';
import { recordEarning } from '@/domains/money/earnings/record';
import { exchanges, targetRewards } from '@/domains/money/earnings/tables';
import { giftsSent } from '@/domains/money/gifts/tables';
import { approvalLegs, holdLegs, paidLegs } from '@/domains/money/payouts/legs';
import { payouts } from '@/domains/money/payouts/tables';
import { creditLot, firstLot } from '@/ledger/lots';
import { post } from '@/ledger/transfers';
import { newId } from '@/shared/ids';

const FIRST_VERSION = 1;

async function findingsOf(id: string): Promise<string[]> {
  const { findings } = await prove();
  return findings.filter((finding) => finding.id === id).map(({ problem }) => problem);
}

async function tip(coins: number, diamonds: number, economyVersion = FIRST_VERSION): Promise<string> {
  const ctx = testContext();
  const [id, senderId, recipientId] = [newId(), newId(), newId()];
  await giveCoins(senderId, coins);
  const ref = { refType: 'gift', refId: id };
  await commit(ctx, [
    ctx.db.insert(giftsSent).values({
      ...{ id, giftId: null, quantity: 1, coins, diamonds, senderId, recipientId, economyVersion },
      ...{ idempotencyKey: id, bodyHash: '', createdAt: ctx.now(), ...firstLot(sql`${senderId}`, sql`${coins}`) },
    }),
    ...post(ctx, [
      { ...ref, leg: 1, kind: 'tip', userId: senderId, amount: coins },
      { ...ref, leg: 2, kind: 'tip_earning', userId: recipientId, amount: diamonds },
    ]),
    recordEarning(ctx, { userId: recipientId, source: 'tip', diamonds }),
  ]);
  return id;
}

async function exchange(diamonds: number, coins: number, economyVersion = FIRST_VERSION): Promise<string> {
  const ctx = testContext();
  const [id, userId] = [newId(), newId()];
  await giveDiamonds(userId, diamonds);
  const ref = { refType: 'exchange', refId: id, userId };
  await commit(ctx, [
    ctx.db.insert(exchanges).values({
      ...{ id, userId, diamonds, coins, economyVersion, idempotencyKey: id, bodyHash: '', createdAt: ctx.now() },
    }),
    ...post(ctx, [
      { ...ref, leg: 1, kind: 'exchange_diamonds', amount: diamonds },
      { ...ref, leg: 2, kind: 'exchange_coins', amount: coins },
    ]),
    creditLot(ctx, { userId, sourceType: 'exchange', sourceId: id, coins }),
  ]);
  return id;
}

async function reward(targetId: string, diamonds: number, economyVersion = FIRST_VERSION): Promise<string> {
  const ctx = testContext();
  const [id, userId] = [newId(), newId()];
  const row = { id, userId, targetId, period: 'ever', diamonds, economyVersion, createdAt: ctx.now() };
  await commit(ctx, [
    ctx.db.insert(targetRewards).values(row),
    ...post(ctx, [{ refType: 'reward', refId: id, leg: 1, kind: 'target_reward', userId, amount: diamonds }]),
    recordEarning(ctx, { userId, source: 'reward', diamonds }),
  ]);
  return id;
}

/** A cash-out of sales if no diamonds are given. By default its fee is that of the first version. */
async function payout(
  terms: { amountMinor: number; feeMinor: number; currency: string; diamonds?: number },
  economyVersion = FIRST_VERSION,
): Promise<string> {
  const ctx = testContext();
  const [id, userId] = [newId(), newId()];
  const { diamonds = null, amountMinor, feeMinor, currency } = terms;
  const row = { id, userId, ...terms, diamonds, source: diamonds === null ? 'sales' : 'diamonds' } as const;
  if (diamonds === null) await aMaturedSale(userId, amountMinor + feeMinor, currency);
  else await giveDiamonds(userId, diamonds);
  await commit(ctx, [
    ctx.db.insert(payouts).values({
      ...{ ...row, method: 'bank', status: 'paid', economyVersion, idempotencyKey: id, bodyHash: '' },
      ...{ requestedAt: 0, decidedAt: 1, decidedBy: newId(), paidAt: 2, reference: 'B-1' },
    }),
    ...post(ctx, [...holdLegs(row), ...approvalLegs(row), ...paidLegs(row, 'bank')]),
  ]);
  return id;
}

describe('a tip', () => {
  it('of ten coins that earned 5,000 diamonds is found', async () => {
    expect(await findingsOf(await tip(10, 5_000))).toEqual([
      'earned 5000 diamonds, but 10 coins earn 5 in version 1 of the economy',
    ]);
  });

  it('is rounded down, and judged by its own version', async () => {
    const version = await changeEconomy({ conversions: { diamondsPerCoin: { numerator: 2, denominator: 3 } } });
    expect(await findingsOf(await tip(11, 5))).toEqual([]);
    expect(await findingsOf(await tip(11, 7, version))).toEqual([]);
    expect(await findingsOf(await tip(11, 8, version))).toHaveLength(1);
    expect(await findingsOf(await tip(11, 7))).toHaveLength(1);
  });

  it('whose economy does not exist is found', async () => {
    expect(await findingsOf(await tip(10, 5, 999))).toEqual([
      'earned 5 diamonds, but 10 coins earn nothing in version 999 of the economy',
    ]);
  });
});

describe('an exchange', () => {
  it('that gave other coins than its rate is found', async () => {
    const version = await changeEconomy({ conversions: { coinsPerDiamond: { numerator: 1, denominator: 3 } } });
    expect(await findingsOf(await exchange(10, 10))).toEqual([]);
    expect(await findingsOf(await exchange(10, 3, version))).toEqual([]);
    expect(await findingsOf(await exchange(10, 10, version))).toEqual([
      `gave 10 coins, but 10 diamonds give 3 in version ${version} of the economy`,
    ]);
  });
});

describe('a reward', () => {
  it('that is not the reward of its target is found', async () => {
    const version = await changeEconomy({ targets: [] });
    expect(await findingsOf(await reward('on-air', 100))).toEqual([]);
    expect(await findingsOf(await reward('on-air', 101))).toEqual([
      'rewarded 101 diamonds, but the target on-air gives 100 in version 1 of the economy',
    ]);
    expect(await findingsOf(await reward('on-air', 100, version))).toEqual([
      `rewarded 100 diamonds, but the target on-air gives nothing in version ${version} of the economy`,
    ]);
  });
});

describe('an order', () => {
  it('with another commission than its version takes is found', async () => {
    const { limits } = await readEconomy(testContext());
    const huf = { currency: 'HUF', priceMinorMin: 1, priceMinorMax: 1_000_000, feeMinor: 40 };
    const shop = { ...limits.shop, commissionBasisPoints: 1_234, currencies: [huf] };
    const version = await changeEconomy({ limits: { shop } });
    for (const [traits, due] of [
      [{ unitMinor: 999, currency: 'USD' }, 123],
      [{ unitMinor: 999, currency: 'HUF' }, 163],
      [{ unitMinor: 30, currency: 'HUF' }, 30],
    ] as const) {
      expect(await findingsOf((await aSale(traits)).id)).toEqual([]);
      const { id } = await anUnpaidOrder(traits);
      await testContext().db.run(sql`UPDATE orders SET commission_minor = 1 WHERE id = ${id}`);
      await paySale(id);
      expect(await findingsOf(id)).toEqual([
        `says that the commission is 1, not ${due} in version ${version} of the economy`,
      ]);
    }
  });

  it('whose refunds are of other pieces or other shipping than it says is found', async () => {
    const [pieces, shipping] = [await aSale(), await aSale({ shippingMinor: 300 })];
    await testContext().db.run(sql`UPDATE orders SET refunded_quantity = 1 WHERE id = ${pieces.id}`);
    await testContext().db.run(sql`UPDATE orders SET refunded_shipping_minor = 9 WHERE id = ${shipping.id}`);
    expect(await findingsOf(pieces.id)).toEqual(['says that 1 pieces were refunded, and its refunds are of 0']);
    expect(await findingsOf(shipping.id)).toEqual(['says that 9 of shipping were refunded, and its refunds come to 0']);
  });

  it('that does not exist, but has a transfer, is found', async () => {
    const ctx = testContext();
    const [refId, userId] = [newId(), newId()];
    const shipping = { kind: 'sale_shipping', userId, currency: 'USD', provider: 'sandbox', amount: 500 } as const;
    await commit(ctx, post(ctx, [{ ...shipping, refType: 'order', refId, leg: 2 }]));
    expect(await findingsOf(refId)).toEqual(['does not exist, but 1 later transfers name it']);
  });

  it('of a variant that keeps pieces for nobody is found', async () => {
    const { variantId } = await aSale();
    await testContext().db.run(sql`UPDATE product_variants SET offered = 2 WHERE id = ${variantId}`);
    expect(await findingsOf(variantId)).toEqual(['offers 2 pieces, and its waiting list 0']);
  });
});

describe('a payout', () => {
  it('of 2,000 diamonds set to 9,999.99 USD is found', async () => {
    const usd = { diamonds: 2_000, currency: 'USD' };
    expect(await findingsOf(await payout({ ...usd, amountMinor: 1_955, feeMinor: 45 }))).toEqual([]);
    expect(await findingsOf(await payout({ ...usd, amountMinor: 999_999, feeMinor: 45 }))).toEqual([
      'sends 999999 USD for a fee of 45, but its terms come to 1955 USD for 45',
    ]);
  });

  it('of sales costs the fee that its version sets for the currency, or else converts', async () => {
    const { limits } = await readEconomy(testContext());
    const huf = { ...limits, currency: 'HUF', payoutFeeMinor: 9_000 };
    const version = await changeEconomy({
      conversions: { currencyRates: [{ currency: 'JPY', numerator: 2, denominator: 3 }] },
      limits: { currencies: [huf] },
    });
    const own = { amountMinor: 387_000, feeMinor: 13_000, currency: 'HUF' };
    const converted = { amountMinor: 1_447, feeMinor: 53, currency: 'JPY' };
    for (const terms of [own, converted]) {
      expect(await findingsOf(await payout(terms, version))).toEqual([]);
      const other = { ...terms, amountMinor: terms.amountMinor + 1, feeMinor: terms.feeMinor - 1 };
      expect(await findingsOf(await payout(other, version))).toHaveLength(1);
    }
    // The first version is from before a currency had limits.
    expect(await findingsOf(await payout({ amountMinor: 1_955, feeMinor: 45, currency: 'HUF' }))).toEqual([]);
  });
});
