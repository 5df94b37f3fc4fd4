/** Leaves a room and its video, as if the user had closed both. Idempotent. */
import type { Context } from '@/contracts/context';
import { commit } from '@/db/commit';
import { watchingIdentity } from '@/domains/live/channels/media-identity';
import { removal } from '@/domains/live/channels/video-denials';
import type { Viewer } from '@/shared/actor';
import type { FoundDoor } from './admission';
import { getDoor } from './door';

/** Works from any country, since viewers who may no longer see the host can still leave. Throws STREAM_NOT_FOUND. */
export async function leaveRoom(ctx: Context, roomId: string, viewer: Viewer): Promise<Record<string, never>> {
  await leaveDoor(ctx, await getDoor(ctx, { id: roomId }, viewer && { ...viewer, regions: [] }), viewer);
  return {};
}

export async function leaveDoor(ctx: Context, door: FoundDoor, viewer: Viewer): Promise<void> {
  const { roomId } = door;
  const id = viewer?.kind === 'user' ? viewer.userId : viewer?.guestId;
  if (!viewer || id === undefined) return;
  await ctx.rooms(roomId).leave({ kind: viewer.kind, id });
  if (door.status === 'live') {
    const isUserRoom = door.kind === 'user';
    // A stream's host stops watching but continues to publish.
    const identity = id === door.hostId && !isUserRoom ? watchingIdentity(id) : id;
    const out = removal(ctx, door.videoRoom, identity);
    await commit(ctx, [], { events: isUserRoom ? [out, { kind: 'user-room-left', roomId, userId: id }] : [out] });
  }
}
