/** Which rooms have words or the name of which users: as the rooms tell it, from their first words until the room goes. */
import { sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { literal } from '@/db/sql';
import { users } from '@/domains/base/users/tables';
import { roomTraces } from './tables';

const ROWS_A_STEP = 1_000;

type Database = Pick<Context, 'db'>;

/** Answers who of them is gone: of those the room is to forget what it has. Who is not known here is passed over. */
export async function recordTraces({ db }: Database, roomId: string, userIds: readonly string[]): Promise<string[]> {
  if (userIds.length === 0) return [];
  const ids = sql`(SELECT value FROM json_each(${JSON.stringify(userIds)}))`;
  const [, gone] = await db.batch([
    db.run(sql`
      INSERT OR IGNORE INTO ${roomTraces} (user_id, room_id)
      SELECT users.id, streams.id FROM ${users} JOIN streams ON streams.id = ${roomId}
      WHERE users.id IN ${ids} AND users.status <> 'deleted'`),
    db.select({ id: users.id }).from(users).where(sql`${users.id} IN ${ids} AND ${users.status} = 'deleted'`),
  ]);
  return gone.map(({ id }) => id);
}

/** Of all users, some rows at a time; broken off, it goes on from what is left. */
export async function dropTraces({ db }: Database, roomId: string): Promise<void> {
  const limit = sql`LIMIT ${literal(ROWS_A_STEP)}`;
  const rows = sql`SELECT user_id, room_id FROM ${roomTraces} WHERE room_id = ${roomId} ${limit}`;
  for (let dropped = ROWS_A_STEP; dropped === ROWS_A_STEP; ) {
    const { meta } = await db.run(sql`DELETE FROM ${roomTraces} WHERE (user_id, room_id) IN (${rows})`);
    dropped = meta.changes;
  }
}
