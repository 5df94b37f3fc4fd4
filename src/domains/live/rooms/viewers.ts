/** Lists who is watching a room, as far as the reader may know. */
import type { z } from '@hono/zod-openapi';
import { and, eq, not, or, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { users } from '@/domains/base/users/tables';
import { isAnonymous, profileVisibleTo } from '@/domains/base/visibility/people';
import type { Viewer } from '@/shared/actor';
import { admitToRead } from './admit';
import { roomError } from './errors';
import type { ViewerList } from './schemas';

/**
 * Only the host, moderators and staff see a hidden list. Users who do not want to be named, or whom the reader may not
 * see, count as guests; only staff see their names. Throws VIEWERS_HIDDEN.
 */
export async function listViewers(ctx: Context, viewer: Viewer, roomId: string): Promise<z.input<typeof ViewerList>> {
  const { door, relation } = await admitToRead(ctx, { id: roomId }, viewer);
  const who = relation?.user.standing;
  if (!door.showsViewers && !who?.creator && !who?.moderator && !who?.rank) throw roomError('VIEWERS_HIDDEN');
  const { users: inside, guests, total } = await ctx.rooms(roomId).viewers();
  if (who?.rank) return { users: [...inside], guests, total };
  const nameable = await nameableAmong(
    ctx,
    viewer,
    door.hostId,
    inside.map(({ id }) => id),
  );
  const named = inside.filter(({ id }) => nameable.has(id));
  return { users: named, guests: guests + inside.length - named.length, total };
}

/** Hosts are always named in their own room. One statement, or none if nobody is there. */
async function nameableAmong(
  ctx: Context,
  viewer: Viewer,
  hostId: string,
  userIds: readonly string[],
): Promise<ReadonlySet<string>> {
  if (userIds.length === 0) return new Set();
  const rows = await ctx.db
    .select({ id: users.id })
    .from(users)
    .where(
      and(
        sql`${users.id} IN (SELECT value FROM json_each(${JSON.stringify(userIds)}))`,
        or(eq(users.id, hostId), not(isAnonymous(users.id))),
        profileVisibleTo(viewer),
      ),
    );
  return new Set(rows.map(({ id }) => id));
}
