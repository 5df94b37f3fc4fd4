/** Which users wrote in a room or are named there. Rooms report them, and they are kept until the room is archived. */

import { sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { literal } from '@/db/sql';
import { users } from '@/domains/base/users/tables';
import { streams } from '@/domains/live/streams/tables';
import { userRooms } from '@/domains/live/user-rooms/tables';
import { roomTraces } from './tables';

const ROWS_A_STEP = 1_000;

type RoomDatabase = Pick<Context, 'db'>;

/** Returns which of them are deleted users; the room must erase those. Ignores unknown ids. */
export async function recordTraces(
  { db }: RoomDatabase,
  roomId: string,
  userIds: readonly string[],
): Promise<string[]> {
  if (userIds.length === 0) return [];
  const ids = sql`(SELECT value FROM json_each(${JSON.stringify(userIds)}))`;
  const [, gone] = await db.batch([
    db.run(sql`
      INSERT OR IGNORE INTO ${roomTraces} (user_id, room_id)
      SELECT users.id, room.id FROM ${users}
      JOIN (SELECT id FROM ${streams} WHERE id = ${roomId} UNION ALL SELECT id FROM ${userRooms} WHERE id = ${roomId}) room
      WHERE users.id IN ${ids} AND users.status <> 'deleted'`),
    db.select({ id: users.id }).from(users).where(sql`${users.id} IN ${ids} AND ${users.status} = 'deleted'`),
  ]);
  return gone.map(({ id }) => id);
}

/** Deletes the traces of all users, in steps. If interrupted, the next call continues. */
export async function dropTraces({ db }: RoomDatabase, roomId: string): Promise<void> {
  const limit = sql`LIMIT ${literal(ROWS_A_STEP)}`;
  const rows = sql`SELECT user_id, room_id FROM ${roomTraces} WHERE room_id = ${roomId} ${limit}`;
  for (let dropped = ROWS_A_STEP; dropped === ROWS_A_STEP; ) {
    const { meta } = await db.run(sql`DELETE FROM ${roomTraces} WHERE (user_id, room_id) IN (${rows})`);
    dropped = meta.changes;
  }
}
