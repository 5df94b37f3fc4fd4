/** The open rooms, live or waiting, that a change between users may concern. */

import { type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { OutboxEvent } from '@/contracts/messages';
import { isOpen } from '@/domains/base/visibility/streams';
import { streamVideoRoom } from '@/domains/live/channels/video-room';
import { streams } from '@/domains/live/streams/tables';
import { userRooms } from '@/domains/live/user-rooms/tables';
import { lastRooms } from './tables';

/** More than a creator can schedule. */
const OPEN_ROOMS_MAX = 128;

export interface OpenRoom {
  readonly roomId: string;
  readonly kind: 'stream' | 'user';
  /** The video room of the show, if it is live; or the voice of a user's room. */
  readonly videoRoom: string;
  /** The room's host. */
  readonly creatorId: string;
  readonly status: 'live' | 'scheduled';
}

const openStreamColumns = sql`id AS roomId, 'stream' AS kind, ${streamVideoRoom} AS videoRoom, creator_id AS creatorId,
  status`;
/** For a SELECT from `user_rooms`. */
export const openUserRoomColumns = sql`id AS roomId, 'user' AS kind, id AS videoRoom, host_id AS creatorId,
  'live' AS status`;

/**
 * Rooms of two users where they can meet: live ones, whose video can be watched without the room, and waiting rooms
 * that the other recently entered. Any other room checks their relation when they enter.
 */
export function listMeetingRooms(ctx: Context, one: string, other: string): Promise<OpenRoom[]> {
  return ctx.db.all<OpenRoom>(sql`
    SELECT * FROM (SELECT ${openStreamColumns}
      FROM ${streams}
      WHERE creator_id IN (${one}, ${other}) AND ${isOpen()}
        AND (status = 'live' OR EXISTS (SELECT 1 FROM ${lastRooms} AS entered
          WHERE entered.user_id = iif(creator_id = ${one}, ${other}, ${one}) AND entered.room_id = streams.id))
      ORDER BY status
      LIMIT ${OPEN_ROOMS_MAX})
    UNION ALL ${openUserRoomsOf([one, other])}`);
}

/** The open rooms of a creator, or of a host. */
export function listOpenRooms(ctx: Context, hostId: string): Promise<OpenRoom[]> {
  return ctx.db.all<OpenRoom>(sql`
    SELECT * FROM (${openStreamsOf(hostId)}) UNION ALL ${openUserRoomsOf([hostId])}`);
}

/** Without the rooms that they opened for voice and cinema. */
export function listOpenStreams(ctx: Context, creatorId: string): Promise<OpenRoom[]> {
  return ctx.db.all<OpenRoom>(openStreamsOf(creatorId));
}

function openStreamsOf(creatorId: string): SQL {
  return sql`
    SELECT ${openStreamColumns} FROM ${streams}
    WHERE creator_id = ${creatorId} AND ${isOpen()}
    ORDER BY status
    LIMIT ${OPEN_ROOMS_MAX}`;
}

function openUserRoomsOf(hostIds: readonly string[]): SQL {
  return sql`
    SELECT * FROM (SELECT ${openUserRoomColumns} FROM ${userRooms}
      WHERE host_id IN (SELECT value FROM json_each(${JSON.stringify(hostIds)})) AND status = 'open'
      LIMIT ${OPEN_ROOMS_MAX})`;
}

/**
 * Events for a user's changed relation to a creator: the creator's live room, and waiting rooms that the user entered,
 * read the relation again. Badge, chat and door follow at once.
 */
export async function relationChanged(
  ctx: Context,
  { userId, creatorId }: { readonly userId: string; readonly creatorId: string },
): Promise<OutboxEvent[]> {
  const rooms = await listMeetingRooms(ctx, creatorId, userId);
  return rooms
    .filter((room) => room.creatorId === creatorId && room.kind === 'stream')
    .map(({ roomId }) => ({ kind: 'room', roomId, command: { type: 'standing-changed', userId } }));
}
