/** What a creator earned, entry by entry and day by day, as pages and as files. */
import { sql } from 'drizzle-orm';
import { beforeAll, describe, expect, it } from 'vitest';
import { client } from '#test/support/api';
import { testContext } from '#test/support/context';
import { changeEconomy, giveCoins, giveDiamonds, once } from '#test/support/money';
import { asCreator, asUser, asViewer } from '#test/support/users';
import { commit } from '@/db/commit';
import { recordEarning } from '@/domains/money/earnings/record';
import { giftsSent } from '@/domains/money/gifts/tables';
import { payouts } from '@/domains/money/payouts/tables';
import { firstLot } from '@/ledger/lots';
import { post } from '@/ledger/transfers';
import { newId } from '@/shared/ids';
import { DAY_MS, toDay } from '@/shared/time';

const ROSE = '01900000-0000-7000-9001-000000000001';
const daysAgo = (days: number) => Date.now() - days * DAY_MS;
const dayOf = (days: number) => toDay(daysAgo(days));

// Only matured diamonds can be exchanged.
beforeAll(() => changeEconomy({ limits: { maturingDays: 0 } }));

/** As the gift's own use case writes it. */
async function giveRoses(senderId: string, userId: string, quantity: number, message: string | null) {
  const ctx = testContext();
  const id = newId();
  const [coins, diamonds] = [10 * quantity, 5 * quantity];
  await giveCoins(senderId, coins);
  const transfer = { refType: 'gift', refId: id };
  await commit(ctx, [
    ctx.db.insert(giftsSent).values({
      ...{ id, giftId: ROSE, quantity, coins, diamonds, senderId, recipientId: userId, message },
      ...{ economyVersion: 1, idempotencyKey: id, bodyHash: '', createdAt: ctx.now() },
      ...firstLot(sql`${senderId}`, sql`${coins}`),
    }),
    ...post(ctx, [
      { ...transfer, kind: 'gift', leg: 1, userId: senderId, amount: coins },
      { ...transfer, kind: 'gift_earning', leg: 2, userId, amount: diamonds },
    ]),
    recordEarning(ctx, { userId, source: 'gift', diamonds }),
  ]);
  return id;
}

const linesOf = (csv: string) => csv.trimEnd().split('\r\n');

describe('the history', () => {
  it('shows who gave what, and what took diamonds away', async () => {
    const [creator, viewer] = await Promise.all([asCreator(), asViewer()]);
    await giveDiamonds(creator.userId, 20);
    const giftId = await giveRoses(viewer.userId, creator.userId, 3, 'Bravo');
    const { data: exchange } = await creator.post('earnings/exchange', { diamonds: 10 }, once());
    const { status, data } = await creator.get('earnings/history');
    expect(status).toBe(200);
    expect(data.items).toMatchObject([
      { kind: 'exchange', diamonds: -10, balanceAfter: 25, refId: exchange.id, sender: null, gift: null },
      {
        ...{ kind: 'gift', diamonds: 15, balanceAfter: 35, refId: giftId, quantity: 3, message: 'Bravo' },
        ...{ sender: { id: viewer.userId }, gift: { id: ROSE, name: 'Rose' } },
      },
      { kind: 'tip', diamonds: 20, balanceAfter: 20, gift: null, quantity: null },
    ]);
    expect(data.pagination.nextCursor).toBeNull();
  });

  it('pages by cursor without a gap or a repeat', async () => {
    const creator = await asCreator();
    for (const diamonds of [1, 2, 3, 4, 5]) await giveDiamonds(creator.userId, diamonds);
    const seen: number[] = [];
    let cursor = '';
    for (let page = 0; page < 3; page++) {
      const { data } = await creator.get(`earnings/history?perPage=2${cursor && `&cursor=${cursor}`}`);
      seen.push(...data.items.map(({ diamonds }: { diamonds: number }) => diamonds));
      cursor = data.pagination.nextCursor ?? '';
    }
    expect([seen, cursor]).toEqual([[5, 4, 3, 2, 1], '']);
  });

  it('covers its range of days, both ends included, whatever came later', async () => {
    const creator = await asCreator();
    for (const [diamonds, days] of [
      [1, 9],
      [2, 7],
      [3, 7],
      [4, 5],
      [5, 3],
      [6, 0],
    ] as const)
      await giveDiamonds(creator.userId, diamonds, daysAgo(days));
    const between = async (from: string, to: string) => {
      const { data } = await creator.get(`earnings/history?from=${from}&to=${to}`);
      return data.items.map(({ diamonds }: { diamonds: number }) => diamonds);
    };
    expect(await between(dayOf(7), dayOf(5))).toEqual([4, 3, 2]);
    expect(await between(dayOf(20), dayOf(8))).toEqual([1]);
    expect(await between(dayOf(4), dayOf(4))).toEqual([]);
    expect(await between(dayOf(20), dayOf(10))).toEqual([]);
    expect(await between(dayOf(3), dayOf(0))).toEqual([6, 5]);
  });

  it('includes an exchange on a day after the last earning', async () => {
    const creator = await asCreator();
    await giveDiamonds(creator.userId, 50, daysAgo(4));
    await creator.post('earnings/exchange', { diamonds: 10 }, once());
    const { data } = await creator.get(`earnings/history?from=${dayOf(1)}`);
    expect(data.items).toMatchObject([{ kind: 'exchange', diamonds: -10 }]);
  });

  it('includes cash-outs, and what was returned of them', async () => {
    const creator = await asCreator();
    const ctx = testContext();
    await giveDiamonds(creator.userId, 50);
    const transfer = { refType: 'payout', refId: newId(), userId: creator.userId, amount: 30 };
    await commit(ctx, post(ctx, [{ ...transfer, kind: 'payout_hold', leg: 1 }]));
    await commit(ctx, post(ctx, [{ ...transfer, kind: 'payout_return', leg: 2 }]));
    const { data } = await creator.get('earnings/history?perPage=2');
    expect(data.items).toMatchObject([
      { kind: 'payout-returned', diamonds: 30, balanceAfter: 50, refId: transfer.refId },
      { kind: 'payout', diamonds: -30, balanceAfter: 20, refId: transfer.refId },
    ]);
  });

  it('is empty if nothing was earned, and shows nothing of others', async () => {
    const creator = await asCreator();
    await giveDiamonds(creator.userId, 50);
    const { data } = await (await asViewer()).get('earnings/history');
    expect(data).toEqual({ items: [], pagination: { nextCursor: null, perPage: 20 } });
    expect((await client().get('earnings/history')).status).toBe(401);
  });

  it('refuses invalid ranges and cursors', async () => {
    const creator = await asCreator();
    for (const query of [
      'from=2026-02-30',
      'from=yesterday',
      'from=2026-03-02&to=2026-03-01',
      'format=xml',
      'cursor=x',
    ])
      expect((await creator.get(`earnings/history?${query}`)).status, query).toBe(422);
  });
});

