/** What a room counted in all becomes its stream's, once at the end. */

import { sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { RoomFigures } from '@/contracts/room';
import { int } from '@/db/sql';
import { keepFigures } from '@/domains/live/rooms/figures';
import { streams } from './tables';

/** The first report stands: however often it is tried, the figures are written once. */
export async function recordAnalytics(
  ctx: Pick<Context, 'db' | 'now'>,
  streamId: string,
  figures: RoomFigures,
): Promise<void> {
  await ctx.db.batch([
    keepFigures(ctx, streamId, figures),
    ctx.db.run(sql`
      UPDATE ${streams} SET peak_viewers = max(peak_viewers, ${int(figures.peakViewers)}),
        ranking_peak = ${int(figures.rankingPeak)}
      WHERE id = ${streamId}`),
  ]);
}
