/**
 * What a room's object decides about its people, since it knows who is there: someone who is gone leaves the stage, another
 * host takes over, and an empty room closes. Each batch requires that D1 is still as it was read.
 */
import { sql } from 'drizzle-orm';
import { type Plan, requireThat } from '@/db/commit';
import type { RoomDatabase } from '@/domains/live/rooms/figures';
import { closing } from './close';
import { handingOver } from './hand-over';
import { isOpenUserRoom } from './is-open';
import { leavingStage } from './leave-stage';
import { dropRequestsOf } from './requests';
import { roomCoHosts, roomSpeakers, stageRequests, userRooms } from './tables';
import { isSpeaker, isWelcome } from './take-stage';

/** Someone with a part in the room. */
export interface Part {
  readonly userId: string;
  readonly role: 'host' | 'coHost' | 'speaker' | 'waiting';
  /** When (ms) they got it. */
  readonly since: number;
  /** 1 for a co-host or speaker who may take the room over. */
  readonly mayHost: number;
}

/** In the order of time. Nobody, if the room is closed. */
export function readParts({ db }: RoomDatabase, roomId: string): Promise<Part[]> {
  const room = sql`${userRooms} room`;
  const isOpen = sql`room.id = ${roomId} AND room.status = 'open'`;
  const mayHost = isWelcome(roomId, sql`part.user_id`);
  return db.all<Part>(sql`
    SELECT room.host_id AS userId, 'host' AS role, room.created_at AS since, 0 AS mayHost FROM ${room} WHERE ${isOpen}
    UNION ALL SELECT part.user_id, 'coHost', part.created_at, ${mayHost} FROM ${room}
      JOIN ${roomCoHosts} part ON part.room_id = room.id WHERE ${isOpen}
    UNION ALL SELECT part.user_id, 'speaker', part.since, ${mayHost} FROM ${room}
      JOIN ${roomSpeakers} part ON part.room_id = room.id WHERE ${isOpen}
    UNION ALL SELECT part.user_id, 'waiting', part.created_at, 0 FROM ${room}
      JOIN ${stageRequests} part ON part.room_id = room.id WHERE ${isOpen}
    ORDER BY 3, 1`);
}

export function departing(ctx: RoomDatabase, roomId: string, userId: string): Plan {
  const isThere = sql`EXISTS (SELECT 1 FROM ${roomSpeakers} WHERE ${isSpeaker(roomId, userId)})`;
  const { statements, events } = leavingStage(ctx, { roomId, userId });
  return { statements: [requireThat(ctx, isThere), ...statements], events };
}

/** @param from the host who is gone: if the room has another host meanwhile, nothing happens */
export function succeeding(ctx: RoomDatabase, roomId: string, from: string, to: string): Plan {
  const { condition, statements, events } = handingOver(ctx, { roomId, from, to, isHere: false });
  return { statements: [requireThat(ctx, condition), ...statements], events };
}

export function closingEmpty(ctx: RoomDatabase, roomId: string): Plan {
  const { statements, events } = closing(ctx, roomId, 'empty');
  return { statements: [requireThat(ctx, isOpenUserRoom(roomId)), ...statements], events };
}

/** Raised hands and invitations of users who are gone. Returns whose hands they were. */
export async function withdrawHands(
  { db }: RoomDatabase,
  roomId: string,
  userIds: readonly string[],
): Promise<string[]> {
  const [dropped] = await db.batch([dropRequestsOf({ db }, roomId, userIds)]);
  return dropped.filter(({ kind }) => kind === 'hand').map(({ userId }) => userId);
}
