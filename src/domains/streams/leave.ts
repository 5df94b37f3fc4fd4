/** Leaving a room, as closing its socket does it; whoever is not there has left already. */
import type { Context } from '@/context';
import type { Viewer } from '@/shared/actor';
import { getStream } from './find';

/** From wherever one is: who is not shown the stream any more can still go. Throws STREAM_NOT_FOUND. */
export async function leaveStream(ctx: Context, streamId: string, viewer: Viewer): Promise<Record<string, never>> {
  await getStream(ctx, { id: streamId }, viewer && { ...viewer, regions: [] });
  if (viewer?.kind === 'user') await ctx.rooms(streamId).leave({ kind: 'user', id: viewer.userId });
  if (viewer?.kind === 'guest' && viewer.guestId !== undefined)
    await ctx.rooms(streamId).leave({ kind: 'guest', id: viewer.guestId });
  return {};
}
