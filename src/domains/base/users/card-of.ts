/** The cards of people besides the user of the query: who decided, who made something. */

import type { z } from '@hono/zod-openapi';
import { type SQL, type SQLWrapper, sql } from 'drizzle-orm';
import { type CardRow, isLiveNow, presentCard } from './present';
import type { PublicCard } from './schemas';
import { users } from './tables';

/** One column with a card, for any SELECT: three look-ups by unique indexes. Null if there is no such user. */
export function cardOf(userId: SQLWrapper | string): SQL<CardRow | null> {
  return sql`(SELECT json_object('id', person.id, 'username', person.username, 'displayName', person.display_name,
      'avatarUrl', person.avatar_url, 'role', iif(person.creator_status = 'APPROVED', person.role, 'viewer'),
      'followerCount', person.follower_count, 'isLive', ${isLiveNow(sql`person.id`)})
    FROM ${users} person WHERE person.id = ${userId})`.mapWith((json: string) => JSON.parse(json) as CardRow); // as above
}

/** The card of the person with this id, if it is one of these. */
export function cardAmong(
  userId: string | null,
  ...people: (CardRow | null | undefined)[]
): z.input<typeof PublicCard> | null {
  const found = people.find((person) => person?.id === userId);
  return found ? presentCard(found) : null;
}
