/**
 * How far creators have come in a period: derived from what they earned and streamed, never stored. Rewards are not
 * counted into diamonds, or one target's reward would help to reach the next.
 */
import { sql } from 'drizzle-orm';
import type { Context } from '@/context';
import type { TARGET_METRICS } from '@/domains/economy/schemas';
import { DAY_MS, toDay } from '@/shared/time';
import type { Period } from './periods';

type Metric = (typeof TARGET_METRICS)[number];
export type Progress = Readonly<Record<Metric, number>>;

const NONE: Progress = { diamonds: 0, gifts: 0, minutesStreamed: 0, minutesWatched: 0 };

type Row<M extends Metric> = { readonly userId: string; readonly period: number } & Readonly<Record<M, number>>;

/**
 * Two statements, whatever is asked. A stream counts with the minutes that lie inside the period, so far where it is
 * live; what was watched is known when a stream has ended, and counts where it did.
 */
export async function readProgress(
  ctx: Context,
  userIds: readonly string[],
  periods: readonly Period[],
): Promise<(userId: string, period: Period) => Progress> {
  const users = JSON.stringify(userIds);
  const spans = JSON.stringify(
    periods.map(({ startMs, endMs }) => ({
      ...{ startMs, endMs },
      ...{ firstDay: toDay(startMs), lastDay: toDay(endMs - DAY_MS) },
    })),
  );
  const [earned, streamed] = await ctx.db.batch([
    ctx.db.all<Row<'diamonds' | 'gifts'>>(sql`
      SELECT creator.value AS userId, period.key AS period,
        sum(iif(source = 'reward', 0, diamonds)) AS diamonds, sum(iif(source = 'gift', count, 0)) AS gifts
      FROM json_each(${users}) creator CROSS JOIN json_each(${spans}) period
      CROSS JOIN earning_days ON user_id = creator.value
        AND day BETWEEN period.value ->> 'firstDay' AND period.value ->> 'lastDay'
      GROUP BY creator.value, period.key`),
    ctx.db.all<Row<'minutesStreamed' | 'minutesWatched'>>(sql`
      SELECT creator.value AS userId, period.key AS period,
        sum(max(0, min(coalesce(ended_at, CAST(${ctx.now()} AS INTEGER)), period.value ->> 'endMs')
          - max(started_at, period.value ->> 'startMs'))) / 60000 AS minutesStreamed,
        coalesce(sum(watch_seconds) FILTER (WHERE ended_at < period.value ->> 'endMs'), 0) / 60 AS minutesWatched
      FROM json_each(${users}) creator CROSS JOIN json_each(${spans}) period
      CROSS JOIN streams ON creator_id = creator.value
        AND (ended_at >= period.value ->> 'startMs' OR status = 'live') AND started_at < period.value ->> 'endMs'
      LEFT JOIN stream_analytics ON stream_id = streams.id
      GROUP BY creator.value, period.key`),
  ]);
  const keyOf = (userId: string, period: number) => `${userId} ${period}`;
  const earnedBy = new Map(earned.map((row) => [keyOf(row.userId, row.period), row]));
  const streamedBy = new Map(streamed.map((row) => [keyOf(row.userId, row.period), row]));
  return (userId, period) => {
    const key = keyOf(userId, periods.indexOf(period));
    const { diamonds, gifts } = earnedBy.get(key) ?? NONE;
    const { minutesStreamed, minutesWatched } = streamedBy.get(key) ?? NONE;
    return { diamonds, gifts, minutesStreamed, minutesWatched };
  };
}
