/** What stands between a reader and somebody else, with the counts that everybody may see: one statement. */
import type { z } from '@hono/zod-openapi';
import { and, eq, sql } from 'drizzle-orm';
import type { Context } from '@/context';
import { users } from '@/domains/users/tables';
import { followsCreator } from '@/domains/visibility/members';
import type { Viewer } from '@/shared/actor';
import { socialError } from './errors';
import type { FollowStatus } from './schemas';
import { showsFollows, userVisibleTo } from './visible';

/** A guest follows nobody. Throws USER_NOT_FOUND, also for whoever is out of the reader's sight. */
export async function getFollowStatus(
  ctx: Context,
  viewer: Viewer,
  userId: string,
): Promise<z.input<typeof FollowStatus>> {
  const reader = viewer?.kind === 'user' ? viewer.userId : null;
  const row = await ctx.db
    .select({
      followerCount: users.followerCount,
      followingCount: users.followingCount,
      showsFollows: showsFollows(viewer),
      following: reader === null ? sql<number>`0` : followsCreator(reader, users.id),
      followedBy: reader === null ? sql<number>`0` : followsCreator(users.id, reader),
    })
    .from(users)
    .where(and(eq(users.id, userId), userVisibleTo(viewer)))
    .get();
  if (!row) throw socialError('USER_NOT_FOUND');
  return {
    following: row.following === 1,
    followedBy: row.followedBy === 1,
    followerCount: row.followerCount,
    followingCount: row.showsFollows === 1 ? row.followingCount : null,
  };
}
