/** Lists who is watching a room, as far as the reader may know. */
import type { z } from '@hono/zod-openapi';
import { and, eq, not, or, type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Card } from '@/domains/base/users/find-cards';
import { cardColumnsFor, presentCard } from '@/domains/base/users/present';
import { users } from '@/domains/base/users/tables';
import { isAnonymous, profileVisibleTo } from '@/domains/base/visibility/people';
import type { Viewer } from '@/shared/actor';
import { type Admitted, admitToRead } from './admit';
import { roomError } from './errors';
import { moderationRight } from './moderation-rules';
import type { ViewerList } from './schemas';

/**
 * Only the host, moderators and staff see a hidden list. Users who do not want to be named, or whom the reader may not
 * see, count as guests; only staff see their names. Throws VIEWERS_HIDDEN.
 */
export async function listViewers(ctx: Context, viewer: Viewer, roomId: string): Promise<z.input<typeof ViewerList>> {
  const admitted = await admitToRead(ctx, { id: roomId }, viewer);
  requireShownViewers(admitted);
  const { users: inside, guests, guestIds, total } = await ctx.rooms(roomId).viewers();
  const kickable = mayKick(admitted, viewer) ? { guestIds: [...guestIds] } : {};
  const ids = inside.map(({ id }) => id);
  const cards = await nameableAmong(ctx, isNameable(admitted, viewer), ids, viewer);
  const named = ids.flatMap((id) => cards.get(id) ?? []);
  return { users: named, guests: guests + inside.length - named.length, ...kickable, total };
}

function mayKick({ relation }: Admitted, viewer: Viewer): boolean {
  if (!relation || viewer?.kind !== 'user') return false;
  const { creator, moderator } = relation.user.standing;
  return moderationRight({ userId: viewer.userId, creator, moderator, staff: viewer.staff }, 'kick') !== null;
}

/** Throws VIEWERS_HIDDEN. */
export function requireShownViewers({ door, relation }: Admitted): void {
  const who = relation?.user.standing;
  if (!door.showsViewers && !who?.creator && !who?.moderator && !who?.rank) throw roomError('VIEWERS_HIDDEN');
}

/** The users who are named to this reader, for a SELECT of `users`. Hosts always are in their own room. Undefined: all. */
export function isNameable({ door, relation }: Admitted, viewer: Viewer): SQL | undefined {
  if (relation?.user.standing.rank) return undefined;
  return and(or(eq(users.id, door.hostId), not(isAnonymous(users.id))), profileVisibleTo(viewer));
}

/** Their cards: one statement, or none if nobody is there. */
async function nameableAmong(
  ctx: Context,
  isNamed: SQL | undefined,
  userIds: readonly string[],
  reader: Viewer,
): Promise<ReadonlyMap<string, Card>> {
  if (userIds.length === 0) return new Map();
  const rows = await ctx.db
    .select(cardColumnsFor(reader))
    .from(users)
    .where(and(sql`${users.id} IN (SELECT value FROM json_each(${JSON.stringify(userIds)}))`, isNamed));
  return new Map(rows.map((row) => [row.id, presentCard(row)]));
}
