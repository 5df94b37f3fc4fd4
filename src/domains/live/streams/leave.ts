/** Leaving a room and its video, as closing both does it; who is not there has left already. */
import type { Context } from '@/contracts/context';
import { commit } from '@/db/commit';
import { removal } from '@/domains/live/channels/video-denials';
import type { Viewer } from '@/shared/actor';
import { streamRoomOf } from './channel-state';
import { getStream } from './find';
import { watchingIdentity } from './media-identity';

/** From wherever one is: users who are no longer shown the stream can still go. Throws STREAM_NOT_FOUND. */
export async function leaveStream(ctx: Context, streamId: string, viewer: Viewer): Promise<Record<string, never>> {
  const { stream } = await getStream(ctx, { id: streamId }, viewer && { ...viewer, regions: [] });
  const id = viewer?.kind === 'user' ? viewer.userId : viewer?.guestId;
  if (!viewer || id === undefined) return {};
  await ctx.rooms(streamId).leave({ kind: viewer.kind, id });
  if (stream.status === 'live') {
    // The creator stops watching, and goes on publishing.
    const identity = id === stream.creatorId ? watchingIdentity(id) : id;
    await commit(ctx, [], { events: [removal(ctx, streamRoomOf(stream), identity)] });
  }
  return {};
}
