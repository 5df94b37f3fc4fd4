/**
 * Plans what staff and reports do with users' rooms, as a part of one batch. A hidden room counts as private at its door,
 * so everyone but its host leaves. A removed one also closes; it comes back as a closed room. Each plan is idempotent:
 * the room's object gets what D1 has then.
 */
import { type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import type { Plan } from '@/db/commit';
import { int } from '@/db/sql';
import { isRemovalAppealed } from '@/domains/base/decisions/on-target';
import { closing } from './close';
import { userRooms } from './tables';

export function hideRoom(ctx: Context, id: string): Plan {
  return plan(ctx, id, sql`hidden_at = ${int(ctx.now())}`, sql`hidden_at IS NULL`);
}

/** A removed room stays hidden. */
export function unhideRoom(ctx: Context, id: string): Plan {
  return plan(ctx, id, sql`hidden_at = NULL`, sql`hidden_at IS NOT NULL AND kept_until IS NULL`);
}

/** @param until ms */
export function keepRemovedRoom(ctx: Context, id: string, until: number): Plan {
  const change = sql`hidden_at = coalesce(hidden_at, ${int(ctx.now())}), kept_until = ${int(until)}`;
  const { statements, events } = plan(ctx, id, change, sql`kept_until IS NULL`);
  return { statements: [...statements, ...closing(ctx, id, 'staff').statements], events };
}

export function returnRoom(ctx: Context, id: string): Plan {
  return plan(ctx, id, sql`hidden_at = NULL, kept_until = NULL`, sql`kept_until IS NOT NULL`);
}

/** For a sweep: blanks rooms that can no longer come back. They stay hidden. */
export function clearKeptRooms(ctx: Context, now: number, limit: SQL): Statement {
  return ctx.db.run(sql`UPDATE ${userRooms} SET title = '', topic = NULL, kept_until = NULL,
      updated_at = max(updated_at + 1, ${int(now)})
    WHERE id IN (SELECT id FROM ${userRooms} WHERE kept_until IS NOT NULL AND kept_until <= ${now}
      AND NOT ${isRemovalAppealed('room', sql`user_rooms.id`)} ${limit})`);
}

function plan(ctx: Context, id: string, change: SQL, condition: SQL): Plan {
  const at = int(ctx.now());
  return {
    statements: [
      ctx.db.run(sql`UPDATE ${userRooms} SET ${change}, updated_at = max(updated_at + 1, ${at})
        WHERE id = ${id} AND ${condition}`),
    ],
    events: [{ kind: 'user-room-changed', roomId: id, judgesPeople: true }],
  };
}
