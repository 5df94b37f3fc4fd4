/** Stores a room's figures as its stream's, once after the end. */

import { sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { RoomFigures } from '@/contracts/room';
import { int } from '@/db/sql';
import { keepFigures } from '@/domains/live/rooms/figures';
import { streams } from './tables';

/** Keeps the first report, so repeats change nothing. */
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
