/** Leaves a room and its video, as if the user had closed both. Idempotent. */
import type { Context } from '@/contracts/context';
import { commit } from '@/db/commit';
import { watchingIdentity } from '@/domains/live/channels/media-identity';
import { removal } from '@/domains/live/channels/video-denials';
import type { Viewer } from '@/shared/actor';
import { getDoor } from './door';

/** Works from any country, since viewers who may no longer see the host can still leave. Throws STREAM_NOT_FOUND. */
export async function leaveRoom(ctx: Context, roomId: string, viewer: Viewer): Promise<Record<string, never>> {
  const door = await getDoor(ctx, { id: roomId }, viewer && { ...viewer, regions: [] });
  const id = viewer?.kind === 'user' ? viewer.userId : viewer?.guestId;
  if (!viewer || id === undefined) return {};
  await ctx.rooms(roomId).leave({ kind: viewer.kind, id });
  if (door.status === 'live') {
    // The host stops watching but continues to publish.
    const identity = id === door.hostId ? watchingIdentity(id) : id;
    await commit(ctx, [], { events: [removal(ctx, door.videoRoom, identity)] });
  }
  return {};
}
