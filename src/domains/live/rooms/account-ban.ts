/**
 * Tells the rooms that a user entered last that the account was banned, or is active again: guests from its addresses are
 * kept out for an hour, and its video ends. Their own sockets close because their sessions ended.
 */
import { and, desc, eq, gt, isNotNull, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { EventOf } from '@/contracts/jobs';
import { commit } from '@/db/commit';
import { isOpen } from '@/domains/base/visibility/streams';
import { streamVideoRoom } from '@/domains/live/channels/video-room';
import { streams } from '@/domains/live/streams/tables';
import { userRooms } from '@/domains/live/user-rooms/tables';
import { authSessions } from '@/domains/people/auth/tables';
import { DAY_MS, HOUR_MS } from '@/shared/time';
import { putOutOfVideo } from './participants';
import { addressMark } from './pass';
import { lastRooms } from './tables';

const ADDRESSES_DENIED_MS = HOUR_MS;
/** Addresses of older sessions may have passed to somebody else. */
const ADDRESS_RECENT_MS = DAY_MS;
const ADDRESSES_MAX = 10;

/** Safe to repeat. @param bannedAt milliseconds */
export async function banFromLastRooms(
  ctx: Context,
  eventId: string,
  { userId, bannedAt }: { userId: string; bannedAt: number },
): Promise<void> {
  const { rooms, hashes } = await readPlaces(ctx, userId, bannedAt);
  const until = bannedAt + ADDRESSES_DENIED_MS;
  const removals = rooms
    .filter(({ status }) => status === 'live')
    .map(({ videoRoom }) => putOutOfVideo(ctx, videoRoom, userId));
  await commit(
    ctx,
    removals.map(({ statement }) => statement),
    { events: removals.map(({ event }) => event) },
  );
  await Promise.all(
    rooms.map(({ roomId }) => {
      const addresses = hashes.map((hash) => addressMark(ctx, roomId, hash));
      return ctx.rooms(roomId).apply(eventId, { type: 'account-banned', userId, addresses, until });
    }),
  );
}

/** Safe to repeat. */
export async function letBackIntoLastRooms(ctx: Context, eventId: string, userId: string): Promise<void> {
  const rooms = await openRoomsOf(ctx, userId);
  await Promise.all(rooms.map(({ roomId }) => ctx.rooms(roomId).apply(eventId, { type: 'account-active', userId })));
}

/** Hides what the user wrote, or brings it back, also where the stream has ended. Safe to repeat. */
export async function withholdInLastRooms(
  ctx: Context,
  { userId, decisionId, withheld }: EventOf<'withhold-messages'>,
  eventId: string,
): Promise<void> {
  const rooms = await ctx.db
    .select({ roomId: lastRooms.roomId })
    .from(lastRooms)
    .where(and(eq(lastRooms.userId, userId), eq(lastRooms.kind, 'stream')));
  const command = { type: 'withhold-user', userId, decisionId, withheld } as const;
  await Promise.all(rooms.map(({ roomId }) => ctx.rooms(roomId).apply(eventId, command)));
}

async function readPlaces(ctx: Context, userId: string, at: number) {
  const { addressHash, lastSeenAt } = authSessions;
  const [rooms, addresses] = await ctx.db.batch([
    openRoomsOf(ctx, userId),
    ctx.db
      .selectDistinct({ hash: sql<string>`${addressHash}` })
      .from(authSessions)
      .where(and(eq(authSessions.userId, userId), isNotNull(addressHash), gt(lastSeenAt, at - ADDRESS_RECENT_MS)))
      .orderBy(desc(lastSeenAt))
      .limit(ADDRESSES_MAX),
  ]);
  return { rooms, hashes: addresses.map(({ hash }) => hash) };
}

function openRoomsOf(ctx: Context, userId: string) {
  return ctx.db.all<{ roomId: string; videoRoom: string; status: string }>(sql`
    SELECT streams.id AS roomId, ${streamVideoRoom} AS videoRoom, streams.status AS status
    FROM ${lastRooms} CROSS JOIN ${streams} ON streams.id = last_rooms.room_id AND ${isOpen()}
    WHERE last_rooms.user_id = ${userId}
    UNION ALL SELECT user_rooms.id, user_rooms.id, 'live'
    FROM ${lastRooms} CROSS JOIN ${userRooms} ON user_rooms.id = last_rooms.room_id AND user_rooms.status = 'open'
    WHERE last_rooms.user_id = ${userId}`);
}
