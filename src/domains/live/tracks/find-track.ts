/** Finds a track for its DJ. A track of somebody else does not exist for them. */
import { and, eq, isNull, type SQL } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Actor } from '@/shared/actor';
import { trackError } from './errors';
import { type TrackRow, tracks } from './tables';

/** Throws TRACK_NOT_FOUND. */
export async function getOwnTrack(ctx: Context, actor: Actor, id: string): Promise<TrackRow> {
  const track = await ctx.db
    .select()
    .from(tracks)
    .where(and(eq(tracks.id, id), isOwnTrack(actor.userId)))
    .get();
  if (!track) throw trackError('TRACK_NOT_FOUND');
  return track;
}

/** A muted track that its DJ deleted is no longer theirs to see. */
export function isOwnTrack(djId: string): SQL | undefined {
  return and(eq(tracks.djId, djId), isNull(tracks.deletedAt));
}
