/**
 * A creator's figures by day, from what streams, follows, earnings and sales record. Five statements in one batch, whatever
 * the range. Each finds its rows by an index.
 */
import type { z } from '@hono/zod-openapi';
import { sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { int, literal } from '@/db/sql';
import { streamAnalytics } from '@/domains/live/rooms/tables';
import { streams } from '@/domains/live/streams/tables';
import { type EarningSource, earningDays } from '@/domains/money/earnings/tables';
import { streamEarnings } from '@/domains/money/gifts/tables';
import { follows } from '@/domains/people/social/tables';
import { toIso, toIsoOrNull } from '@/shared/time';
import { type Counted, presentFigures, type SoldIn, type StreamFigures, toMinutes } from './figures';
import type { CreatorAnalytics } from './schemas';
import { PREVIOUS, type Report, wholeOf } from './spans';
import { salesDays, sessionAnalytics } from './tables';

const TOP_STREAMS_MAX = 10;

type Answer = z.input<typeof CreatorAnalytics>;

export async function readCreatorAnalytics(ctx: Context, creatorId: string, report: Report): Promise<Answer> {
  const spans = spansOf(report);
  const [top, ...counts] = await ctx.db.batch([topStreams(ctx, creatorId, report), ...countsIn(ctx, creatorId, spans)]);
  const counted = countedBy(counts);
  const names = report.days.map(({ key }) => key);
  return {
    ...{ from: report.from, to: report.to, tz: report.tz },
    totals: presentFigures(names.map(counted)),
    previous: presentFigures([counted(PREVIOUS)]),
    byDay: byDayOf(report, counted),
    topStreams: top.map(({ startedAt, endedAt, streamedMs, ...stream }) => ({
      ...stream,
      startTime: toIso(startedAt),
      endTime: toIsoOrNull(endedAt),
      minutesStreamed: toMinutes(streamedMs),
    })),
  };
}

/** The days alone: four statements. */
export async function readCreatorDays(ctx: Context, creatorId: string, report: Report): Promise<Answer['byDay']> {
  return byDayOf(report, countedBy(await ctx.db.batch(countsIn(ctx, creatorId, spansOf(report)))));
}

type Counts = readonly [
  readonly InSpan<StreamFigures>[],
  readonly InSpan<{ readonly newFollowers: number }>[],
  readonly InSpan<{ readonly source: EarningSource; readonly diamonds: number }>[],
  readonly InSpan<SoldIn>[],
];

function spansOf({ previous, days }: Report): string {
  return JSON.stringify([previous, ...days]);
}

function byDayOf({ days }: Report, counted: (span: string) => Counted): Answer['byDay'] {
  return days.map(({ key: day }) => ({ day, ...presentFigures([counted(day)]) }));
}

function countsIn(ctx: Context, creatorId: string, spans: string) {
  return [
    streamedIn(ctx, creatorId, spans),
    followedIn(ctx, creatorId, spans),
    earnedIn(ctx, creatorId, spans),
    soldIn(ctx, creatorId, spans),
  ] as const;
}

function countedBy([streamed, followed, earned, sold]: Counts): (span: string) => Counted {
  const streamedBy = new Map(streamed.map((row) => [row.span, row]));
  const followedBy = new Map(followed.map(({ span, newFollowers }) => [span, newFollowers]));
  const earnedBy = Map.groupBy(earned, ({ span }) => span);
  const soldBy = Map.groupBy(sold, ({ span }) => span);
  return (span) => ({
    streamed: streamedBy.get(span),
    newFollowers: followedBy.get(span),
    earned: earnedBy.get(span),
    sold: soldBy.get(span),
  });
}

type InSpan<Row> = Row & { readonly span: string };

const spanOf = sql`span.value ->> 'key' AS span`;
/** For `aired` left-joined with `watched`. Until its end a stream has only its minutes. */
const uniqueViewers = sql`coalesce(watched.unique_viewers, 0)`;
const peakViewers = sql`max(aired.peak_viewers, coalesce(watched.peak_viewers, 0))`;
const watchSeconds = sql`coalesce(watched.watch_seconds, 0)`;
const messages = sql`coalesce(watched.messages, 0)`;
const streamedMs = (ctx: Context) => sql`coalesce(aired.ended_at, ${int(ctx.now())}) - aired.started_at`;

const total = (column: string) => sql.raw(`coalesce(sum(session.${column}), 0)`);

function streamedIn(ctx: Context, creatorId: string, spans: string) {
  return ctx.db.all<InSpan<StreamFigures>>(sql`
    SELECT ${spanOf}, count(*) AS streams, sum(${streamedMs(ctx)}) AS streamedMs, sum(${uniqueViewers}) AS uniqueViewers,
      max(${peakViewers}) AS peakViewers, sum(${watchSeconds}) AS watchSeconds, sum(${messages}) AS messages,
      ${total('users')} + ${total('guests')} AS known, ${total('followers')} AS followers,
      ${total('new_users')} AS newUsers, ${total('returning_users')} AS returningUsers,
      ${total('from_following')} AS fromFollowing, ${total('from_search')} AS fromSearch,
      ${total('from_recommended')} AS fromRecommended, ${total('from_link')} AS fromLink
    FROM json_each(${spans}) span
    CROSS JOIN ${streams} aired ON aired.creator_id = ${creatorId}
      AND aired.started_at >= span.value ->> 'startMs' AND aired.started_at < span.value ->> 'endMs'
    LEFT JOIN ${streamAnalytics} watched ON watched.stream_id = aired.id
    LEFT JOIN ${sessionAnalytics} session ON session.stream_id = aired.id
    GROUP BY span.key`);
}

/** Counted span by span: grouping would sort every follower. */
function followedIn(ctx: Context, creatorId: string, spans: string) {
  return ctx.db.all<InSpan<{ readonly newFollowers: number }>>(sql`
    SELECT ${spanOf}, (
      SELECT count(*) FROM ${follows} WHERE creator_id = ${creatorId}
        AND created_at >= span.value ->> 'startMs' AND created_at < span.value ->> 'endMs') AS newFollowers
    FROM json_each(${spans}) span`);
}

function earnedIn(ctx: Context, creatorId: string, spans: string) {
  return ctx.db.all<InSpan<{ readonly source: EarningSource; readonly diamonds: number }>>(sql`
    SELECT ${spanOf}, earned.source AS source, sum(earned.diamonds) AS diamonds
    FROM json_each(${spans}) span
    CROSS JOIN ${earningDays} earned ON earned.user_id = ${creatorId}
      AND earned.day BETWEEN span.value ->> 'firstDay' AND span.value ->> 'lastDay'
    GROUP BY span.key, earned.source`);
}

/** By days in UTC, as diamonds are. */
function soldIn(ctx: Context, creatorId: string, spans: string) {
  return ctx.db.all<InSpan<SoldIn>>(sql`
    SELECT ${spanOf}, sold.currency AS currency, sum(sold.orders) AS orders, sum(sold.amount_minor) AS amountMinor
    FROM json_each(${spans}) span
    CROSS JOIN ${salesDays} sold ON sold.seller_id = ${creatorId}
      AND sold.day BETWEEN span.value ->> 'firstDay' AND span.value ->> 'lastDay'
    GROUP BY span.key, sold.currency`);
}

interface TopStream
  extends Pick<StreamFigures, 'streamedMs' | 'uniqueViewers' | 'peakViewers' | 'watchSeconds' | 'messages'> {
  readonly id: string;
  readonly title: string;
  readonly startedAt: number;
  readonly endedAt: number | null;
  readonly diamonds: number;
}

function topStreams(ctx: Context, creatorId: string, report: Report) {
  const { startMs, endMs } = wholeOf(report);
  return ctx.db.all<TopStream>(sql`
    SELECT aired.id AS id, aired.title AS title, aired.started_at AS startedAt, aired.ended_at AS endedAt,
      ${streamedMs(ctx)} AS streamedMs, ${uniqueViewers} AS uniqueViewers, ${peakViewers} AS peakViewers,
      ${watchSeconds} AS watchSeconds, ${messages} AS messages,
      coalesce((SELECT diamonds FROM ${streamEarnings} WHERE stream_id = aired.id), 0) AS diamonds
    FROM ${streams} aired LEFT JOIN ${streamAnalytics} watched ON watched.stream_id = aired.id
    WHERE aired.creator_id = ${creatorId} AND aired.started_at >= ${startMs} AND aired.started_at < ${endMs}
    ORDER BY ${uniqueViewers} DESC, aired.id DESC LIMIT ${literal(TOP_STREAMS_MAX)}`);
}
