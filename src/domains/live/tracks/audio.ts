/**
 * The sound of a ready track: for its DJ, and for others while it plays in a live stream into which they are admitted.
 * Before it is ready, and while a claim stands, for nobody.
 */
import { eq } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { serveFile } from '@/domains/base/media/respond';
import { admit } from '@/domains/live/rooms/admit';
import type { Viewer } from '@/shared/actor';
import { opensAudio } from './audio-url';
import { mutedError, trackError } from './errors';
import { isHidden, playingQuery } from './now-playing';
import { tracks } from './tables';

/** A player asks for the next part within minutes, and the right to it may end meanwhile. */
const ACCESS = { cacheControl: 'private, max-age=60', blanks: [] };

/**
 * Throws TRACK_NOT_FOUND, TRACK_NOT_READY, TRACK_REJECTED, TRACK_MUTED, TRACK_REMOVED, the refusals of the stream's
 * door, and those of files.
 * @param token from the DJ's `fileUrl`
 */
export async function serveAudio(
  ctx: Context,
  viewer: Viewer,
  id: string,
  token: string | undefined,
  request: Request,
): Promise<Response> {
  const [[track], [playing]] = await ctx.db.batch([
    ctx.db.select().from(tracks).where(eq(tracks.id, id)),
    playingQuery(ctx, id),
  ]);
  if (!track || track.deletedAt !== null) throw trackError('TRACK_NOT_FOUND');
  const { djId, key, status, contentType } = track;
  const isOwn = (viewer?.kind === 'user' && viewer.userId === djId) || (await opensAudio(ctx, id, token));
  if (!isOwn) {
    if (!playing || isHidden(playing)) throw trackError('TRACK_NOT_FOUND');
    await admit(ctx, { id: playing.streamId }, viewer);
  }
  const muted = mutedError(track);
  if (muted) throw muted;
  if (status === 'rejected' || key === null) throw trackError('TRACK_REJECTED');
  if (status !== 'ready') throw trackError('TRACK_NOT_READY');
  return serveFile(ctx, request, key, { ...ACCESS, contentType });
}
