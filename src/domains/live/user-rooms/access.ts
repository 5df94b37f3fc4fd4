/** Finds a user's room for someone who reads it or acts in it, and says what they are there. One wait. */
import { eq } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { FoundDoor } from '@/domains/live/rooms/admission';
import { mayStay } from '@/domains/live/rooms/admission';
import { findInUserRoom } from '@/domains/live/rooms/admit';
import type { RoomRelation } from '@/domains/live/rooms/relation';
import type { Actor, Viewer } from '@/shared/actor';
import { userRoomError } from './errors';
import { type RoomPeople, readPeople } from './people';
import { type UserRoomRow, userRooms } from './tables';

export interface Found {
  readonly room: UserRoomRow;
  readonly people: RoomPeople;
  readonly door: FoundDoor;
  /** Undefined for a guest. */
  readonly relation: RoomRelation | undefined;
}

/** Anyone may read an open room. A private one is there only for those who may enter it. Throws ROOM_NOT_FOUND. */
export async function getRoom(ctx: Context, viewer: Viewer, roomId: string): Promise<Found> {
  // NOTE: not a batch: D1 returns batch rows as objects, so columns with the same name collide.
  const [seen, room, people] = await Promise.all([
    findInUserRoom(ctx, roomId, viewer),
    ctx.db.select().from(userRooms).where(eq(userRooms.id, roomId)).get(),
    readPeople(ctx, [roomId]),
  ]);
  const found = people.get(roomId);
  if (!seen || !room || !found || !isReadable(seen)) throw userRoomError('ROOM_NOT_FOUND');
  return { ...seen, room, people: found };
}

/** The room of its host, who may act from any country. Throws ROOM_NOT_FOUND, HOST_ONLY. */
export async function getOwnRoom(ctx: Context, actor: Actor, roomId: string): Promise<Found> {
  const found = await getRoom(ctx, { ...actor, regions: [] }, roomId);
  if (found.room.hostId !== actor.userId) throw userRoomError('HOST_ONLY');
  return found;
}

function isReadable({ door, relation }: Pick<Found, 'door' | 'relation'>): boolean {
  return door.visibility === 'public' || mayStay(door, relation) === null;
}
