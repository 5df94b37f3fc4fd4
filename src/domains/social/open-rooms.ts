/** The rooms that a change between two people may matter to: those of their streams that are on, or that wait to be. */
import { sql } from 'drizzle-orm';
import type { Context } from '@/context';

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

export function listOpenRooms(ctx: Context, creatorIds: readonly string[]): Promise<OpenRoom[]> {
  return ctx.db.all<OpenRoom>(sql`
    SELECT id AS roomId, channel_id AS channelId, coalesce(media_room, channel_id) AS videoRoom, creator_id AS creatorId, status
    FROM streams
    WHERE creator_id IN (SELECT value FROM json_each(${JSON.stringify(creatorIds)})) AND status IN ('live', 'scheduled')
    ORDER BY status
    LIMIT ${OPEN_ROOMS_MAX}`);
}
