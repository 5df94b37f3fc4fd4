/** The end of an account, or of its right to host: its rooms close, and its parts in other rooms are deleted. */
import { eq, or, type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { commitIfMet, requireThat } from '@/db/commit';
import { int, literal } from '@/db/sql';
import { closing } from './close';
import { isOpenUserRoom } from './is-open';
import { roomCoHosts, roomMembers, roomSpeakers, stageRequests, stageTurns, userRooms } from './tables';

const ROOMS_A_STEP = 10;

/** Closes some of the open rooms that the user hosts. Returns how many: 0 means none are left. */
export function closeHostedRooms(ctx: Context, userId: string): Promise<number> {
  return closeRooms(ctx, sql`host_id = ${userId}`);
}

/** The same, with those that the user opened and handed over. */
export async function closeRoomsOf(ctx: Context, userId: string): Promise<number> {
  return (await closeHostedRooms(ctx, userId)) + (await closeRooms(ctx, sql`creator_id = ${userId}`));
}

/** Repeat it until it changes no row. */
export function forgetUserRooms(ctx: Context, userId: string, limit: SQL): Statement[] {
  return [
    ctx.db.run(sql`
      UPDATE ${userRooms} SET title = '', topic = NULL, updated_at = max(updated_at + 1, ${int(ctx.now())})
      WHERE id IN (SELECT id FROM ${userRooms} WHERE titled_by = ${userId} AND title <> '' ${limit})`),
    ctx.db.delete(roomMembers).where(eq(roomMembers.userId, userId)),
    ctx.db.delete(roomCoHosts).where(eq(roomCoHosts.userId, userId)),
    ctx.db.delete(roomSpeakers).where(eq(roomSpeakers.userId, userId)),
    ctx.db.delete(stageRequests).where(or(eq(stageRequests.userId, userId), eq(stageRequests.byId, userId))),
    ctx.db.run(sql`
      DELETE FROM ${stageTurns} WHERE (room_id, user_id, started_at) IN (
        SELECT room_id, user_id, started_at FROM ${stageTurns} WHERE user_id = ${userId} ${limit})`),
  ];
}

async function closeRooms(ctx: Context, whose: SQL): Promise<number> {
  const rooms = await ctx.db.all<{ id: string }>(sql`
    SELECT id FROM ${userRooms} WHERE ${whose} AND status = 'open' LIMIT ${literal(ROOMS_A_STEP)}`);
  for (const { id } of rooms) {
    const { statements, events } = closing(ctx, id, 'account');
    await commitIfMet(ctx, [requireThat(ctx, isOpenUserRoom(id)), ...statements], { events });
  }
  return rooms.length;
}
