/** Reads a creator's figures, with five statements. */
import type { z } from '@hono/zod-openapi';
import { sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { payouts } from '@/domains/money/payouts/tables';
import { daysOf, readRange } from '@/http/day-range';
import { DAY_MS, toDay } from '@/shared/time';
import type { EarningStats, StatsQuery } from './schemas';
import { EARNING_SOURCES, type EarningSource } from './tables';

const DAYS_DEFAULT = 30;

interface Row {
  readonly day: string;
  readonly source: EarningSource;
  readonly diamonds: number;
  readonly count: number;
}

/** Throws VALIDATION_FAILED. */
export async function readStats(
  ctx: Context,
  userId: string,
  query: z.output<typeof StatsQuery>,
): Promise<z.input<typeof EarningStats>> {
  const now = ctx.now();
  const range = readRange(now, query, DAYS_DEFAULT);
  const { from, to } = range;
  const [today, since] = [toDay(now), toDay(now - (DAYS_DEFAULT - 1) * DAY_MS)];
  // `+status` keeps SQLite from using the index by status, which would read every user's payouts.
  const [rows, [ever], [exchanged], [paid], amounts] = await ctx.db.batch([
    ctx.db.all<Row>(sql`
      SELECT day, source, diamonds, count FROM earning_days WHERE user_id = ${userId} AND day BETWEEN ${from} AND ${to}`),
    ctx.db.all<{ today: number; last30Days: number; allTime: number }>(sql`
      SELECT coalesce(sum(diamonds) FILTER (WHERE day = ${today}), 0) AS today,
        coalesce(sum(diamonds) FILTER (WHERE day >= ${since}), 0) AS last30Days,
        coalesce(sum(diamonds), 0) AS allTime
      FROM earning_days WHERE user_id = ${userId}`),
    ctx.db.all<{ diamonds: number; coins: number; count: number }>(sql`
      SELECT coalesce(sum(diamonds), 0) AS diamonds, coalesce(sum(coins), 0) AS coins, count(*) AS count
      FROM exchanges WHERE user_id = ${userId}`),
    ctx.db.all<{ diamonds: number; count: number }>(sql`
      SELECT coalesce(sum(diamonds), 0) AS diamonds, count(*) AS count
      FROM ${payouts} WHERE user_id = ${userId} AND source = 'diamonds' AND +status = 'paid'`),
    ctx.db.all<{ currency: string; amountMinor: number }>(sql`
      SELECT currency, sum(amount_minor) AS amountMinor
      FROM ${payouts} WHERE user_id = ${userId} AND source = 'diamonds' AND +status = 'paid' GROUP BY currency ORDER BY currency`),
  ]);
  const byDay = Map.groupBy(rows, ({ day }) => day);
  const bySource = Map.groupBy(rows, ({ source }) => source);
  return {
    ...{ from, to },
    total: sumOf(rows),
    bySource: EARNING_SOURCES.map((source) => ({ source, ...sumOf(bySource.get(source)) })),
    byDay: daysOf(range).map((day) => ({ day, ...sumOf(byDay.get(day)) })),
    ...(ever ?? { today: 0, last30Days: 0, allTime: 0 }),
    exchanged: exchanged ?? { diamonds: 0, coins: 0, count: 0 },
    cashedOut: { ...(paid ?? { diamonds: 0, count: 0 }), amounts },
  };
}

function sumOf(rows: readonly Row[] = []): { diamonds: number; count: number } {
  return {
    diamonds: rows.reduce((sum, { diamonds }) => sum + diamonds, 0),
    count: rows.reduce((sum, { count }) => sum + count, 0),
  };
}
