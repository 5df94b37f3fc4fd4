/**
 * The platform's figures by day and country. Days that are over come from their roll-ups; the current one is counted in
 * its own rows. Takes the same statements whatever the range.
 */
import type { z } from '@hono/zod-openapi';
import { type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
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

export type Query = z.output<typeof AnalyticsQuery>;
type Answer = z.input<typeof PlatformAnalytics>;
type DayAmount = Amount & { readonly day: string };
type CountryAmount = Amount & { readonly country: string };

/** Throws COUNTRY_OUT_OF_REACH, VALIDATION_FAILED. */
export async function readAnalytics(ctx: Context, actor: Actor, query: Query): Promise<Answer> {
  return (await readAll(ctx, actor, query)).answer;
}

/** Also returns what `readDaysByCountry` needs. Throws COUNTRY_OUT_OF_REACH, VALIDATION_FAILED. */
export async function readAll(ctx: Context, actor: Actor, query: Query) {
  const country = countryFor(actor, query.country);
  const range = readRange(ctx.now(), query, DAYS_DEFAULT);
  const amounts = await readAmounts(ctx, range, country);
  return { answer: answerOf(range, country, amounts), amounts };
}

function answerOf(range: DayRange, country: string | null, { byDay, byCountry, counted }: Amounts): Answer {
  const { from, to } = range;
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

/** The figures of each country on each of these days, by day and code. */
export async function readDaysByCountry(ctx: Context, days: readonly string[], { nextDay, counted }: Amounts) {
  const stored = await ctx.db.all<DayAmount & CountryAmount>(sql`
    SELECT day, country, figure, unit, amount FROM ${platformDays}
    WHERE day BETWEEN ${days.at(0) ?? ''} AND ${days.at(-1) ?? ''} AND ${isStored(nextDay)} AND country <> '*'`);
  const perCountry = Map.groupBy(
    [...stored, ...counted.filter(({ day }) => days.includes(day))],
    ({ day, country }) => `${day} ${country}`,
  );
  return [...perCountry]
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .flatMap(([, rows]) => {
      const [first] = rows;
      return first ? [{ day: first.day, country: first.country, ...presentFigures(sumOf(rows)) }] : [];
    });
}

/** A country admin sees their own country alone. Throws COUNTRY_OUT_OF_REACH. */
function countryFor({ staff }: Actor, asked: string | undefined): string | null {
  if (staff?.rank !== 'country_admin') return asked ?? null;
  if (staff.country === null || (asked !== undefined && asked !== staff.country))
    throw analyticsError('COUNTRY_OUT_OF_REACH');
  return staff.country;
}

type Amounts = Awaited<ReturnType<typeof readAmounts>>;

/** A day may be rolled up between two reads: it is then still counted in its own rows. Peaks have no other rows. */
function isStored(nextDay: string): SQL {
  return sql`(day < ${nextDay} OR figure = 'peakConcurrent')`;
}

/** @param country null: all. Then the days have the peak over all countries. */
async function readAmounts(ctx: Context, range: DayRange, country: string | null) {
  const nextDay = await readNextDay(ctx);
  const running = daysOf(range).filter((day) => day >= nextDay && day <= toDay(ctx.now()));
  const spans = spansOf(running);
  const ofRange = sql`day BETWEEN ${range.from} AND ${range.to} AND ${isStored(nextDay)}`;
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
  return { nextDay, byDay, byCountry, counted };
}
