/**
 * The rooms that a user entered last: a small row for each of as many rooms as they may have sockets, written as a pass
 * is given out, and not at all for the room entered last. The database keeps no more than five, and a room that falls
 * out puts the user out, so whatever must reach a user's sockets finds them all here.
 */
import { type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { OutboxEvent } from '@/contracts/messages';
import { planIfFound } from '@/db/outbox';
import { sessionIsActive } from '@/domains/base/users/session-active';
import { isOpen } from '@/domains/base/visibility/streams';
import { streams } from '@/domains/live/streams/tables';
import { newId } from '@/shared/ids';

/** As many as trigger `last_rooms_newest_five` keeps. */
const ROOMS_MAX = 5;

/** @param sessionId that the pass was given to: if it ended before the room was remembered, no event found the room */
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
  await ctx.deliver(outlived.map(({ id, event }) => ({ id, event: JSON.parse(event) as OutboxEvent }))); // as it was written
  if (sessionId !== undefined && session?.active !== 1)
    await ctx.rooms(roomId).apply(newId(), { type: 'standing-changed', userId, sessionsEnded: true });
}

/** The oldest of five rooms that are open, when another one is entered. */
function outlivedBy(userId: string, roomId: string): SQL {
  return sql`
    SELECT oldest.room_id AS value
    FROM (SELECT room_id FROM last_rooms WHERE user_id = ${userId} AND room_id <> ${roomId}
      ORDER BY entered_at DESC, room_id DESC LIMIT 1 OFFSET ${ROOMS_MAX - 1}) AS oldest
    CROSS JOIN ${streams} ON streams.id = oldest.room_id AND ${isOpen()}`;
}

/** Has the user's last rooms read again what they know of the user. Safe to repeat: each room reads what is true now. */
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

/** Ends the user's seats in a room that fell out of their last ones. Does nothing if the user is back. */
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
