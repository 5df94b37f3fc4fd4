/** Finds one post that this reader may see. */
import { and, eq, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { users } from '@/domains/base/users/tables';
import { existingPosts, openTo } from '@/domains/base/visibility/posts';
import type { Viewer } from '@/shared/actor';
import { contentError } from './errors';
import { type FoundPost, postColumns } from './present';
import { posts } from './tables';

/**
 * Throws POST_NOT_FOUND for a post that does not exist or is hidden by a block, without saying which. Throws
 * FOLLOWERS_ONLY and SUBSCRIBERS_ONLY where the reader could follow or subscribe to see it.
 */
export async function getPost(ctx: Context, viewer: Viewer, postId: string): Promise<FoundPost> {
  const row = await ctx.db
    .select({ ...postColumns(viewer), isOpen: sql<number>`(${openTo(viewer) ?? sql`1`})`.as('is_open') })
    .from(posts)
    .innerJoin(users, eq(users.id, posts.authorId))
    .where(and(eq(posts.id, postId), existingPosts(viewer)))
    .get();
  if (!row) throw contentError('POST_NOT_FOUND');
  if (row.isOpen !== 1)
    throw contentError(row.post.visibility === 'subscribers' ? 'SUBSCRIBERS_ONLY' : 'FOLLOWERS_ONLY');
  return row;
}
