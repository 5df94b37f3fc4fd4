/** The follow relation between a viewer and another user, with that user's public counts, in one statement. */
import type { z } from '@hono/zod-openapi';
import { and, eq, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { users } from '@/domains/base/users/tables';
import { followsCreator } from '@/domains/base/visibility/members';
import { blockedBy, seesPastBlocks, showsFollows, userNamedTo } from '@/domains/base/visibility/people';
import type { Viewer } from '@/shared/actor';
import { socialError } from './errors';
import type { FollowStatus } from './schemas';

/**
 * A guest follows nobody. If the viewer blocks the user, `followingCount` is null. Throws USER_NOT_FOUND, also for
 * users whom the viewer cannot see.
 */
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
      blockedByYou: blockedBy(viewer),
      following: reader === null ? sql<number>`0` : followsCreator(reader, users.id),
      followedBy: reader === null ? sql<number>`0` : followsCreator(users.id, reader),
    })
    .from(users)
    .where(and(eq(users.id, userId), userNamedTo(viewer)))
    .get();
  if (!row) throw socialError('USER_NOT_FOUND');
  const blockedByYou = row.blockedByYou === 1;
  const isHidden = blockedByYou && !seesPastBlocks(viewer);
  return {
    following: row.following === 1,
    followedBy: row.followedBy === 1,
    followerCount: row.followerCount,
    followingCount: row.showsFollows === 1 && !isHidden ? row.followingCount : null,
    ...(blockedByYou ? { blockedByYou } : {}),
  };
}