describe('the history as a file', () => {
  it('is a CSV table with a header, sent as an attachment', async () => {
    const [creator, viewer] = await Promise.all([asCreator(), asViewer()]);
    const id = await giveRoses(viewer.userId, creator.userId, 2, 'He said "hi",\nand left');
    const { headers, body } = await creator.get('earnings/history?format=csv');
    expect(headers.get('content-type')).toMatch(/^text\/csv/);
    expect(headers.get('content-disposition')).toBe('attachment; filename="earnings-history.csv"');
    const [header, row] = linesOf(body);
    expect(header).toBe('id,at,kind,diamonds,balanceAfter,refId,sender,gift,quantity,message');
    expect(row).toMatch(new RegExp(`,gift,10,10,${id},${viewer.username},Rose,2,"He said ""hi"",\nand left"$`));
  });

  it('escapes messages that look like formulas, but keeps negative amounts as numbers', async () => {
    const [creator, viewer] = await Promise.all([asCreator(), asViewer()]);
    for (const message of ['=1+1', '+1', '-1', '@SUM(A1)']) await giveRoses(viewer.userId, creator.userId, 2, message);
    await creator.post('earnings/exchange', { diamonds: 10 }, once());
    const [, taken, ...rows] = linesOf((await creator.get('earnings/history?format=csv')).body);
    expect(rows.map((row) => row.split(',').at(-1))).toEqual(["'@SUM(A1)", "'-1", "'+1", "'=1+1"]);
    expect(taken).toContain(',exchange,-10,30,');
  });

  it('contains the whole range, however many pages it takes', async () => {
    const creator = await asCreator();
    const ctx = testContext();
    const diamonds = 1;
    // A thousand and more of them one by one would take a minute: a batch each hundred.
    for (let batch = 0; batch < 21; batch++) {
      const transfers = Array.from({ length: 50 }, () => ({
        ...({
          kind: 'target_reward',
          refType: 'reward',
          refId: newId(),
          leg: 1,
          userId: creator.userId,
          amount: diamonds,
        } as const),
      }));
      await commit(ctx, [
        ...post(ctx, transfers),
        recordEarning(ctx, { userId: creator.userId, source: 'reward', diamonds: diamonds * 50 }),
      ]);
    }
    const [, ...rows] = linesOf((await creator.get('earnings/history?format=csv')).body);
    expect(rows).toHaveLength(1_050);
    expect(rows.map((row) => Number(row.split(',')[4]))).toEqual(
      Array.from({ length: 1_050 }, (_, index) => 1_050 - index),
    );
  });

  it('has a header even without rows, and covers a year at most', async () => {
    const creator = await asCreator();
    expect(linesOf((await creator.get('earnings/history?format=csv')).body)).toHaveLength(1);
    const { status, error } = await creator.get('earnings/history?format=csv&from=2024-01-01&to=2025-06-01');
    expect([status, error.code]).toEqual([422, 'VALIDATION_FAILED']);
  });
});

