/** The endpoint of the platform's figures: who may read it, for which country, and what a day's use adds. */
import { env } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import { client } from '#test/support/api';
import { testContext } from '#test/support/context';
import { giveCoins } from '#test/support/money';
import { anOrder } from '#test/support/order-rows';
import { plansOf } from '#test/support/plans';
import { actorOf, asCreator, asStaff, asUser, asViewer } from '#test/support/users';
import { readAnalytics } from '@/domains/operations/analytics/read';
import { rollUpDay } from '@/domains/operations/analytics/roll-up';
import { newId } from '@/shared/ids';
import { DAY_MS, HOUR_MS, toDay } from '@/shared/time';

const PATH = 'admin/analytics';
const today = () => toDay(Date.now());

const activeDaysOf = async (userId: string) =>
  (await env.DB.prepare('SELECT day FROM active_days WHERE user_id = ? ORDER BY day').bind(userId).all()).results.map(
    ({ day }) => day,
  );

const lastSeen = (sessionId: string, ms: number) =>
  env.DB.prepare('UPDATE auth_sessions SET last_seen_at = ? WHERE id = ?').bind(ms, sessionId).run();

describe('the figures of the platform', () => {
  it('are for staff who may see analytics', async () => {
    expect((await client().get(PATH)).status).toBe(401);
    expect((await (await asViewer()).get(PATH)).error.code).toBe('PERMISSION_REQUIRED');
    expect((await (await asStaff('admin_l2')).get(PATH)).error.code).toBe('PERMISSION_REQUIRED');
    const { data } = await (await asStaff('admin_l3')).get(PATH);
    expect([data.byDay.length, data.to, data.country]).toEqual([30, today(), null]);
    expect(data.byDay[2]).toEqual({
      ...{ day: toDay(Date.now() - 27 * DAY_MS), registrations: 0, activeUsers: 0, streams: 0, hoursWatched: 0 },
      ...{ peakConcurrent: 0, coinsSold: 0, gifts: 0, payouts: [], orders: 0, sales: [], reports: 0 },
    });
  });

  it('of a country admin are those of their country', async () => {
    await asUser({ country: 'JP' });
    const buyer = await asUser({ country: 'NO' });
    await giveCoins(buyer.userId, 40);
    const admin = await asStaff('country_admin', { country: 'NO' });
    const { data } = await admin.get(PATH);
    expect(data.country).toBe('NO');
    expect(data.byCountry.map(({ country }: { country: string }) => country)).toEqual(['NO']);
    // The admin lives there too.
    expect(data.totals).toMatchObject({ registrations: 2, coinsSold: 40 });
    expect((await admin.get(`${PATH}?country=NO`)).data.totals.coinsSold).toBe(40);
    const abroad = await admin.get(`${PATH}?country=JP`);
    expect([abroad.status, abroad.error.code]).toEqual([403, 'COUNTRY_OUT_OF_REACH']);
    expect((await (await asStaff('owner')).get(`${PATH}?country=JP`)).data.totals.registrations).toBe(1);
  });

  it('are refused for a country that is none, or more than a year', async () => {
    const owner = await asStaff('owner');
    for (const query of ['country=XX', 'from=2024-01-01&to=2025-01-01', 'from=2024-02-02&to=2024-02-01', 'format=xml'])
      expect((await owner.get(`${PATH}?${query}`)).status, query).toBe(422);
  });

  it('are also a CSV file by day and country, with a line for all countries', async () => {
    await asUser({ country: 'KE' });
    const owner = await asStaff('owner');
    const { data } = await owner.get(`${PATH}?from=${today()}`);
    const file = await owner.get(`${PATH}?from=${today()}&format=csv`);
    const [header, line, ...rest] = file.body.trim().split('\r\n');
    expect(file.headers.get('content-type')).toContain('text/csv');
    expect(header).toMatch(
      /^day,country,registrations,activeUsers,streams,hoursWatched,peakConcurrent,coinsSold,gifts/,
    );
    const { registrations, activeUsers, coinsSold } = data.totals;
    expect(line).toBe(`${today()},*,${registrations},${activeUsers},0,0,0,${coinsSold},0,0,0`);
    const { byCountry } = data as { byCountry: { country: string; registrations: number; activeUsers: number }[] };
    expect(rest.map((one: string) => one.split(',').slice(0, 4))).toEqual(
      byCountry.map((one) => [today(), one.country, `${one.registrations}`, `${one.activeUsers}`]),
    );
    expect(rest.length).toBeGreaterThan(1);
    const kenya = await owner.get(`${PATH}?from=${today()}&country=KE&format=csv`);
    expect(kenya.body.trim().split('\r\n').slice(1)).toEqual([`${today()},KE,1,1,0,0,0,0,0,0,0`]);
  });

  it('have the orders that were paid, by the country of the buyer, before and after they are rolled up', async () => {
    const [seller, buyer] = [await asCreator(), await asUser({ country: 'PT' })];
    const paid = { buyerId: buyer.userId, unitMinor: 250, quantity: 2, paidAt: Date.now() };
    await anOrder(seller.userId, paid);
    await anOrder(seller.userId, { ...paid, currency: 'EUR', shippingMinor: 90 });
    await anOrder(seller.userId, { ...paid, paidAt: null });
    const owner = await asStaff('owner');
    const sales = ['EUR', 'USD'].map((currency) => ({ currency, amountMinor: 500 }));
    const sold = { orders: 2, sales };
    expect((await owner.get(`${PATH}?country=PT&from=${today()}`)).data.totals).toMatchObject(sold);
    const file = await owner.get(`${PATH}?country=PT&from=${today()}&format=csv`);
    const [header, line] = file.body.trim().split('\r\n');
    expect(header).toMatch(/orders,reports,salesMinor EUR,salesMinor USD$/);
    expect(line).toMatch(/,2,0,500,500$/);
    await env.DB.prepare('UPDATE platform_roll_up SET next_day = ?').bind(today()).run();
    await rollUpDay({ ...testContext(), now: () => Date.now() + DAY_MS + HOUR_MS });
    await env.DB.prepare('DELETE FROM orders WHERE user_id = ?').bind(buyer.userId).run();
    expect((await owner.get(`${PATH}?country=PT&from=${today()}`)).data.totals).toMatchObject(sold);
  });

  it('of days that are over are in the CSV file too, and every day has a line', async () => {
    await env.DB.prepare(
      `INSERT INTO platform_days (day, country, figure, unit, amount)
       VALUES ('2024-01-30', 'FR', 'gifts', '', 3), ('2024-01-30', 'DE', 'gifts', '', 2),
         ('2024-01-30', 'DE', 'payouts', 'EUR', 700), ('2024-02-03', 'DE', 'peakConcurrent', '', 5),
         ('2024-02-03', '*', 'peakConcurrent', '', 6)`,
    ).run();
    const owner = await asStaff('owner');
    const { body } = await owner.get(`${PATH}?from=2024-01-02&to=2024-02-03&format=csv`);
    const lines: string[] = body.trim().split('\r\n').slice(1);
    expect(lines.filter((line) => line.includes(',*,'))).toHaveLength(33);
    expect(lines.filter((line) => /[1-9]/.test(line.split(',').slice(2).join()))).toEqual([
      '2024-01-30,*,0,0,0,0,0,0,5,0,0,700',
      '2024-01-30,DE,0,0,0,0,0,0,2,0,0,700',
      '2024-01-30,FR,0,0,0,0,0,0,3,0,0,0',
      '2024-02-03,*,0,0,0,0,6,0,0,0,0,0',
      '2024-02-03,DE,0,0,0,0,5,0,0,0,0,0',
    ]);
  });
});

