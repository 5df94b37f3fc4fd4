/** A debt in coins is paid with matured diamonds before anything is cashed out. */
import { describe, expect, it } from 'vitest';
import { changeEconomy, coinsOf, diamondsOf, giveCoins, giveDiamonds, once } from '#test/support/money';
import { approve, asPaidCreator, dispute, freshCode, giveSales, owe, payoutOf } from '#test/support/payouts';
import { prove } from '#test/support/proof';
import { asCreator, asStaff, type Person } from '#test/support/users';

const DESK = 'owner/panel/cashouts';
const PAYOUT = 'payment/payout';
const ofDiamonds = (diamonds: number) => ({ source: 'diamonds', diamonds, method: 'bank' });
const OF_SALES = { source: 'sales', amountMinor: 2_000, currency: 'EUR', method: 'bank' };
const ask = (creator: Person, body: object, key?: string) => creator.post(PAYOUT, body, once(key));

describe('a debt in coins', () => {
  it('is paid first, with the fewest matured diamonds, and the answer and the lists say so', async () => {
    await changeEconomy({ conversions: { coinsPerDiamond: { numerator: 3, denominator: 2 } } });
    const creator = await asPaidCreator(5_000);
    await owe(creator, 1_000);
    const { headers } = once();
    const { status, data } = await creator.post(PAYOUT, ofDiamonds(2_000), { headers });
    // 666 diamonds are 999 coins, 667 are 1,000.
    expect([status, data.setOff]).toEqual([201, { diamonds: 667, coins: 1_000 }]);
    expect(await coinsOf(creator.userId)).toBe(0);
    expect(await diamondsOf(creator.userId)).toBe(5_000 - 2_000 - 667);
    expect((await creator.post(PAYOUT, ofDiamonds(2_000), { headers })).data).toEqual(data);
    for (const path of ['payment/payout-history', 'earnings/cashout/my'])
      expect((await creator.get(path)).data.items[0].setOff).toEqual(data.setOff);
    const owner = await asStaff('owner');
    const desk = (await owner.get(`owner/panel/cashouts?id=${data.id}`)).data.items[0];
    expect(desk.setOff).toEqual(data.setOff);
    expect(desk.risk.debts).toEqual([]);
    // The next one owes nothing.
    expect((await ask(creator, ofDiamonds(1_000))).data.setOff).toBeNull();
  });

  it('that the diamonds do not cover refuses every cash-out, of sales too', async () => {
    await changeEconomy({ conversions: { coinsPerDiamond: { numerator: 1, denominator: 1 } } });
    const creator = await asPaidCreator(1_500);
    await giveDiamonds(creator.userId, 9_000); // too young to pay it
    await giveSales(creator.userId, 5_000);
    await owe(creator, 1_501);
    for (const body of [ofDiamonds(1_000), OF_SALES]) {
      const { status, error } = await ask(creator, body);
      expect([status, error.code, error.details]).toEqual([
        409,
        'DEBT_OPEN',
        { coins: 1_501, diamondsNeeded: 1_501, matured: 1_500 },
      ]);
    }
    expect(await coinsOf(creator.userId)).toBe(-1_501);
    expect(await diamondsOf(creator.userId)).toBe(10_500);
  });

  it('leaves less to cash out', async () => {
    const creator = await asPaidCreator(1_500);
    await owe(creator, 600);
    const { error } = await ask(creator, ofDiamonds(1_000));
    expect([error.code, error.details]).toEqual(['NOT_ENOUGH_DIAMONDS', { matured: 900, maturing: 0, asked: 1_000 }]);
    expect(await coinsOf(creator.userId)).toBe(-600);
  });

  it('is paid before a cash-out of sales', async () => {
    const creator = await asPaidCreator(1_000);
    await giveSales(creator.userId, 5_000);
    await owe(creator, 400);
    const { status, data } = await ask(creator, OF_SALES);
    expect([status, data.setOff]).toEqual([201, { diamonds: 400, coins: 400 }]);
    expect([await coinsOf(creator.userId), await diamondsOf(creator.userId)]).toEqual([0, 600]);
  });

  it('is paid once by many requests at once', async () => {
    const creator = await asPaidCreator(5_000);
    await owe(creator, 500);
    const answers = await Promise.all([1, 2, 3].map(() => ask(creator, ofDiamonds(1_000))));
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201]);
    expect(answers.filter(({ data }) => data.setOff !== null)).toHaveLength(1);
    expect([await coinsOf(creator.userId), await diamondsOf(creator.userId)]).toEqual([0, 1_500]);
  });

  it('stays paid if the cash-out is rejected', async () => {
    const creator = await asPaidCreator(2_000);
    await owe(creator, 500);
    const { data } = await ask(creator, ofDiamonds(1_000));
    const owner = await asStaff('owner');
    await owner.put(`owner/panel/cashouts/${data.id}/reject`, { reason: 'No.' });
    expect([await coinsOf(creator.userId), await diamondsOf(creator.userId)]).toEqual([0, 1_500]);
    expect((await payoutOf(data.id)).setOffExchangeId).not.toBeNull();
  });
});

