/** Closes users' rooms for good. Everyone leaves, and the voice ends. */
import { eq, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { commitIfMet, type Plan, requireThat } from '@/db/commit';
import { int } from '@/db/sql';
import { closeUserRoomCount, type RoomDatabase } from '@/domains/live/rooms/figures';
import type { Actor } from '@/shared/actor';
import { getRoom } from './access';
import { userRoomError } from './errors';
import { isOpenUserRoom } from './is-open';
import { findRoomWithPeople } from './people';
import { type PresentedRoom, presentRoom } from './present';
import { type CLOSE_REASONS, roomSpeakers, stageRequests, userRooms } from './tables';
import { recordTurns } from './turns';

export type CloseReason = (typeof CLOSE_REASONS)[number];

/**
 * For the host, and for the creator of a room that has another host: it still counts among the creator's open rooms, even
 * if the host has blocked or banned them. Idempotent. Throws ROOM_NOT_FOUND, HOST_ONLY, and ROOM_CHANGED if another host
 * took over just now.
 */
export async function closeRoom(ctx: Context, actor: Actor, roomId: string): Promise<PresentedRoom> {
  const room = await ctx.db.select().from(userRooms).where(eq(userRooms.id, roomId)).get();
  if (room?.hostId !== actor.userId && room?.creatorId !== actor.userId) {
    await getRoom(ctx, { ...actor, regions: [] }, roomId);
    throw userRoomError('HOST_ONLY');
  }
  const mayClose = isOpenUserRoom(roomId, sql`${actor.userId} IN (host_id, creator_id)`);
  const { statements, events } = closing(ctx, roomId, 'host');
  await commitIfMet(ctx, [requireThat(ctx, mayClose), ...statements], { events });
  const closed = await findRoomWithPeople(ctx, roomId, actor);
  if (!closed) throw userRoomError('ROOM_NOT_FOUND');
  if (closed.room.status === 'open') throw userRoomError('ROOM_CHANGED');
  return presentRoom(closed.room, closed.people, 0);
}

/** For a batch whose first statement requires that the room is open. */
export function closing(ctx: RoomDatabase, roomId: string, reason: CloseReason): Plan {
  const { db, now } = ctx;
  const at = int(now());
  const statements = [
    db.run(sql`
      UPDATE ${userRooms} SET status = 'closed', close_reason = ${reason}, closed_at = max(created_at, ${at}),
        updated_at = max(updated_at + 1, ${at})
      WHERE id = ${roomId} AND status = 'open'`),
    closeUserRoomCount(ctx, roomId),
    db.delete(roomSpeakers).where(eq(roomSpeakers.roomId, roomId)),
    db.delete(stageRequests).where(eq(stageRequests.roomId, roomId)),
    ...recordTurns(ctx, roomId),
  ];
  return { statements, events: [{ kind: 'user-room-changed', roomId }] };
}