describe('a user is active on a day', () => {
  it('on which they sign in or refresh their tokens, once', async () => {
    const person = await asViewer();
    expect(await activeDaysOf(person.userId)).toEqual([today()]);
    const { data } = await person.post('auth/refresh', { refreshToken: person.refreshToken });
    expect(data.accessToken).toBeTruthy();
    expect(await activeDaysOf(person.userId)).toEqual([today()]);
    await env.DB.prepare('DELETE FROM active_days WHERE user_id = ?').bind(person.userId).run();
    await lastSeen(person.sessionId, Date.now() - DAY_MS);
    await person.post('auth/refresh', { refreshToken: data.refreshToken });
    expect(await activeDaysOf(person.userId)).toContain(today());
  });

  it('on which they use their session token, even shortly after midnight', async () => {
    const person = await asViewer();
    const midnight = Math.floor(Date.now() / DAY_MS) * DAY_MS;
    await lastSeen(person.sessionId, midnight - 1);
    await env.DB.prepare('DELETE FROM active_days WHERE user_id = ?').bind(person.userId).run();
    expect((await client({ authorization: `Bearer ${person.sessionToken}` }).get('user/profile')).status).toBe(200);
    await vi.waitFor(async () => expect(await activeDaysOf(person.userId)).toEqual([today()]));
  });
});

describe('reading and rolling up', () => {
  const owner = {
    ...actorOf({ userId: newId(), email: '' }),
    staff: { rank: 'owner' as const, granted: [], denied: [], country: null },
  };

  it('covers 366 days at most, as its refusal says', async () => {
    const admin = await asStaff('owner');
    expect((await admin.get('admin/analytics?from=2025-05-31&to=2026-05-31')).status).toBe(200);
    const { error } = await admin.get('admin/analytics?from=2025-05-30&to=2026-05-31');
    expect(error.details).toEqual([
      { path: 'from', message: 'must be at most 365 days before `to`: a range has at most 366 days' },
    ]);
  });

  it('take the same statements whatever the range, and scan no table', async () => {
    const count = async (from: string, to: string) => {
      const plans = await plansOf((ctx) => readAnalytics(ctx, owner, { from, to, format: 'json' }));
      return plans;
    };
    const [day, year] = [await count('2026-01-01', '2026-01-01'), await count('2025-06-01', '2026-05-31')];
    expect(day).toHaveLength(year.length);
    for (const plan of year) expect(plan).not.toMatch(/SCAN (?!day|platform_roll_up|\(subquery|json_each)/);
  });

  it('finds a day’s rows by an index in each source', async () => {
    await env.DB.prepare("UPDATE platform_roll_up SET next_day = '2020-01-01'").run();
    const plans = await plansOf((ctx) => rollUpDay(ctx));
    await env.DB.prepare('UPDATE platform_roll_up SET next_day = ?').bind(today()).run();
    expect(plans.length).toBeGreaterThan(9);
    for (const plan of plans) expect(plan).not.toMatch(/SCAN (?!day|platform_roll_up|\(subquery|json_each)/);
  });

  it('catches up day by day, and says when it has', async () => {
    const ctx = testContext();
    await env.DB.prepare('UPDATE platform_roll_up SET next_day = ?')
      .bind(toDay(Date.now() - 3 * DAY_MS))
      .run();
    let runs = 1;
    while (await rollUpDay(ctx)) runs += 1;
    expect(runs).toBeGreaterThanOrEqual(2);
    expect(await rollUpDay(ctx)).toBe(false);
  });
});
