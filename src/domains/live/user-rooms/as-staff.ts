/** What staff do with any user's room. The caller checks their right, and adds the log. */
import { eq, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { type Plan, requireThat } from '@/db/commit';
import { int } from '@/db/sql';
import { userRoomLive } from '@/domains/live/rooms/tables';
import { closing } from './close';
import { isOpenUserRoom } from './is-open';
import { readPeople } from './people';
import { type PresentedRoom, presentRoom } from './present';
import { type UserRoomRow, userRooms } from './tables';

export interface AnyRoom {
  readonly room: UserRoomRow;
  readonly presented: PresentedRoom;
}

/** Any room: also a private or hidden one, and one whose host is banned. Undefined if there is none. */
export async function findAnyRoom(ctx: Context, id: string): Promise<AnyRoom | undefined> {
  // NOTE: not a batch: D1 returns batch rows as objects, so columns with the same name collide.
  const [row, people] = await Promise.all([
    ctx.db
      .select({ room: userRooms, viewerCount: sql<number>`coalesce(${userRoomLive.viewerCount}, 0)` })
      .from(userRooms)
      .leftJoin(userRoomLive, eq(userRoomLive.roomId, userRooms.id))
      .where(eq(userRooms.id, id))
      .get(),
    readPeople(ctx, [id]),
  ]);
  const found = people.get(id);
  return row && found && { room: row.room, presented: presentRoom(row.room, found, row.viewerCount) };
}

/**
 * The batch aborts with DEMAND_NOT_MET if the room changed since it was read. `titledBy` stays: the author of a title
 * that staff correct still answers for it.
 */
export function planDetails(
  ctx: Context,
  room: UserRoomRow,
  details: Partial<Pick<UserRoomRow, 'title' | 'topic' | 'isPrivate'>>,
): Plan {
  const updatedAt = sql`max(${userRooms.updatedAt} + 1, ${int(ctx.now())})`;
  const becomesPrivate = details.isPrivate === true && !room.isPrivate;
  return {
    statements: [
      requireThat(ctx, isOpenUserRoom(room.id, sql`updated_at = ${int(room.updatedAt)}`)),
      ctx.db
        .update(userRooms)
        .set({ ...details, updatedAt })
        .where(eq(userRooms.id, room.id)),
    ],
    events: [{ kind: 'user-room-changed', roomId: room.id, ...(becomesPrivate ? { judgesPeople: true } : {}) }],
  };
}

/** The batch aborts with DEMAND_NOT_MET if the room is closed. */
export function planClosing(ctx: Context, { id }: UserRoomRow): Plan {
  const { statements, events } = closing(ctx, id, 'staff');
  return { statements: [requireThat(ctx, isOpenUserRoom(id)), ...statements], events };
}
