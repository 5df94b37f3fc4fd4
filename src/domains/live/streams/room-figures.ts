/** What a room reports of its stream: a count while it is live, the whole of it once at the end. */
import { sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { RoomFigures } from '@/contracts/room';
import { int } from '@/db/sql';
import { streamAnalytics, streamLive, streams } from './tables';

/** A report that comes after the end changes nothing. @param ranking what lists sort by */
export async function recordViewerCount(
  ctx: Pick<Context, 'db' | 'now'>,
  streamId: string,
  count: number,
  ranking = count,
): Promise<void> {
  await ctx.db.run(sql`
    INSERT INTO ${streamLive} (stream_id, viewer_count, ranking_count, updated_at)
    SELECT id, ${int(count)}, ${int(ranking)}, ${int(ctx.now())} FROM ${streams}
    WHERE id = ${streamId} AND status = 'live'
    ON CONFLICT (stream_id) DO UPDATE SET viewer_count = excluded.viewer_count,
      ranking_count = excluded.ranking_count, updated_at = excluded.updated_at`);
}

/** The first report stands: however often it is tried, the figures are written once. */
export async function recordAnalytics(
  ctx: Pick<Context, 'db' | 'now'>,
  streamId: string,
  figures: RoomFigures,
): Promise<void> {
  await ctx.db.batch([
    ctx.db.run(sql`
      INSERT INTO ${streamAnalytics}
        (stream_id, unique_viewers, peak_viewers, ranking_peak, watch_seconds, rewarded_seconds, messages, reactions,
          viewer_curve, created_at)
      SELECT id, ${int(figures.uniqueViewers)}, ${int(figures.peakViewers)},
        ${int(figures.rankingPeak)}, ${int(figures.watchSeconds)},
        ${int(figures.rewardedSeconds)}, ${int(figures.messages)},
        ${JSON.stringify(figures.reactions)}, ${JSON.stringify(figures.viewerCurve)}, ${int(ctx.now())}
      FROM ${streams} WHERE id = ${streamId}
      ON CONFLICT (stream_id) DO NOTHING`),
    ctx.db.run(sql`
      UPDATE ${streams} SET peak_viewers = max(peak_viewers, ${int(figures.peakViewers)}),
        ranking_peak = ${int(figures.rankingPeak)}
      WHERE id = ${streamId}`),
  ]);
}