describe('a debt in diamonds', () => {
  it('refuses a cash-out of sales', async () => {
    const creator = await asPaidCreator();
    await giveSales(creator.userId, 5_000);
    const fan = await asCreator();
    const purchaseId = await giveCoins(fan.userId, 4_000);
    await fan.post('payment/tip', { recipientId: creator.userId, coins: 4_000 }, once());
    const earned = await diamondsOf(creator.userId);
    await changeEconomy({ limits: { maturingDays: 0 } });
    expect((await ask(creator, ofDiamonds(earned))).status).toBe(201);
    await dispute(purchaseId, 'lost');
    expect(await diamondsOf(creator.userId)).toBe(-earned);
    const { status, error } = await ask(creator, OF_SALES);
    expect([status, error.code, error.details]).toEqual([
      409,
      'DEBT_OPEN',
      { coins: 0, diamondsNeeded: earned, matured: 0 },
    ]);
    const owner = await asStaff('owner');
    const [shown] = (await owner.get(`owner/panel/cashouts?status=requested&perPage=1`)).data.items;
    expect(shown.risk).toMatchObject({
      disputedBps: 10_000,
      youngBps: 10_000,
      senders: 1,
      accountDays: 0,
      firstPayout: true,
      debts: [{ unit: 'diamond', amount: earned }],
    });
  });
});

describe('a debt after the request', () => {
  /** Bought, given and asked for; then the bank takes the money back. */
  async function askedAndLost() {
    await changeEconomy({ limits: { maturingDays: 0 } });
    const creator = await asPaidCreator();
    const fan = await asCreator();
    const purchaseId = await giveCoins(fan.userId, 10_000);
    await fan.post('payment/tip', { recipientId: creator.userId, coins: 10_000 }, once());
    const { data } = await ask(creator, ofDiamonds(5_000));
    await dispute(purchaseId, 'lost');
    expect(await diamondsOf(creator.userId)).toBe(-5_000);
    return { creator, purchaseId, id: data.id as string, url: `${DESK}/${data.id}` };
  }

  it('in diamonds refuses the approval, and what goes back pays it', async () => {
    const [{ creator, id, url }, owner] = [await askedAndLost(), await asStaff('owner')];
    const { status, error } = await approve(owner, url);
    expect([status, error.code, error.details]).toEqual([
      409,
      'DEBT_OPEN',
      { debts: [{ unit: 'diamond', amount: 5_000 }] },
    ]);
    expect((await payoutOf(id)).status).toBe('requested');
    await owner.put(`${url}/reject`, { reason: 'The payment was taken back.' });
    expect(await diamondsOf(creator.userId)).toBe(0);
    expect((await ask(creator, ofDiamonds(5_000))).error.code).toBe('NOT_ENOUGH_DIAMONDS');
  });

  it('that was only a dispute refuses the approval until it is won', async () => {
    const [{ url, purchaseId }, owner] = [await askedAndLost(), await asStaff('owner')];
    expect((await approve(owner, url)).status).toBe(409);
    await dispute(purchaseId, 'won');
    expect((await approve(owner, url)).status).toBe(200);
  });

  it('in coins refuses the approval of sales too', async () => {
    const [creator, owner] = [await asPaidCreator(), await asStaff('owner')];
    await giveSales(creator.userId, 5_000);
    const { data } = await ask(creator, OF_SALES);
    const url = `${DESK}/${data.id}`;
    const code = await freshCode(owner.userId);
    await owe(creator, 100);
    const { status, error } = await owner.put(`${url}/approve`, { code });
    expect([status, error.code, error.details]).toEqual([409, 'DEBT_OPEN', { debts: [{ unit: 'coin', amount: 100 }] }]);
  });

  it('hides the bank account of an approved transfer, and leaves one that was sent as it is', async () => {
    const [creator, owner] = [await asPaidCreator(5_000), await asStaff('owner')];
    const { data } = await ask(creator, ofDiamonds(2_000));
    const url = `${DESK}/${data.id}`;
    await approve(owner, url);
    const open = async () => (await owner.get(`${DESK}?id=${data.id}`)).data.items[0].bankAccount;
    expect(await open()).toBeDefined();
    await owe(creator, 100);
    expect(await open()).toBeUndefined();
    const paid = await owner.put(`${url}/paid`, { reference: 'BANK-1' });
    expect([paid.status, paid.data.status]).toEqual([200, 'paid']);
  });
});

it('leaves books that are in order', async () => {
  const { findings } = await prove();
  expect(findings.filter(({ subject }) => subject !== 'transfer')).toEqual([]);
});
