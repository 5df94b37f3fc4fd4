/** Leaving a room and its video, with the same effect as closing both. Leaving twice is a no-op. */
import type { Context } from '@/contracts/context';
import { commit } from '@/db/commit';
import { watchingIdentity } from '@/domains/live/channels/media-identity';
import { removal } from '@/domains/live/channels/video-denials';
import type { Viewer } from '@/shared/actor';
import { getDoor } from './door';

/** From any country: viewers to whom the host is no longer shown can still leave. Throws STREAM_NOT_FOUND. */
export async function leaveRoom(ctx: Context, roomId: string, viewer: Viewer): Promise<Record<string, never>> {
  const door = await getDoor(ctx, { id: roomId }, viewer && { ...viewer, regions: [] });
  const id = viewer?.kind === 'user' ? viewer.userId : viewer?.guestId;
  if (!viewer || id === undefined) return {};
  await ctx.rooms(roomId).leave({ kind: viewer.kind, id });
  if (door.status === 'live') {
    // The host stops watching, and goes on publishing.
    const identity = id === door.hostId ? watchingIdentity(id) : id;
    await commit(ctx, [], { events: [removal(ctx, door.videoRoom, identity)] });
  }
  return {};
}
