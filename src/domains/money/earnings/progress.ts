/**
 * Computes creators' progress in a period from what they earned and streamed; it is never stored. Earnings that were
 * reversed or given back do not count. Rewards do not count as diamonds, or one target's reward would help to reach the
 * next.
 */

import { sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { CREATOR_METRICS } from '@/contracts/economy';
import { int } from '@/db/sql';
import type { Period } from '@/domains/base/economy/periods';
import { isOpen } from '@/domains/base/visibility/streams';
import { streamAnalytics } from '@/domains/live/rooms/tables';
import { streams } from '@/domains/live/streams/tables';
import { subscriptionCharges } from '@/domains/money/subscriptions/tables';
import { DAY_MS, toDay } from '@/shared/time';

type Metric = (typeof CREATOR_METRICS)[number];
type Progress = Readonly<Record<Metric, number>>;

const NONE: Progress = { diamonds: 0, gifts: 0, minutesStreamed: 0, minutesWatched: 0 };

type Row<M extends Metric> = { readonly userId: string; readonly period: number } & Readonly<Record<M, number>>;

/**
 * Runs four statements, whatever is asked. A stream counts with its minutes inside the period, up to now if it is live.
 * Minutes watched by verified users are known once a stream has ended, and count in the period of its end.
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
  const [earned, reversed, returned, streamed] = await ctx.db.batch([
    earnedIn(ctx, users, spans),
    reversedIn(ctx, users, spans),
    returnedIn(ctx, users, spans),
    streamedIn(ctx, users, spans),
  ]);
  const keyOf = (userId: string, period: number) => `${userId} ${period}`;
  const earnedBy = new Map(earned.map((row) => [keyOf(row.userId, row.period), row]));
  const reversedBy = new Map(reversed.map((row) => [keyOf(row.userId, row.period), row]));
  const returnedBy = new Map(returned.map((row) => [keyOf(row.userId, row.period), row]));
  const streamedBy = new Map(streamed.map((row) => [keyOf(row.userId, row.period), row]));
  return (userId, period) => {
    const key = keyOf(userId, periods.indexOf(period));
    const [gained, lost] = [earnedBy.get(key) ?? NONE, reversedBy.get(key) ?? NONE];
    const givenBack = returnedBy.get(key)?.diamonds ?? 0;
    const [diamonds, gifts] = [gained.diamonds - lost.diamonds - givenBack, gained.gifts - lost.gifts];
    const { minutesStreamed, minutesWatched } = streamedBy.get(key) ?? NONE;
    return { diamonds, gifts, minutesStreamed, minutesWatched };
  };
}

function earnedIn(ctx: Context, users: string, spans: string) {
  return ctx.db.all<Row<'diamonds' | 'gifts'>>(sql`
    SELECT creator.value AS userId, period.key AS period,
      sum(iif(source = 'reward', 0, diamonds)) AS diamonds, sum(iif(source = 'gift', count, 0)) AS gifts
    FROM json_each(${users}) creator CROSS JOIN json_each(${spans}) period
    CROSS JOIN earning_days ON user_id = creator.value
      AND day BETWEEN period.value ->> 'firstDay' AND period.value ->> 'lastDay'
    GROUP BY creator.value, period.key`);
}

function reversedIn(ctx: Context, users: string, spans: string) {
  return ctx.db.all<Row<'diamonds' | 'gifts'>>(sql`
    SELECT creator.value AS userId, period.key AS period,
      sum(diamonds) AS diamonds, sum(source = 'gift' AND is_whole) AS gifts
    FROM json_each(${users}) creator CROSS JOIN json_each(${spans}) period
    CROSS JOIN reversed_earnings ON user_id = creator.value AND ref_type <> 'reward' AND diamonds > 0
      AND day BETWEEN period.value ->> 'firstDay' AND period.value ->> 'lastDay'
    GROUP BY creator.value, period.key`);
}

/** For months that were given back. */
function returnedIn(ctx: Context, users: string, spans: string) {
  return ctx.db.all<Row<'diamonds'>>(sql`
    SELECT creator.value AS userId, period.key AS period, sum(returned_diamonds) AS diamonds
    FROM json_each(${users}) creator CROSS JOIN json_each(${spans}) period
    CROSS JOIN ${subscriptionCharges} ON creator_id = creator.value AND returned_at IS NOT NULL
      AND created_at >= period.value ->> 'startMs' AND created_at < period.value ->> 'endMs'
    GROUP BY creator.value, period.key`);
}

/** One index serves ended streams and another open ones: a single condition for both would read all streams. */
function streamedIn(ctx: Context, users: string, spans: string) {
  return ctx.db.all<Row<'minutesStreamed' | 'minutesWatched'>>(sql`
    WITH asked AS (
      SELECT creator.value AS user_id, period.key AS period,
        period.value ->> 'startMs' AS start_ms, period.value ->> 'endMs' AS end_ms
      FROM json_each(${users}) creator CROSS JOIN json_each(${spans}) period),
    aired AS (
      SELECT asked.*, id, started_at, ended_at, ended_at AS until_ms
      FROM asked CROSS JOIN ${streams} ON creator_id = user_id AND ended_at >= start_ms AND started_at < end_ms
      UNION ALL
      SELECT asked.*, id, started_at, NULL, ${int(ctx.now())}
      FROM asked CROSS JOIN ${streams}
        ON creator_id = user_id AND ${isOpen()} AND started_at < end_ms)
    SELECT user_id AS userId, period,
      sum(max(0, min(until_ms, end_ms) - max(started_at, start_ms))) / 60000 AS minutesStreamed,
      coalesce(sum(coalesce(rewarded_seconds, watch_seconds)) FILTER (WHERE ended_at < end_ms), 0) / 60 AS minutesWatched
    FROM aired LEFT JOIN ${streamAnalytics} ON stream_id = aired.id
    GROUP BY user_id, period`);
}
