import { type SQL, sql } from 'drizzle-orm';
import { userRooms } from './tables';

/** @param more about the row of `user_rooms` */
export function isOpenUserRoom(id: string, more: SQL = sql`1`): SQL<number> {
  return sql<number>`EXISTS (SELECT 1 FROM ${userRooms} WHERE id = ${id} AND status = 'open' AND ${more})`;
}
