/** A month's statement: each transfer in exactly one, and balances that carry over from month to month. */
import { describe, expect, it } from 'vitest';
import { testContext } from '#test/support/context';
import { giveDiamonds, once } from '#test/support/money';
import { approve, asPaidCreator } from '#test/support/payouts';
import { aBuyer, aPurchase, eventsOf, tell } from '#test/support/purchases';
import { asCreator, asStaff, asViewer } from '#test/support/users';
import { commit } from '@/db/commit';
import { post } from '@/ledger/transfers';
import { newId } from '@/shared/ids';

const at = (time: string) => Date.parse(`${time}Z`);
const HEADER = 'date,kind,reference,diamonds,balance,sent,fee,currency,status';

async function statementOf(person: { get: Awaited<ReturnType<typeof asCreator>>['get'] }, month: string) {
  const { status, body, headers } = await person.get(`earnings/statement?month=${month}`);
  expect(status).toBe(200);
  const [header, ...lines] = String(body).trimEnd().split('\r\n');
  return { header, rows: lines.map((line) => line.split(',')), headers };
}

const thisMonth = () => new Date().toISOString().slice(0, 7);

describe('a statement', () => {
  it('lists the month between its closing and its opening balance, newest first', async () => {
    const creator = await asCreator();
    await giveDiamonds(creator.userId, 10, at('2025-01-31T23:59:59.999'));
    await giveDiamonds(creator.userId, 20, at('2025-02-01T00:00:00.000'));
    await giveDiamonds(creator.userId, 30, at('2025-02-28T23:59:59.999'));
    await giveDiamonds(creator.userId, 40, at('2025-03-01T00:00:00.000'));
    const { header, rows, headers } = await statementOf(creator, '2025-02');
    expect(headers.get('content-type')).toMatch(/^text\/csv/);
    expect(headers.get('content-disposition')).toBe('attachment; filename="earnings-2025-02.csv"');
    expect(header).toBe(HEADER);
    expect(rows.map(([date, kind, , diamonds, balance]) => [date, kind, diamonds, balance])).toEqual([
      ['2025-03-01T00:00:00.000Z', 'closing-balance', '', '60'],
      ['2025-02-28T23:59:59.999Z', 'tip', '30', '60'],
      ['2025-02-01T00:00:00.000Z', 'tip', '20', '30'],
      ['2025-02-01T00:00:00.000Z', 'opening-balance', '', '10'],
    ]);
  });

  it('of a month in which nothing happened is a whole file, with the same balance twice', async () => {
    const creator = await asCreator();
    const empty = await statementOf(creator, '2025-02');
    expect(empty.rows.map(([, kind, , , balance]) => [kind, balance])).toEqual([
      ['closing-balance', '0'],
      ['opening-balance', '0'],
    ]);
    await giveDiamonds(creator.userId, 10, at('2025-01-15T12:00:00'));
    const later = await statementOf(creator, '2025-02');
    expect(later.rows.map(([, kind, , , balance]) => [kind, balance])).toEqual([
      ['closing-balance', '10'],
      ['opening-balance', '10'],
    ]);
  });

  it('has cash-outs with their money, fee, currency and status', async () => {
    const [creator, owner] = await Promise.all([asPaidCreator(5_000), asStaff('owner')]);
    const ask = (diamonds: number) =>
      creator.post('payment/payout', { source: 'diamonds', diamonds, method: 'bank' }, once());
    const { data: paid } = await ask(2_000);
    const { data: rejected } = await ask(1_000);
    await approve(owner, `owner/panel/cashouts/${paid.id}`);
    await owner.put(`owner/panel/cashouts/${paid.id}/paid`, { reference: 'B-1' });
    await owner.put(`owner/panel/cashouts/${rejected.id}/reject`, { reason: 'No' });
    const { rows } = await statementOf(creator, thisMonth());
    const money = (payout: { amountMinor: number; feeMinor: number }) => [
      ...[(payout.amountMinor / 100).toFixed(2), (payout.feeMinor / 100).toFixed(2), 'USD'],
    ];
    expect(rows.slice(1, 4).map(([, ...cells]) => cells)).toEqual([
      ['payout-returned', rejected.id, '1000', '3000', ...money(rejected), 'rejected'],
      ['payout', rejected.id, '-1000', '2000', ...money(rejected), 'rejected'],
      ['payout', paid.id, '-2000', '3000', ...money(paid), 'paid'],
    ]);
  });

  it('has what a chargeback took away', async () => {
    const [creator, buyer] = await Promise.all([asCreator(), aBuyer()]);
    const purchase = await aPurchase(buyer, { coins: 100, bonusCoins: 0 });
    await tell(eventsOf(purchase).paid);
    await buyer.post('payment/tip', { recipientId: creator.userId, coins: 100 }, once());
    await tell(eventsOf(purchase).disputed('lost'));
    const after = await statementOf(creator, thisMonth());
    expect(after.rows.map(([, kind, , diamonds, balance]) => [kind, diamonds, balance])).toEqual([
      ['closing-balance', '', '0'],
      ['reversal', '-50', '0'],
      ['tip', '50', '50'],
      ['opening-balance', '', '0'],
    ]);
  });

  it('is whole, however many pages it takes', async () => {
    const creator = await asCreator();
    const ctx = { ...testContext(), now: () => at('2025-02-10T12:00:00') };
    await giveDiamonds(creator.userId, 5_000, at('2025-01-10T12:00:00'));
    const transfer = { refType: 'payout', userId: creator.userId, amount: 3, leg: 1, kind: 'payout_hold' } as const;
    for (let batch = 0; batch < 6; batch += 1)
      await commit(ctx, Array.from({ length: 200 }, () => post(ctx, [{ ...transfer, refId: newId() }])).flat());
    const { rows } = await statementOf(creator, '2025-02');
    expect(rows).toHaveLength(1_202);
    expect(rows.at(0)?.[4]).toBe(String(5_000 - 3 * 1_200));
    expect(rows.at(-1)?.[4]).toBe('5000');
    const sum = rows.slice(1, -1).reduce((total, [, , , diamonds]) => total + Number(diamonds), 0);
    expect(sum).toBe(-3 * 1_200);
  });

  it('counts each transfer in one month, also where two clocks disagree about when a month ended', async () => {
    const creator = await asCreator();
    for (const time of [
      '2025-01-31T12:00:00',
      '2025-02-01T00:00:00.010',
      '2025-01-31T23:59:59.990',
      '2025-02-02T12:00',
    ])
      await giveDiamonds(creator.userId, 10, at(time));
    const [january, february] = [await statementOf(creator, '2025-01'), await statementOf(creator, '2025-02')];
    const ids = [...january.rows, ...february.rows].map(([, , reference]) => reference).filter(Boolean);
    expect(new Set(ids).size).toBe(4);
    expect(ids).toHaveLength(4);
    expect(january.rows.at(0)?.[4]).toBe(february.rows.at(-1)?.[4]);
  });

  it('of a month long before the platform existed is empty', async () => {
    const creator = await asCreator();
    for (const month of ['1999-01', '0001-12'])
      expect((await statementOf(creator, month)).rows.map(([, kind]) => kind)).toEqual([
        'closing-balance',
        'opening-balance',
      ]);
  });

  it('says of a month in a distant future that it is to come', async () => {
    const { error } = await (await asCreator()).get('earnings/statement?month=2100-01');
    expect(error.details).toMatchObject([{ path: 'month', message: 'must not be in the future' }]);
  });

  it('is refused for a month that is to come or that is none, and ends now for the one that is running', async () => {
    const creator = await asCreator();
    const next = new Date(Date.now() + 32 * 86_400_000).toISOString().slice(0, 7);
    for (const month of [next, '2025-13', '2025-1', 'now', '2025-02-01'])
      expect((await creator.get(`earnings/statement?month=${month}`)).status, month).toBe(422);
    expect((await creator.get('earnings/statement')).status).toBe(422);
    const { rows } = await statementOf(creator, thisMonth());
    expect(Date.parse(rows[0]?.[0] ?? '')).toBeLessThanOrEqual(Date.now());
  });

  it('is for creators, and shows nobody else’s diamonds', async () => {
    const [creator, other] = await Promise.all([asCreator(), asCreator()]);
    await giveDiamonds(other.userId, 50);
    expect((await statementOf(creator, thisMonth())).rows).toHaveLength(2);
    expect((await (await asViewer()).get(`earnings/statement?month=${thisMonth()}`)).status).toBe(403);
  });
});
