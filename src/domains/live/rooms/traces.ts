/** Which users wrote in a room or are named there. Rooms report them, and they are kept until the room is archived. */

import { eq, type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { literal } from '@/db/sql';
import { users } from '@/domains/base/users/tables';
import { isOpen } from '@/domains/base/visibility/streams';
import { streams } from '@/domains/live/streams/tables';
import { userRooms } from '@/domains/live/user-rooms/tables';
import type { RoomDatabase } from './figures';
import { channelWriters, lastRooms, roomTraces } from './tables';

const ROWS_A_STEP = 1_000;
export const ROOMS_A_STEP = 50;

export interface Names {
  readonly username: string;
  readonly displayName: string;
}

/**
 * Returns which of them are deleted users; the room must erase those. Ignores unknown ids.
 * @param writerIds those whose messages were shown
 */
export async function recordTraces(
  { db }: RoomDatabase,
  roomId: string,
  userIds: readonly string[],
  writerIds: readonly string[],
): Promise<string[]> {
  if (userIds.length === 0) return [];
  const listed = (list: readonly string[]) => sql`(SELECT value FROM json_each(${JSON.stringify(list)}))`;
  const ids = listed(userIds);
  const [, , gone] = await db.batch([
    db.run(sql`
      INSERT OR IGNORE INTO ${roomTraces} (user_id, room_id)
      SELECT users.id, room.id FROM ${users}
      JOIN (SELECT id FROM ${streams} WHERE id = ${roomId} UNION ALL SELECT id FROM ${userRooms} WHERE id = ${roomId}) room
      WHERE users.id IN ${ids} AND users.status <> 'deleted'`),
    db.run(sql`
      INSERT OR IGNORE INTO ${channelWriters} (user_id, creator_id)
      SELECT users.id, streams.creator_id FROM ${users} JOIN ${streams} ON streams.id = ${roomId}
      WHERE users.id IN ${listed(writerIds)} AND users.status <> 'deleted'`),
    db.select({ id: users.id }).from(users).where(sql`${users.id} IN ${ids} AND ${users.status} = 'deleted'`),
  ]);
  return gone.map(({ id }) => id);
}

/** For the end of a writer's account. Repeat it until it changes no row. */
export function forgetWriting({ db }: Pick<Context, 'db'>, userId: string, limit: SQL): Statement {
  return db.run(sql`
    DELETE FROM ${channelWriters} WHERE (user_id, creator_id) IN (
      SELECT user_id, creator_id FROM ${channelWriters} WHERE user_id = ${userId} ${limit})`);
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

/**
 * A page of the rooms that have the user's texts or name, after this one. Rooms that they entered last, and their own
 * open ones, are among them, since those may not have reported them yet.
 */
export async function listTracedRooms({ db }: RoomDatabase, userId: string, after: string): Promise<string[]> {
  const rows = await db.all<{ roomId: string }>(sql`
    SELECT room_id AS roomId FROM ${roomTraces} WHERE user_id = ${userId} AND room_id > ${after}
    UNION SELECT room_id FROM ${lastRooms} WHERE user_id = ${userId} AND kind <> 'support' AND room_id > ${after}
    UNION SELECT id FROM ${streams} WHERE creator_id = ${userId} AND ${isOpen()} AND id > ${after}
    UNION SELECT id FROM ${userRooms} WHERE host_id = ${userId} AND status = 'open' AND id > ${after}
    ORDER BY roomId LIMIT ${literal(ROOMS_A_STEP)}`);
  return rows.map(({ roomId }) => roomId);
}

/** The names that everyone sees. Undefined if the user does not exist. */
export async function findNames({ db }: RoomDatabase, userId: string): Promise<Names | undefined> {
  return db
    .select({ username: users.username, displayName: users.displayName })
    .from(users)
    .where(eq(users.id, userId))
    .get();
}