describe('a DJ’s earnings', () => {
  const asDj = () => asUser({ role: 'dj', creatorStatus: 'APPROVED' });

  it('are by day and source, with the sum of the whole range', async () => {
    const [dj, viewer] = await Promise.all([asDj(), asViewer()]);
    await giveDiamonds(dj.userId, 7, daysAgo(40));
    await giveDiamonds(dj.userId, 10, daysAgo(2));
    await giveDiamonds(dj.userId, 5);
    await giveDiamonds(dj.userId, 6);
    await giveRoses(viewer.userId, dj.userId, 1, null);
    const { data } = await dj.get('dj/earnings?perPage=2');
    expect(data).toEqual({
      items: [
        { day: dayOf(0), source: 'gift', diamonds: 5, count: 1 },
        { day: dayOf(0), source: 'tip', diamonds: 11, count: 2 },
      ],
      pagination: { page: 1, perPage: 2, total: 3, totalPages: 2 },
      sum: { diamonds: 26, count: 4 },
    });
    const csv = await dj.get(`dj/earnings?format=csv&from=${dayOf(60)}`);
    expect(linesOf(csv.body)).toEqual([
      'day,source,diamonds,count',
      `${dayOf(0)},gift,5,1`,
      `${dayOf(0)},tip,11,2`,
      `${dayOf(2)},tip,10,1`,
      `${dayOf(40)},tip,7,1`,
    ]);
  });

  it('require a DJ', async () => {
    const answer = await (await asCreator()).get('dj/earnings');
    expect([answer.status, answer.error.code]).toEqual([403, 'DJ_ONLY']);
  });

  it('are empty if nothing was earned', async () => {
    const { data } = await (await asDj()).get('dj/earnings');
    expect(data).toMatchObject({ items: [], sum: { diamonds: 0, count: 0 }, pagination: { total: 0 } });
  });

  it('cover a year at most', async () => {
    const { status } = await (await asDj()).get('dj/earnings?from=2024-01-01&to=2025-06-01');
    expect(status).toBe(422);
  });
});

describe('a creator’s figures', () => {
  it('are given by source and by day, for the range and for all time', async () => {
    const [creator, viewer] = await Promise.all([asCreator(), asViewer()]);
    await giveDiamonds(creator.userId, 100, daysAgo(40));
    await giveDiamonds(creator.userId, 10, daysAgo(2));
    await giveRoses(viewer.userId, creator.userId, 1, null);
    await creator.post('earnings/exchange', { diamonds: 20 }, once());
    const { data } = await creator.get(`earnings/stats?from=${dayOf(2)}`);
    expect(data).toMatchObject({
      ...{ from: dayOf(2), to: dayOf(0), total: { diamonds: 15, count: 2 } },
      ...{ today: 5, last30Days: 15, allTime: 115 },
      exchanged: { diamonds: 20, coins: 20, count: 1 },
      cashedOut: { diamonds: 0, count: 0, amounts: [] },
    });
    expect(data.byDay.map(({ diamonds }: { diamonds: number }) => diamonds)).toEqual([10, 0, 5]);
    expect(data.bySource).toEqual([
      { source: 'gift', diamonds: 5, count: 1 },
      { source: 'tip', diamonds: 10, count: 1 },
      { source: 'subscription', diamonds: 0, count: 0 },
      { source: 'reward', diamonds: 0, count: 0 },
    ]);
  });

  it('include cash-outs once they are paid', async () => {
    const creator = await asCreator();
    const ctx = testContext();
    const payout = (status: 'paid' | 'requested') => ({
      ...({ id: newId(), userId: creator.userId, source: 'diamonds', diamonds: 1_000, amountMinor: 965 } as const),
      ...({ feeMinor: 35, currency: 'USD', method: 'bank', status, economyVersion: 1 } as const),
      ...{ idempotencyKey: newId(), bodyHash: '', requestedAt: 0 },
    });
    await ctx.db.insert(payouts).values([payout('paid'), payout('paid'), payout('requested')]);
    const { data } = await creator.get('earnings/stats');
    expect(data.cashedOut).toEqual({ diamonds: 2_000, count: 2, amounts: [{ currency: 'USD', amountMinor: 1_930 }] });
  });

  it('are zeros if nothing was earned', async () => {
    const { data } = await (await asViewer()).get('earnings/stats');
    expect(data).toMatchObject({ total: { diamonds: 0, count: 0 }, today: 0, allTime: 0, exchanged: { coins: 0 } });
    expect(data.byDay).toHaveLength(30);
  });

  it('cover a year at most', async () => {
    expect((await (await asViewer()).get('earnings/stats?from=2024-01-01')).status).toBe(422);
    expect((await client().get('earnings/stats')).status).toBe(401);
  });
});
