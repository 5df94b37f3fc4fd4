/**
 * What a room's object decides about its people, since it knows who is there: someone who is gone leaves the stage, another
 * host takes over, and an empty room closes. Each batch requires that D1 is still as it was read.
 */
import { sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import type { OutboxEvent } from '@/contracts/messages';
import { requireThat } from '@/db/commit';
import { users } from '@/domains/base/users/tables';
import { isActive, isBlockBetween } from '@/domains/base/visibility/people';
import { roomBans } from '@/domains/live/rooms/tables';
import { closing } from './close';
import { handingOver } from './hand-over';
import { leavingStage } from './leave-stage';
import { dropRequestsOf } from './requests';
import { roomCoHosts, roomSpeakers, stageRequests, userRooms } from './tables';

type RoomDatabase = Pick<Context, 'db' | 'now'>;

export interface Batch {
  readonly statements: readonly Statement[];
  readonly events: readonly OutboxEvent[];
}

/** Someone with a part in the room, in the order in which they would take it over. */
export interface Part {
  readonly userId: string;
  readonly role: 'host' | 'coHost' | 'speaker' | 'waiting';
  /** When (ms) they got it. */
  readonly since: number;
}

/** Nobody, if the room is closed. Co-hosts who may not be in the room now are left out. */
export function readParts({ db }: RoomDatabase, roomId: string): Promise<Part[]> {
  const room = sql`${userRooms} room`;
  const isHere = sql`room.id = ${roomId} AND room.status = 'open'`;
  return db.all<Part>(sql`
    SELECT room.host_id AS userId, 'host' AS role, room.created_at AS since FROM ${room} WHERE ${isHere}
    UNION ALL SELECT part.user_id, 'coHost', part.created_at FROM ${room}
      JOIN ${roomCoHosts} part ON part.room_id = room.id
      JOIN ${users} ON users.id = part.user_id AND ${isActive()}
      WHERE ${isHere} AND NOT ${isBlockBetween(sql`part.user_id`, sql`room.host_id`)}
        AND NOT EXISTS (SELECT 1 FROM ${roomBans} WHERE room_id = room.id AND user_id = part.user_id)
    UNION ALL SELECT part.user_id, 'speaker', part.since FROM ${room}
      JOIN ${roomSpeakers} part ON part.room_id = room.id WHERE ${isHere}
    UNION ALL SELECT part.user_id, 'waiting', part.created_at FROM ${room}
      JOIN ${stageRequests} part ON part.room_id = room.id WHERE ${isHere}
    ORDER BY 3, 1`);
}

export function departing(ctx: RoomDatabase, roomId: string, userId: string): Batch {
  const isThere = sql`EXISTS (SELECT 1 FROM ${roomSpeakers} WHERE room_id = ${roomId} AND user_id = ${userId})`;
  const { statements, events } = leavingStage(ctx, { roomId, userId });
  return { statements: [requireThat(ctx, isThere), ...statements], events };
}

export function withdrawing(ctx: RoomDatabase, roomId: string, userIds: readonly string[]): Batch {
  return { statements: [dropRequestsOf(ctx, roomId, userIds)], events: [] };
}

/** @param from the host who is gone: if the room has another one by then, nothing happens */
export function succeeding(ctx: RoomDatabase, roomId: string, from: string, to: string): Batch {
  const { condition, statements, events } = handingOver(ctx, { roomId, from, to, isHere: false });
  return { statements: [requireThat(ctx, condition), ...statements], events };
}

export function closingEmpty(ctx: RoomDatabase, roomId: string): Batch {
  const isOpen = sql`EXISTS (SELECT 1 FROM ${userRooms} WHERE id = ${roomId} AND status = 'open')`;
  const { statements, events } = closing(ctx, roomId, 'empty');
  return { statements: [requireThat(ctx, isOpen), ...statements], events };
}
