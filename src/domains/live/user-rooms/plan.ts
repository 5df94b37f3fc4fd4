/** What the batches of users' rooms are made of. */
import { type SQL, sql } from 'drizzle-orm';
import type { Statement } from '@/contracts/database';
import type { OutboxEvent } from '@/contracts/messages';
import { userRooms } from './tables';

/** A part of one batch, and the events that follow it. */
export interface Plan {
  readonly statements: Statement[];
  readonly events: OutboxEvent[];
}

/** @param more about the row of `user_rooms` */
export function isOpenUserRoom(id: string, more: SQL = sql`1`): SQL<number> {
  return sql<number>`EXISTS (SELECT 1 FROM ${userRooms} WHERE id = ${id} AND status = 'open' AND ${more})`;
}
