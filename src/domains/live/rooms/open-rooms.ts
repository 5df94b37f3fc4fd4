/** The open rooms, live or waiting, that a change between users may concern. */

import { sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { OutboxEvent } from '@/contracts/messages';
import { isOpen } from '@/domains/base/visibility/streams';
import { streamVideoRoom } from '@/domains/live/channels/video-room';
import { streams } from '@/domains/live/streams/tables';
import { lastRooms } from './tables';

/** More than a creator can schedule. */
const OPEN_ROOMS_MAX = 128;

export interface OpenRoom {
  readonly roomId: string;
  readonly channelId: string;
  /** The video room of the show, if it is live. */
  readonly videoRoom: string;
  readonly creatorId: string;
  readonly status: 'live' | 'scheduled';
}

const openRoomColumns = sql`id AS roomId, channel_id AS channelId, ${streamVideoRoom} AS videoRoom,
  creator_id AS creatorId, status`;

/**
 * Rooms of two users where they can meet: live ones, whose video can be watched without the room, and waiting rooms
 * that the other recently entered. Any other room checks their relation when they enter.
 */
export function listMeetingRooms(ctx: Context, one: string, other: string): Promise<OpenRoom[]> {
  return ctx.db.all<OpenRoom>(sql`
    SELECT ${openRoomColumns}
    FROM ${streams}
    WHERE creator_id IN (${one}, ${other}) AND ${isOpen()}
      AND (status = 'live' OR EXISTS (SELECT 1 FROM ${lastRooms} AS entered
        WHERE entered.user_id = iif(creator_id = ${one}, ${other}, ${one}) AND entered.room_id = streams.id))
    ORDER BY status
    LIMIT ${OPEN_ROOMS_MAX}`);
}

export function listOpenRooms(ctx: Context, creatorIds: readonly string[]): Promise<OpenRoom[]> {
  return ctx.db.all<OpenRoom>(sql`
    SELECT ${openRoomColumns}
    FROM ${streams}
    WHERE creator_id IN (SELECT value FROM json_each(${JSON.stringify(creatorIds)})) AND ${isOpen()}
    ORDER BY status
    LIMIT ${OPEN_ROOMS_MAX}`);
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
    .filter((room) => room.creatorId === creatorId)
    .map(({ roomId }) => ({ kind: 'room', roomId, command: { type: 'standing-changed', userId } }));
}
