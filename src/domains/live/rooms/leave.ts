/** Leaves a room and its video, as if the user had closed both. Idempotent. */
import type { Context } from '@/contracts/context';
import { commit } from '@/db/commit';
import { watchingIdentity } from '@/domains/live/channels/media-identity';
import { removal } from '@/domains/live/channels/video-denials';
import type { Viewer } from '@/shared/actor';
import { type FoundDoor, mayStay } from './admission';
import { getDoor } from './door';
import { roomError } from './errors';
import { findRoomRelation } from './relation';

/** Works from any country, since viewers who may no longer see the host can still leave. Throws STREAM_NOT_FOUND. */
export async function leaveRoom(ctx: Context, roomId: string, viewer: Viewer): Promise<Record<string, never>> {
  const door = await getDoor(ctx, { id: roomId }, viewer && { ...viewer, regions: [] });
  if (!(await mayLeave(ctx, door, viewer))) throw roomError('STREAM_NOT_FOUND');
  await leaveDoor(ctx, door, viewer);
  return {};
}

/** Someone who may not know of a private room can leave it only if they are in it, or on its stage. */
export async function mayLeave(ctx: Context, door: FoundDoor, viewer: Viewer): Promise<boolean> {
  if (door.visibility !== 'private') return true;
  if (viewer?.kind !== 'user') return false;
  const { userId } = viewer;
  const relation = await findRoomRelation(ctx, door, userId);
  if (mayStay(door, relation) === null || relation?.user.standing.speaker) return true;
  return (await ctx.rooms(door.roomId).presentAmong([userId])).length > 0;
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
    await commit(ctx, [], { events: isUserRoom ? [out, { kind: 'out-of-user-room', roomId, userId: id }] : [out] });
  }
}
