/** Who is asked: the host and the moderators or co-hosts of a channel or a user's room. */
import { type SQL, sql } from 'drizzle-orm';
import { literal } from '@/db/sql';
import { users } from '@/domains/base/users/tables';
import { isActive } from '@/domains/base/visibility/people';
import { channels, moderators } from '@/domains/live/channels/tables';
import { roomCoHosts, userRooms } from '@/domains/live/user-rooms/tables';

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

/** Their notifications about a request, which are withdrawn once it is decided. */
export function requestGroup(requestId: string): string {
  return `unban:${requestId}`;
}
