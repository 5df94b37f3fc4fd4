/** The people that a private room of a user lets in. A hidden room lets in its host alone. */
import { type SQL, type SQLWrapper, sql } from 'drizzle-orm';
import { roomCoHosts, roomMembers } from '@/domains/live/user-rooms/tables';

/** 1 if the room lets this user in, besides its host. For a query that has `user_rooms`. */
export function isLetIn(userId: SQLWrapper | string): SQL<number> {
  const isIn = (table: SQLWrapper) =>
    sql`EXISTS (SELECT 1 FROM ${table} role WHERE role.room_id = user_rooms.id AND role.user_id = ${userId})`;
  return sql<number>`(user_rooms.hidden_at IS NULL
    AND (user_rooms.creator_id = ${userId} OR ${isIn(roomMembers)} OR ${isIn(roomCoHosts)}))`;
}
