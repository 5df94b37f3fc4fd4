/** Finds a track for its DJ. A track of somebody else does not exist for them. */
import { and, eq } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Actor } from '@/shared/actor';
import { trackError } from './errors';
import { type TrackRow, tracks } from './tables';

/** Throws TRACK_NOT_FOUND. */
export async function getOwnTrack(ctx: Context, actor: Actor, id: string): Promise<TrackRow> {
  const track = await ctx.db
    .select()
    .from(tracks)
    .where(and(eq(tracks.id, id), eq(tracks.djId, actor.userId)))
    .get();
  if (!track) throw trackError('TRACK_NOT_FOUND');
  return track;
}
