/** Finds a user's room for someone who reads it or acts in it, and says what they are there. One wait. */
import type { Context } from '@/contracts/context';
import { type FoundDoor, judgeAdmission, mayStay } from '@/domains/live/rooms/admission';
import { doorError, findInUserRoom } from '@/domains/live/rooms/admit';
import type { RoomRelation } from '@/domains/live/rooms/relation';
import type { Actor, Viewer } from '@/shared/actor';
import { userRoomError } from './errors';
import { findRoomWithPeople, type RoomWithPeople } from './people';

export interface Found extends RoomWithPeople {
  readonly door: FoundDoor;
  /** Undefined for a guest. */
  readonly relation: RoomRelation | undefined;
}

/** Anyone may read a public room. A private one is there only for those who may enter it. Throws ROOM_NOT_FOUND. */
export async function getRoom(ctx: Context, viewer: Viewer, roomId: string): Promise<Found> {
  const [seen, found] = await Promise.all([
    findInUserRoom(ctx, roomId, viewer),
    findRoomWithPeople(ctx, roomId, viewer),
  ]);
  if (!seen || !found || !isReadable(seen)) throw userRoomError('ROOM_NOT_FOUND');
  return { ...seen, ...found };
}

/** The room of its host, who may act from any country. Throws ROOM_NOT_FOUND, HOST_ONLY. */
export async function getOwnRoom(ctx: Context, actor: Actor, roomId: string): Promise<Found> {
  const found = await getRoom(ctx, { ...actor, regions: [] }, roomId);
  if (found.room.hostId !== actor.userId) throw userRoomError('HOST_ONLY');
  return found;
}

/** The same while it is open. Throws ROOM_CLOSED. */
export async function getOwnOpenRoom(ctx: Context, actor: Actor, roomId: string): Promise<Found> {
  const found = await getOwnRoom(ctx, actor, roomId);
  if (found.room.status === 'closed') throw doorError('ROOM_CLOSED', undefined);
  return found;
}

/** For someone who acts in the open room that they may be in. Throws ROOM_NOT_FOUND, BANNED, ROOM_CLOSED. */
export async function getRoomToAct(ctx: Context, actor: Actor, roomId: string): Promise<Found> {
  const found = await getRoom(ctx, actor, roomId);
  const refusal = judgeAdmission(found.door, found.relation);
  if (refusal === 'STREAM_NOT_FOUND') throw userRoomError('ROOM_NOT_FOUND');
  if (refusal) throw doorError(refusal, found.relation);
  return found;
}

/** For the host or a co-host, who run the stage together. Also throws STAGE_HOST_ONLY. */
export async function getRoomToRun(ctx: Context, actor: Actor, roomId: string): Promise<Found> {
  const found = await getRoomToAct(ctx, { ...actor, regions: [] }, roomId);
  if (!runsStage(found)) throw userRoomError('STAGE_HOST_ONLY');
  return found;
}

export function runsStage({ relation }: Pick<Found, 'relation'>): boolean {
  const { creator = false, moderator = false } = relation?.user.standing ?? {};
  return creator || (moderator && relation?.denied === null);
}

export function isOnStage({ room, people }: Pick<Found, 'room' | 'people'>, userId: string): boolean {
  return room.hostId === userId || people.speakers.some(({ id }) => id === userId);
}

/** Throws NOT_IN_ROOM unless the user is in the room now. */
export async function requirePresent(ctx: Context, roomId: string, userId: string): Promise<void> {
  const present = await ctx.rooms(roomId).presentAmong([userId]);
  if (!present.includes(userId)) throw userRoomError('NOT_IN_ROOM');
}

function isReadable({ door, relation }: Pick<Found, 'door' | 'relation'>): boolean {
  return door.visibility === 'public' || mayStay(door, relation) === null;
}
