/** The end of an account: deletes its watched categories and last rooms, and makes rooms erase its texts. */
import { and, eq, inArray, type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import type { OutboxEvent } from '@/contracts/messages';
import { commit } from '@/db/commit';
import { lastRooms, roomBans, roomTraces, streamPolls, watchedCategories } from './tables';

const ROOMS_A_STEP = 50;

export function forgetWatched(ctx: Context, userId: string): Statement {
  return ctx.db.delete(watchedCategories).where(eq(watchedCategories.userId, userId));
}

export function forgetLastRooms(ctx: Context, userId: string): Statement {
  return ctx.db.delete(lastRooms).where(eq(lastRooms.userId, userId));
}

/** Bans of the user from rooms that users opened. Those that they set stay with the rooms. */
export function forgetRoomBans(ctx: Context, userId: string, limit: SQL): Statement[] {
  return [
    ctx.db.run(sql`
      DELETE FROM ${roomBans} WHERE (room_id, user_id) IN (
        SELECT room_id, user_id FROM ${roomBans} WHERE user_id = ${userId} ${limit})`),
  ];
}

/** Polls that the user started, with their texts. Repeat it until it changes no row. */
export function forgetPolls(ctx: Context, userId: string, limit: SQL): Statement {
  return ctx.db.run(sql`
    DELETE FROM ${streamPolls} WHERE id IN (SELECT id FROM ${streamPolls} WHERE created_by = ${userId} ${limit})`);
}

/** Handles some of the rooms with the user's text or name. Returns how many there were: 0 means it is done. */
export async function forgetInRooms(ctx: Context, userId: string): Promise<number> {
  const rows = await ctx.db
    .select({ roomId: roomTraces.roomId })
    .from(roomTraces)
    .where(eq(roomTraces.userId, userId))
    .limit(ROOMS_A_STEP);
  if (rows.length === 0) return 0;
  const ids = rows.map(({ roomId }) => roomId);
  await commit(
    ctx,
    [ctx.db.delete(roomTraces).where(and(eq(roomTraces.userId, userId), inArray(roomTraces.roomId, ids)))],
    { events: ids.map((roomId): OutboxEvent => ({ kind: 'room', roomId, command: { type: 'forget-user', userId } })) },
  );
  return ids.length;
}
