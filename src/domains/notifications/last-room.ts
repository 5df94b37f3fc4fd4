/**
 * Where a user was last let in: one small row a user, written as a pass opens a socket and not at all by who comes back
 * to the same room, and read only when there is something to tell. Nobody asks every room who is in it.
 */
import { sql } from 'drizzle-orm';
import type { Context } from '@/context';

export async function rememberRoom(ctx: Context, userId: string, roomId: string): Promise<void> {
  await ctx.db.run(sql`
    INSERT INTO last_rooms (user_id, room_id) VALUES (${userId}, ${roomId})
    ON CONFLICT (user_id) DO UPDATE SET room_id = excluded.room_id WHERE room_id <> excluded.room_id`);
}
