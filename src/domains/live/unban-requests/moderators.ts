/** Who is asked, and who may decide: the host and the moderators or co-hosts of a channel or a user's room. */
import { type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { literal } from '@/db/sql';
import { users } from '@/domains/base/users/tables';
import { isActive } from '@/domains/base/visibility/people';
import { channels, moderators } from '@/domains/live/channels/tables';
import { roomError } from '@/domains/live/rooms/errors';
import { moderatingParty } from '@/domains/live/rooms/moderation';
import { moderationRight } from '@/domains/live/rooms/moderation-rules';
import { roomCoHosts, userRooms } from '@/domains/live/user-rooms/tables';
import type { Actor } from '@/shared/actor';

/** More than a channel can have. */
const MODERATORS_MAX = 128;

/** A SELECT of their ids as `id`, each with the host's as `hostId`. */
export function moderatorsOf(placeId: string): SQL {
  return sql`
    SELECT users.id, place.host_id AS hostId FROM (
      SELECT id, creator_id AS host_id FROM ${channels} WHERE id = ${placeId}
      UNION ALL SELECT id, host_id FROM ${userRooms} WHERE id = ${placeId}
    ) AS place JOIN ${users} ON users.id IN (
      SELECT place.host_id
      UNION SELECT user_id FROM ${moderators} WHERE channel_id = place.id
      UNION SELECT user_id FROM ${roomCoHosts} WHERE room_id = place.id)
    WHERE ${isActive()} LIMIT ${literal(MODERATORS_MAX)}`;
}

/** Staff who may unban anywhere are let in too. Throws STREAM_NOT_FOUND, NOT_MODERATOR. */
export async function requireMayUnban(ctx: Context, actor: Actor, roomId: string) {
  const { door, party } = await moderatingParty(ctx, actor, roomId);
  if (!moderationRight(party, 'unban')) throw roomError('NOT_MODERATOR');
  return { door, party, placeId: door.channelId ?? door.roomId };
}

/** Their notifications about a request, which are withdrawn once it is decided. */
export function requestGroup(requestId: string): string {
  return `unban:${requestId}`;
}
