/**
 * The turns of those on a stage: from when to when each was there, the host included. Every batch that changes a stage
 * ends with these statements. They compare the open turns with the stage, so a turn that another batch missed is
 * recorded with the next one.
 */
import { type SQL, sql } from 'drizzle-orm';
import type { Statement } from '@/contracts/database';
import { int } from '@/db/sql';
import type { RoomDatabase } from '@/domains/live/rooms/figures';
import { roomSpeakers, stageTurns, userRooms } from './tables';

export function recordTurns({ db, now }: RoomDatabase, roomId: string): Statement[] {
  const at = int(now());
  const isOpenTurn = sql`room_id = ${roomId} AND ended_at IS NULL`;
  return [
    db.run(sql`
      UPDATE ${stageTurns} SET ended_at = max(started_at, ${at})
      WHERE ${isOpenTurn} AND user_id NOT IN (${onStage(roomId)})`),
    db.run(sql`
      INSERT INTO ${stageTurns} (room_id, user_id, started_at)
      SELECT ${roomId}, user_id, ${at} FROM (${onStage(roomId)})
      WHERE user_id NOT IN (SELECT user_id FROM ${stageTurns} WHERE ${isOpenTurn})
      ON CONFLICT (room_id, user_id, started_at) DO UPDATE SET ended_at = NULL`),
  ];
}

/** A SELECT of `user_id`. Nobody is on the stage of a closed room. */
function onStage(roomId: string): SQL {
  const isOpen = sql`id = ${roomId} AND status = 'open'`;
  return sql`
    SELECT host_id AS user_id FROM ${userRooms} WHERE ${isOpen}
    UNION SELECT user_id FROM ${roomSpeakers}
      WHERE room_id = ${roomId} AND EXISTS (SELECT 1 FROM ${userRooms} WHERE ${isOpen})`;
}
