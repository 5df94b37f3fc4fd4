/** The rooms that a change between people may matter to: those of their streams that are live, or that wait to be. */
import { sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { lastRooms } from '@/domains/base/notifications/tables';
import { isOpen } from '@/domains/base/visibility/streams';

/** More than a creator can have scheduled. */
const OPEN_ROOMS_MAX = 128;

export interface OpenRoom {
  readonly roomId: string;
  readonly channelId: string;
  /** The video room of one that is live. */
  readonly videoRoom: string;
  readonly creatorId: string;
  readonly status: 'live' | 'scheduled';
}

const openRoomColumns = sql`id AS roomId, channel_id AS channelId, coalesce(media_room, channel_id) AS videoRoom,
  creator_id AS creatorId, status`;

/**
 * Rooms of one of two people in which they can meet: live ones, whose video can also be watched without the room, and
 * waiting rooms that the other entered lately. Entering any other room checks their relation anyway.
 */
export function listMeetingRooms(ctx: Context, one: string, other: string): Promise<OpenRoom[]> {
  return ctx.db.all<OpenRoom>(sql`
    SELECT ${openRoomColumns}
    FROM streams
    WHERE creator_id IN (${one}, ${other}) AND ${isOpen()}
      AND (status = 'live' OR EXISTS (SELECT 1 FROM ${lastRooms} AS entered
        WHERE entered.user_id = iif(creator_id = ${one}, ${other}, ${one}) AND entered.room_id = streams.id))
    ORDER BY status
    LIMIT ${OPEN_ROOMS_MAX}`);
}

export function listOpenRooms(ctx: Context, creatorIds: readonly string[]): Promise<OpenRoom[]> {
  return ctx.db.all<OpenRoom>(sql`
    SELECT ${openRoomColumns}
    FROM streams
    WHERE creator_id IN (SELECT value FROM json_each(${JSON.stringify(creatorIds)})) AND ${isOpen()}
    ORDER BY status
    LIMIT ${OPEN_ROOMS_MAX}`);
}
