/**
 * The platform's figures by day and country. Days that are over come from their roll-ups; the current one is counted in
 * its own rows. Takes the same statements whatever the range.
 */
import type { z } from '@hono/zod-openapi';
import { sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { csvResponse } from '@/http/csv';
import { type DayRange, daysOf, readRange } from '@/http/day-range';
import type { Actor } from '@/shared/actor';
import { toDay } from '@/shared/time';
import { analyticsError } from './errors';
import { type Amount, LARGEST_DAY, overDays, presentFigures, sumOf } from './figures';
import { readNextDay } from './roll-up';
import type { AnalyticsQuery, PlatformAnalytics } from './schemas';
import { SOURCES, spansOf } from './sources';
import { platformDays } from './tables';

const DAYS_DEFAULT = 30;

type Query = z.output<typeof AnalyticsQuery>;
type Answer = z.input<typeof PlatformAnalytics>;
type DayAmount = Amount & { readonly day: string };
type CountryAmount = Amount & { readonly country: string };

/** Throws COUNTRY_OUT_OF_REACH, VALIDATION_FAILED. */
export async function readAnalytics(ctx: Context, actor: Actor, query: Query): Promise<Answer> {
  const country = countryFor(actor, query.country);
  const range = readRange(ctx.now(), query, DAYS_DEFAULT);
  const { from, to } = range;
  const { byDay, byCountry, counted } = await readAmounts(ctx, range, country);
  const perDay = Map.groupBy([...byDay, ...counted], ({ day }) => day);
  const days = daysOf(range).map((day) => ({ day, amounts: sumOf(perDay.get(day) ?? []) }));
  const perCountry = Map.groupBy([...byCountry, ...counted], (row) => row.country);
  return {
    ...{ from, to, country },
    totals: presentFigures(overDays(days.flatMap(({ amounts }) => amounts))),
    byDay: days.map(({ day, amounts }) => ({ day, ...presentFigures(amounts) })),
    byCountry: [...perCountry]
      .map(([code, amounts]) => ({ country: code, ...presentFigures(overDays(amounts)) }))
      .toSorted((a, b) => (a.country < b.country ? -1 : 1)),
  };
}

/** Throws what `readAnalytics` throws. */
export async function exportAnalytics(ctx: Context, actor: Actor, query: Query): Promise<Response> {
  const { byDay, totals } = await readAnalytics(ctx, actor, query);
  const currencies = totals.payouts.map(({ currency }) => currency);
  const header = [
    ...['day', 'registrations', 'activeUsers', 'streams', 'hoursWatched', 'peakConcurrent', 'coinsSold', 'gifts'],
    ...['orders', 'reports'],
    ...currencies.map((currency) => `payoutsMinor ${currency}`),
  ];
  const rows = byDay.map((figures) => [
    ...[figures.day, figures.registrations, figures.activeUsers, figures.streams, figures.hoursWatched],
    ...[figures.peakConcurrent, figures.coinsSold, figures.gifts, figures.orders, figures.reports],
    ...currencies.map((code) => figures.payouts.find(({ currency }) => currency === code)?.amountMinor ?? 0),
  ]);
  return csvResponse('platform-by-day.csv', header, pagesOf(rows));
}

async function* pagesOf<T>(rows: T[]) {
  yield rows;
}

/** A country admin sees their own country alone. Throws COUNTRY_OUT_OF_REACH. */
function countryFor({ staff }: Actor, asked: string | undefined): string | null {
  if (staff?.rank !== 'country_admin') return asked ?? null;
  if (staff.country === null || (asked !== undefined && asked !== staff.country))
    throw analyticsError('COUNTRY_OUT_OF_REACH');
  return staff.country;
}

/** @param country null: all. Then the days have the peak over all countries. */
async function readAmounts(ctx: Context, range: DayRange, country: string | null) {
  const nextDay = await readNextDay(ctx);
  const running = daysOf(range).filter((day) => day >= nextDay && day <= toDay(ctx.now()));
  const spans = spansOf(running);
  // A day may be rolled up between the two reads: it is then still counted in its own rows.
  const ofRange = sql`day BETWEEN ${range.from} AND ${range.to} AND (day < ${nextDay} OR figure = 'peakConcurrent')`;
  const ofCountry = country === null ? sql`country <> '*'` : sql`country = ${country}`;
  const ofDays = country === null ? sql`(figure = 'peakConcurrent') = (country = '*')` : ofCountry;
  const largestDay = sql.raw(LARGEST_DAY.map((figure) => `'${figure}'`).join(', '));
  const [byDay, byCountry, ...sources] = await ctx.db.batch([
    ctx.db.all<DayAmount>(sql`
      SELECT day, figure, unit, sum(amount) AS amount FROM ${platformDays}
      WHERE ${ofRange} AND ${ofDays} GROUP BY day, figure, unit`),
    ctx.db.all<CountryAmount>(sql`
      SELECT country, figure, unit, iif(figure IN (${largestDay}), max(amount), sum(amount)) AS amount
      FROM ${platformDays} WHERE ${ofRange} AND ${ofCountry} GROUP BY country, figure, unit`),
    ...SOURCES.map(({ figure, source }) =>
      ctx.db.all<DayAmount & CountryAmount>(
        sql`SELECT day, country, ${figure} AS figure, unit, amount FROM (${source(spans)})`,
      ),
    ),
  ]);
  const counted = sources.flat().filter((row) => row.amount > 0 && (country === null || row.country === country));
  return { byDay, byCountry, counted };
}
