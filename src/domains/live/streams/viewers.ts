/** Who is watching, for those who may know. */
import type { z } from '@hono/zod-openapi';
import { and, eq, not, or, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { users } from '@/domains/base/users/tables';
import { isAnonymous, userVisibleTo } from '@/domains/base/visibility/people';
import type { Viewer } from '@/shared/actor';
import { admitToRead } from './admit';
import { streamError } from './errors';
import { showsViewers } from './present';
import type { ViewerList } from './schemas';

/**
 * Hidden viewers are shown to the creator, moderators and staff alone; whoever wants not to be named, or is out of the
 * reader's sight, is so to staff alone. Throws VIEWERS_HIDDEN.
 */
export async function listViewers(ctx: Context, viewer: Viewer, streamId: string): Promise<z.input<typeof ViewerList>> {
  const { found, standing } = await admitToRead(ctx, { id: streamId }, viewer);
  const who = standing?.user.standing;
  if (!showsViewers(found) && !who?.creator && !who?.moderator && !who?.rank) throw streamError('VIEWERS_HIDDEN');
  const { users: inside, guests, total } = await ctx.rooms(streamId).viewers();
  if (who?.rank) return { users: [...inside], guests, total };
  const nameable = await nameableAmong(
    ctx,
    viewer,
    found.stream.creatorId,
    inside.map(({ id }) => id),
  );
  const named = inside.filter(({ id }) => nameable.has(id));
  return { users: named, guests: guests + inside.length - named.length, total };
}

/** Creators are no viewers of others in their own room. One statement, none for nobody. */
async function nameableAmong(
  ctx: Context,
  viewer: Viewer,
  creatorId: string,
  userIds: readonly string[],
): Promise<ReadonlySet<string>> {
  if (userIds.length === 0) return new Set();
  const rows = await ctx.db
    .select({ id: users.id })
    .from(users)
    .where(
      and(
        sql`${users.id} IN (SELECT value FROM json_each(${JSON.stringify(userIds)}))`,
        or(eq(users.id, creatorId), not(isAnonymous(users.id))),
        userVisibleTo(viewer),
      ),
    );
  return new Set(rows.map(({ id }) => id));
}
