/**
 * The rooms that a user entered last, one small row each. Issuing a pass writes the row, except for the room entered
 * last. The database keeps five rooms of streams and users, and twenty support rooms: as many as a user may have
 * sockets in. A room that drops out removes the user, so these rows lead to all of a user's sockets.
 */
import { type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { OutboxEvent } from '@/contracts/messages';
import { planIfFound } from '@/db/outbox';
import { sessionIsActive } from '@/domains/base/users/session-active';
import { isOpenRoom } from '@/domains/base/visibility/streams';
import { supportThreads } from '@/domains/operations/support-chat/tables';
import { newId } from '@/shared/ids';
import type { RememberedKind } from './tables';

/** Must equal what the triggers `last_rooms_newest_…` keep of each kind. */
const ROOMS_MAX: Readonly<Record<RememberedKind, number>> = { stream: 5, support: 20 };

/** @param sessionId the pass's session: if it ended before the room was recorded, no event reached the room */
export async function rememberRoom(
  ctx: Context,
  userId: string,
  roomId: string,
  sessionId?: string,
  kind: RememberedKind = 'stream',
): Promise<void> {
  const now = ctx.now();
  const [outlived, , [session]] = await ctx.db.batch([
    planIfFound(ctx, { kind: 'room-outlived', userId, roomId: '' }, 'roomId', outlivedBy(userId, roomId, kind)),
    ctx.db.run(sql`
      INSERT INTO last_rooms (user_id, room_id, kind, entered_at) VALUES (${userId}, ${roomId}, ${kind}, ${now})
      ON CONFLICT DO UPDATE SET entered_at = excluded.entered_at
      WHERE entered_at < (SELECT max(entered_at) FROM last_rooms AS other
        WHERE other.user_id = excluded.user_id AND other.kind = excluded.kind)`),
    ctx.db.all<{ active: number }>(sql`SELECT ${sessionIsActive(sql`${sessionId ?? ''}`, now)} AS active`),
  ]);
  await ctx.deliver(outlived.map(({ id, event }) => ({ id, event: JSON.parse(event) as OutboxEvent }))); // as written
  if (sessionId !== undefined && session?.active !== 1)
    await ctx.rooms(roomId).apply(newId(), { type: 'standing-changed', userId, sessionsEnded: true });
}

/** The oldest of the open rooms of a kind, when the user enters one more than there may be. */
function outlivedBy(userId: string, roomId: string, kind: RememberedKind): SQL {
  return sql`
    SELECT oldest.room_id AS value
    FROM (SELECT room_id, kind FROM last_rooms WHERE user_id = ${userId} AND kind = ${kind} AND room_id <> ${roomId}
      ORDER BY entered_at DESC, room_id DESC LIMIT 1 OFFSET ${ROOMS_MAX[kind] - 1}) AS oldest
    WHERE ${isOpenRoom(sql`oldest`)}`;
}

/**
 * Makes the user's last rooms, and the room of their chat with support, reload the user. Safe to repeat: each room reads
 * the current state.
 */
export async function refreshLastRooms(
  ctx: Context,
  eventId: string,
  { userId, sessionsEnded }: Extract<OutboxEvent, { kind: 'user-changed' }>,
): Promise<void> {
  const rooms = await ctx.db.all<{ roomId: string }>(sql`
    SELECT room_id AS roomId FROM last_rooms WHERE user_id = ${userId} AND ${isOpenRoom()}
    UNION SELECT id FROM ${supportThreads} WHERE user_id = ${userId}`);
  const command = { type: 'standing-changed', userId, ...(sessionsEnded ? { sessionsEnded } : {}) } as const;
  await Promise.all(rooms.map(({ roomId }) => ctx.rooms(roomId).apply(eventId, command)));
}

/** Ends the user's seats in a room that dropped out of their last rooms. Does nothing if the user is back. */
export async function putOut(
  ctx: Context,
  eventId: string,
  { userId, roomId }: Extract<OutboxEvent, { kind: 'room-outlived' }>,
): Promise<void> {
  const back = await ctx.db.get<unknown>(
    sql`SELECT 1 FROM last_rooms WHERE user_id = ${userId} AND room_id = ${roomId}`,
  );
  if (!back) await ctx.rooms(roomId).apply(eventId, { type: 'put-out', userId });
}
