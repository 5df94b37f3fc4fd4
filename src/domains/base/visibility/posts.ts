/** Which posts anybody may know of: the one place for it, as conditions for any SELECT. */
import { and, eq, isNull, or, type SQL, type SQLWrapper, sql } from 'drizzle-orm';
import { AUDIENCE_MARK, audienceOf, audienceWord, EVERYBODY } from '@/db/fts';
import { users } from '@/domains/base/users/tables';
import { posts } from '@/domains/content/posts/tables';
import type { Viewer } from '@/shared/actor';
import { isMemberOf, subscribes, tiesOf } from './members';
import { userVisibleTo } from './people';

/**
 * For a SELECT that joins `users` as the posts' author: those whose author is in this reader's sight, and that are
 * public, or the reader's own, or for followers and the reader follows or subscribes, or for subscribers and the reader
 * subscribes. Staff see all that is there.
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
    sql`(posts.visibility = 'followers' AND ${isMemberOf(userId, posts.authorId)})`,
    sql`(posts.visibility = 'subscribers' AND ${subscribes(userId, posts.authorId)})`,
  );
}

/** Posts for members are found of so many creators whom the reader follows, and of as many whom they subscribe to. */
export const FOUND_CREATORS_MAX = 100;

/**
 * Of whose words one stands in the audience of each post that this reader may find (see migration 0033): each word is
 * looked for, so of creators whom somebody follows or subscribes to those who came last.
 */
export function postAudience(viewer: Viewer): SQL {
  if (viewer?.kind !== 'user') return EVERYBODY;
  if (viewer.staff) return audienceOf(['staff']);
  const { userId } = viewer;
  const own = audienceOf(['everybody', audienceWord('f', userId), audienceWord('s', userId)]);
  const word = (letter: string) => sql`${` OR "${AUDIENCE_MARK}${letter}`} || replace(creator_id, '-', '') || '"'`;
  // What both a follow and a subscription give is named twice, which finds nothing twice.
  return sql`${own} || coalesce((
    SELECT group_concat(${word('f')} || CASE WHEN subscribed THEN ${word('s')} ELSE '' END, '')
    FROM (${tiesOf(userId, FOUND_CREATORS_MAX)})), '')`;
}

/** For a walk over ids, where `users` is not joined. @param authorId the walk's column */
export function authorVisibleTo(viewer: Viewer, authorId: SQLWrapper): SQL {
  return sql`EXISTS (SELECT 1 FROM ${users} WHERE users.id = ${authorId} AND ${userVisibleTo(viewer)})`;
}
