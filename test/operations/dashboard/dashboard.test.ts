/** The platform's figures: what each thing that happens adds to them. */
import { describe, expect, it } from 'vitest';
import { client } from '#test/support/api';
import { testContext } from '#test/support/context';
import { giveCoins, giveDiamonds } from '#test/support/money';
import { aStream } from '#test/support/streams';
import { asCreator, asStaff, asViewer } from '#test/support/users';
import { payouts } from '@/domains/money/payouts/tables';
import { purchases } from '@/domains/money/purchases/tables';
import { newId } from '@/shared/ids';
import { DAY_MS, toDay } from '@/shared/time';

const path = 'owner/panel/dashboard/stats';
const today = () => toDay(Date.now());

async function figures() {
  const owner = await asStaff('owner');
  const { status, data } = await owner.get(path);
  expect(status).toBe(200);
  return data;
}

const revenueIn = ({ revenue }: { revenue: { currency: string; amountMinor: number }[] }, currency: string) =>
  revenue.find((one) => one.currency === currency)?.amountMinor ?? 0;

describe('the dashboard', () => {
  it('is for staff who may see analytics', async () => {
    expect((await (await asStaff('admin_l3')).get(path)).status).toBe(200);
    expect((await (await asStaff('admin_l2')).get(path)).status).toBe(403);
    expect((await client().get(path)).status).toBe(401);
  });

  it('refuses country admins, and names where the figures of their country are', async () => {
    const { status, error } = await (await asStaff('country_admin', { country: 'DE' })).get(path);
    expect([status, error.code]).toEqual([403, 'STATISTICS_NOT_BY_COUNTRY']);
    expect(error.message).toContain('/admin/analytics');
  });

  it('shows every day of the last thirty, days without anything too', async () => {
    const { from, to, byDay } = await figures();
    expect([byDay.length, to, byDay[29].day, byDay[0].day]).toEqual([30, today(), today(), from]);
    expect(byDay[3]).toEqual({
      ...{ day: toDay(Date.now() - 26 * DAY_MS), newUsers: 0, coinsSold: 0, revenue: [] },
      ...{ gifts: { count: 0, diamonds: 0 }, tips: { count: 0, diamonds: 0 } },
    });
  });

  it('counts who joined, what was bought and given, and who is live', async () => {
    const before = await figures();
    const creator = await asCreator();
    await giveCoins((await asViewer()).userId, 70);
    await giveDiamonds(creator.userId, 10); // whoever gives them buys 20 coins for it
    await giveDiamonds(creator.userId, 5, Date.now() - 2 * DAY_MS); // and 10 coins, the day before yesterday
    await aStream(creator);
    const after = await figures();
    expect(after.users - before.users).toBe(3); // two, and the owner who looks
    expect(after.liveStreams - before.liveStreams).toBe(1);
    expect(after.totals.coinsSold - before.totals.coinsSold).toBe(100);
    expect(after.totals.tips.count - before.totals.tips.count).toBe(2);
    expect(after.totals.tips.diamonds - before.totals.tips.diamonds).toBe(15);
    expect(revenueIn(after.totals, 'USD') - revenueIn(before.totals, 'USD')).toBe(300);
    expect(after.byDay[29].newUsers - before.byDay[29].newUsers).toBe(3);
    expect(after.byDay[29].coinsSold - before.byDay[29].coinsSold).toBe(70 + 20 + 10);
    expect(after.byDay[27].tips.diamonds - before.byDay[27].tips.diamonds).toBe(5);
  });

  it('takes what was refunded off the day it was paid', async () => {
    const ctx = testContext();
    const before = await figures();
    const at = Date.now() - 5 * DAY_MS;
    await ctx.db.insert(purchases).values({
      ...{ id: newId(), userId: newId(), packageId: newId(), packageName: 'A test', coins: 100, bonusCoins: 10 },
      ...{ amountMinor: 500, currency: 'EUR', status: 'partially_refunded', provider: 'sandbox', paymentId: newId() },
      ...{ economyVersion: 1, successUrl: '', cancelUrl: '', idempotencyKey: newId(), bodyHash: '' },
      ...{ reversedCoins: 22, reversedMinor: 100, createdAt: at, expiresAt: at, paidAt: at },
    });
    const after = await figures();
    expect(after.byDay[24].coinsSold - before.byDay[24].coinsSold).toBe(88);
    expect(after.byDay[24].revenue).toEqual([{ currency: 'EUR', amountMinor: 400 }]);
    expect(after.totals.revenue.map(({ currency }: { currency: string }) => currency)).toEqual(['EUR', 'USD']);
  });

  it('says what is to be paid out, by currency', async () => {
    const ctx = testContext();
    const given = (status: 'requested' | 'approved' | 'paid', currency: string) => ({
      ...({
        id: newId(),
        userId: newId(),
        source: 'sales',
        amountMinor: 700,
        feeMinor: 0,
        currency,
        method: 'bank',
        status,
      } as const),
      ...{ economyVersion: 1, idempotencyKey: newId(), bodyHash: '', requestedAt: 0 },
    });
    await ctx.db
      .insert(payouts)
      .values([given('requested', 'CHF'), given('approved', 'CHF'), given('requested', 'JPY'), given('paid', 'CHF')]);
    expect((await figures()).payoutsDue).toEqual({
      count: 3,
      amounts: [
        { currency: 'CHF', amountMinor: 1_400 },
        { currency: 'JPY', amountMinor: 700 },
      ],
    });
  });

  it('is of the days that it is asked for, a year at most', async () => {
    const owner = await asStaff('owner');
    const { data } = await owner.get(`${path}?from=2024-02-28&to=2024-03-01`);
    expect(data.byDay.map(({ day }: { day: string }) => day)).toEqual(['2024-02-28', '2024-02-29', '2024-03-01']);
    for (const query of [
      'from=2024-01-01&to=2025-01-01',
      'from=2024-02-30',
      'from=2024-02-02&to=2024-02-01',
      'day=today',
    ])
      expect((await owner.get(`${path}?${query}`)).status, query).toBe(422);
  });
});
