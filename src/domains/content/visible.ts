/** Which posts anybody may know of: the one place for it, as conditions for any SELECT. */
import { and, eq, isNull, or, type SQL, type SQLWrapper, sql } from 'drizzle-orm';
import { followsCreator } from '@/domains/social/status';
import { userVisibleTo } from '@/domains/social/visible';
import { subscribes } from '@/domains/subscriptions/subscribed';
import { users } from '@/domains/users/tables';
import type { Viewer } from '@/shared/actor';
import { posts } from './tables';

/**
 * For a SELECT that joins `users` as the posts' author: those whose author is in this reader's sight, and that are
 * public, or the reader's own, or for followers or subscribers whom the reader is one of. Staff see all that is there.
 */
export function visiblePosts(viewer: Viewer): SQL | undefined {
  return and(existingPosts(viewer), openTo(viewer));
}

/** The same, and what the reader is not let into: enough to say why. */
export function existingPosts(viewer: Viewer): SQL | undefined {
  return and(isNull(posts.removedAt), userVisibleTo(viewer));
}

/** Whether the post's visibility lets this reader in. */
export function openTo(viewer: Viewer): SQL | undefined {
  const isPublic = sql`posts.visibility = 'public'`;
  if (viewer?.kind !== 'user') return isPublic;
  if (viewer.staff) return undefined;
  const { userId } = viewer;
  return or(
    isPublic,
    eq(posts.authorId, userId),
    sql`(posts.visibility = 'followers' AND ${followsCreator(userId, posts.authorId)})`,
    sql`(posts.visibility = 'subscribers' AND ${subscribes(sql`${userId}`, posts.authorId)})`,
  );
}

/** For a walk over ids, where `users` is not joined. @param authorId the walk's column */
export function authorVisibleTo(viewer: Viewer, authorId: SQLWrapper): SQL {
  return sql`EXISTS (SELECT 1 FROM ${users} WHERE users.id = ${authorId} AND ${userVisibleTo(viewer)})`;
}
