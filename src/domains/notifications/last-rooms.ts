/**
 * Where a user was let in last: a small row for each of as many rooms as they may have sockets, written as a pass opens
 * one (or, of a waiting room, is given out), and not at all for the room entered last. It is read only when there is
 * something to tell, so nobody asks every room who is in it. The database keeps no more than five.
 */
import { sql } from 'drizzle-orm';
import type { Context } from '@/context';

export async function rememberRoom(ctx: Context, userId: string, roomId: string): Promise<void> {
  await ctx.db.run(sql`
    INSERT INTO last_rooms (user_id, room_id, entered_at) VALUES (${userId}, ${roomId}, ${ctx.now()})
    ON CONFLICT DO UPDATE SET entered_at = excluded.entered_at
    WHERE entered_at < (SELECT max(entered_at) FROM last_rooms AS other WHERE other.user_id = excluded.user_id)`);
}
