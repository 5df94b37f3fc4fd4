/** Finds a track for a report on it. */
import { eq, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { users } from '@/domains/base/users/tables';
import { visibleTo } from '@/domains/base/visibility/streams';
import { streams } from '@/domains/live/streams/tables';
import type { Viewer } from '@/shared/actor';
import { isShownEntry } from './now-playing';
import { setList, type TrackRow, tracks } from './tables';

/**
 * Undefined unless it is the viewer's own, or plays or was played, not hidden, in a stream that they may see. A claim may
 * be joined by others, so a muted track is found. One that is removed or deleted is not.
 */
export async function findTrackToReport(ctx: Context, viewer: Viewer, id: string): Promise<TrackRow | undefined> {
  const isPlayed = sql`${setList.trackId} = ${id} AND ${isShownEntry} AND ${visibleTo(viewer)}`;
  const [[track], [played]] = await ctx.db.batch([
    ctx.db.select().from(tracks).where(eq(tracks.id, id)),
    ctx.db
      .select({ streamId: setList.streamId })
      .from(setList)
      .innerJoin(streams, eq(streams.id, setList.streamId))
      .innerJoin(users, eq(users.id, streams.creatorId))
      .where(isPlayed)
      .limit(1),
  ]);
  const isOwn = viewer?.kind === 'user' && viewer.userId === track?.djId;
  if (!track || track.keptUntil !== null || track.deletedAt !== null) return undefined;
  if (!isOwn && !played) return undefined;
  return track;
}
