/**
 * A creator's figures by day, from what streams, follows and earnings record. Four statements in one batch, whatever the
 * range. Each finds its rows by an index.
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
import { type Counted, presentFigures, type StreamFigures, toMinutes } from './figures';
import type { CreatorAnalytics, CreatorAnalyticsQuery } from './schemas';
import { PREVIOUS, type Report, readReport, wholeOf } from './spans';

const TOP_STREAMS_MAX = 10;

type Answer = z.input<typeof CreatorAnalytics>;

/** Throws VALIDATION_FAILED. */
export async function readCreatorAnalytics(
  ctx: Context,
  creatorId: string,
  query: z.output<typeof CreatorAnalyticsQuery>,
): Promise<Answer> {
  const report = readReport(ctx.now(), query);
  const spans = JSON.stringify([report.previous, ...report.days]);
  const [streamed, followed, earned, top] = await ctx.db.batch([
    streamedIn(ctx, creatorId, spans),
    followedIn(ctx, creatorId, spans),
    earnedIn(ctx, creatorId, spans),
    topStreams(ctx, creatorId, report),
  ]);
  const streamedBy = new Map(streamed.map((row) => [row.span, row]));
  const followedBy = new Map(followed.map(({ span, newFollowers }) => [span, newFollowers]));
  const earnedBy = Map.groupBy(earned, ({ span }) => span);
  const counted = (span: string): Counted => ({
    streamed: streamedBy.get(span),
    newFollowers: followedBy.get(span),
    earned: earnedBy.get(span),
  });
  const names = report.days.map(({ key }) => key);
  return {
    ...{ from: report.from, to: report.to, tz: query.tz },
    totals: presentFigures(names.map(counted)),
    previous: presentFigures([counted(PREVIOUS)]),
    byDay: names.map((day) => ({ day, ...presentFigures([counted(day)]) })),
    topStreams: top.map(({ startedAt, endedAt, streamedMs, ...stream }) => ({
      ...stream,
      startTime: toIso(startedAt),
      endTime: toIsoOrNull(endedAt),
      minutesStreamed: toMinutes(streamedMs),
    })),
  };
}

type InSpan<Row> = Row & { readonly span: string };

const spanOf = sql`span.value ->> 'key' AS span`;
/** For `aired` left-joined with `watched`. Until its end a stream has only its minutes. */
const uniqueViewers = sql`coalesce(watched.unique_viewers, 0)`;
const peakViewers = sql`max(aired.peak_viewers, coalesce(watched.peak_viewers, 0))`;
const watchSeconds = sql`coalesce(watched.watch_seconds, 0)`;
const messages = sql`coalesce(watched.messages, 0)`;
const streamedMs = (ctx: Context) => sql`coalesce(aired.ended_at, ${int(ctx.now())}) - aired.started_at`;

function streamedIn(ctx: Context, creatorId: string, spans: string) {
  return ctx.db.all<InSpan<StreamFigures>>(sql`
    SELECT ${spanOf}, count(*) AS streams, sum(${streamedMs(ctx)}) AS streamedMs, sum(${uniqueViewers}) AS uniqueViewers,
      max(${peakViewers}) AS peakViewers, sum(${watchSeconds}) AS watchSeconds, sum(${messages}) AS messages
    FROM json_each(${spans}) span
    CROSS JOIN ${streams} aired ON aired.creator_id = ${creatorId}
      AND aired.started_at >= span.value ->> 'startMs' AND aired.started_at < span.value ->> 'endMs'
    LEFT JOIN ${streamAnalytics} watched ON watched.stream_id = aired.id
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

interface TopStream extends Omit<StreamFigures, 'streams'> {
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
