/** A room's counts in D1: its viewers while it is live, and its final figures. */

import { eq, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import type { RoomFigures } from '@/contracts/room-figures';
import { int } from '@/db/sql';
import { streams } from '@/domains/live/streams/tables';
import { streamAnalytics, streamLive, userRoomLive } from './tables';

/** What reads and writes about a room need of a Context. The room's object has this much too. */
export type RoomDatabase = Pick<Context, 'db' | 'now'>;

/** For the batch in which the room goes live. */
export function openCount(ctx: RoomDatabase, roomId: string): Statement {
  return ctx.db.insert(streamLive).values({ streamId: roomId, viewerCount: 0, updatedAt: ctx.now() });
}

/** For the batch in which the room closes. */
export function closeCount(ctx: RoomDatabase, roomId: string): Statement {
  return ctx.db.delete(streamLive).where(eq(streamLive.streamId, roomId));
}

/** For the batch in which a user opens the room. */
export function openUserRoomCount(ctx: RoomDatabase, roomId: string): Statement {
  return ctx.db.insert(userRoomLive).values({ roomId, updatedAt: ctx.now() });
}

/** For the batch in which a user's room closes. */
export function closeUserRoomCount(ctx: Pick<Context, 'db'>, roomId: string): Statement {
  return ctx.db.delete(userRoomLive).where(eq(userRoomLive.roomId, roomId));
}

/** Ignores a report after the room closed. */
export async function recordUserRoomCount(ctx: RoomDatabase, roomId: string, count: number): Promise<void> {
  const crowd = count === 0 ? 0 : Math.floor(Math.log2(count)) + 1;
  await ctx.db
    .update(userRoomLive)
    .set({ viewerCount: count, crowd, updatedAt: ctx.now() })
    .where(eq(userRoomLive.roomId, roomId));
}

/** Ignores a report after the end. @param ranking the count by which lists sort */
export async function recordViewerCount(
  ctx: RoomDatabase,
  roomId: string,
  count: number,
  ranking = count,
): Promise<void> {
  await ctx.db.run(sql`
    INSERT INTO ${streamLive} (stream_id, viewer_count, ranking_count, updated_at)
    SELECT id, ${int(count)}, ${int(ranking)}, ${int(ctx.now())} FROM ${streams}
    WHERE id = ${roomId} AND status = 'live'
    ON CONFLICT (stream_id) DO UPDATE SET viewer_count = excluded.viewer_count,
      ranking_count = excluded.ranking_count, updated_at = excluded.updated_at`);
}

/** Keeps the first report of a room; later ones change nothing. */
export function keepFigures(ctx: RoomDatabase, roomId: string, figures: RoomFigures) {
  return ctx.db.run(sql`
    INSERT INTO ${streamAnalytics}
      (stream_id, unique_viewers, peak_viewers, ranking_peak, watch_seconds, rewarded_seconds, messages, reactions,
        viewer_curve, created_at)
    SELECT id, ${int(figures.uniqueViewers)}, ${int(figures.peakViewers)},
      ${int(figures.rankingPeak)}, ${int(figures.watchSeconds)},
      ${int(figures.rewardedSeconds)}, ${int(figures.messages)},
      ${JSON.stringify(figures.reactions)}, ${JSON.stringify(figures.viewerCurve)}, ${int(ctx.now())}
    FROM ${streams} WHERE id = ${roomId}
    ON CONFLICT (stream_id) DO NOTHING`);
}
