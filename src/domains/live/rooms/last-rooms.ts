/**
 * The rooms that a user entered last, one small row each. Issuing a pass writes the row, except for the room entered
 * last. The database keeps five rooms, as many as a user may have sockets in. A room that drops out removes the user,
 * so these rows lead to all of a user's sockets.
 */
import { type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { OutboxEvent } from '@/contracts/messages';
import { planIfFound } from '@/db/outbox';
import { sessionIsActive } from '@/domains/base/users/session-active';
import { isOpen } from '@/domains/base/visibility/streams';
import { streams } from '@/domains/live/streams/tables';
import { newId } from '@/shared/ids';

/** Must equal what the trigger `last_rooms_newest_five` keeps. */
const ROOMS_MAX = 5;

/** @param sessionId the pass's session: if it ended before the room was recorded, no event reached the room */
export async function rememberRoom(ctx: Context, userId: string, roomId: string, sessionId?: string): Promise<void> {
  const now = ctx.now();
  const [outlived, , [session]] = await ctx.db.batch([
    planIfFound(ctx, { kind: 'room-outlived', userId, roomId: '' }, 'roomId', outlivedBy(userId, roomId)),
    ctx.db.run(sql`
      INSERT INTO last_rooms (user_id, room_id, entered_at) VALUES (${userId}, ${roomId}, ${now})
      ON CONFLICT DO UPDATE SET entered_at = excluded.entered_at
      WHERE entered_at < (SELECT max(entered_at) FROM last_rooms AS other WHERE other.user_id = excluded.user_id)`),
    ctx.db.all<{ active: number }>(sql`SELECT ${sessionIsActive(sql`${sessionId ?? ''}`, now)} AS active`),
  ]);
  await ctx.deliver(outlived.map(({ id, event }) => ({ id, event: JSON.parse(event) as OutboxEvent }))); // as written
  if (sessionId !== undefined && session?.active !== 1)
    await ctx.rooms(roomId).apply(newId(), { type: 'standing-changed', userId, sessionsEnded: true });
}

/** The oldest of five open rooms, when the user enters another one. */
function outlivedBy(userId: string, roomId: string): SQL {
  return sql`
    SELECT oldest.room_id AS value
    FROM (SELECT room_id FROM last_rooms WHERE user_id = ${userId} AND room_id <> ${roomId}
      ORDER BY entered_at DESC, room_id DESC LIMIT 1 OFFSET ${ROOMS_MAX - 1}) AS oldest
    CROSS JOIN ${streams} ON streams.id = oldest.room_id AND ${isOpen()}`;
}

/** Makes the user's last rooms reload the user. Safe to repeat: each room reads the current state. */
export async function refreshLastRooms(
  ctx: Context,
  eventId: string,
  { userId, sessionsEnded }: Extract<OutboxEvent, { kind: 'user-changed' }>,
): Promise<void> {
  const rooms = await ctx.db.all<{ roomId: string }>(sql`
    SELECT last_rooms.room_id AS roomId
    FROM last_rooms CROSS JOIN ${streams} ON streams.id = last_rooms.room_id AND ${isOpen()}
    WHERE last_rooms.user_id = ${userId}`);
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
