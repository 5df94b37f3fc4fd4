/** Joins and leaves a user's room. Joining answers what `/stream/{id}/join` does, and what the caller is there. */
import type { z } from '@hono/zod-openapi';
import type { Context } from '@/contracts/context';
import { admitToUserRoom, findInUserRoom } from '@/domains/live/rooms/admit';
import { letIn } from '@/domains/live/rooms/join';
import { leaveDoor, mayLeave } from '@/domains/live/rooms/leave';
import { presentYou } from '@/domains/live/rooms/you';
import type { Actor } from '@/shared/actor';
import { userRoomError } from './errors';
import type { JoinedRoom } from './schemas';

/** Throws ROOM_NOT_FOUND, NOT_IN_YOUR_COUNTRY, BANNED, ROOM_CLOSED. @param address the caller's IP address */
export async function joinUserRoom(
  ctx: Context,
  actor: Actor,
  roomId: string,
  address?: string,
): Promise<z.input<typeof JoinedRoom>> {
  const admitted = await admitToUserRoom(ctx, roomId, actor);
  if (!admitted) throw userRoomError('ROOM_NOT_FOUND');
  const joined = await letIn(ctx, admitted, actor, { address });
  return { ...joined, you: presentYou(admitted) };
}

/** Idempotent, and possible from any country. Throws ROOM_NOT_FOUND. */
export async function leaveUserRoom(ctx: Context, actor: Actor, roomId: string): Promise<Record<string, never>> {
  const found = await findInUserRoom(ctx, roomId, { ...actor, regions: [] });
  if (!found || !(await mayLeave(ctx, found.door, actor))) throw userRoomError('ROOM_NOT_FOUND');
  await leaveDoor(ctx, found.door, actor);
  return {};
}
