/** The figures of a room by which its stream is listed. */
import { sql } from 'drizzle-orm';
import type { RoomFigures } from '@/contracts/room';
import { int } from '@/db/sql';
import type { RoomDatabase } from '@/domains/live/rooms/figures';
import { streams } from './tables';

/** For the batch that stores the figures of a stream that is over. */
export function keepPeaks(ctx: RoomDatabase, streamId: string, { peakViewers, rankingPeak }: RoomFigures) {
  return ctx.db.run(sql`
    UPDATE ${streams} SET peak_viewers = max(peak_viewers, ${int(peakViewers)}), ranking_peak = ${int(rankingPeak)}
    WHERE id = ${streamId}`);
}
