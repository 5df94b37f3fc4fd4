/** Which posts anybody may know of: the one place for it, as conditions for any SELECT. */
import { and, eq, isNull, or, type SQL, type SQLWrapper, sql } from 'drizzle-orm';
import { AUDIENCE_MARK, audienceOf, audienceWord, EVERYBODY } from '@/db/fts';
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

/** Of creators whose posts for followers, and whose posts for subscribers, are found by words: so many of each. */
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
  const max = sql.raw(String(FOUND_CREATORS_MAX));
  const words = (letter: string, creators: SQL) => sql`coalesce((
    SELECT group_concat(${` OR "${AUDIENCE_MARK}${letter}`} || replace(creator_id, '-', '') || '"', '') FROM (${creators} LIMIT ${max})), '')`;
  return sql`${own}
    || ${words('f', sql`SELECT creator_id FROM follows WHERE follower_id = ${userId} ORDER BY created_at DESC`)}
    || ${words(
      's',
      sql`SELECT creator_id FROM subscriptions INDEXED BY subscriptions_open_of_subscriber
      WHERE subscriber_id = ${userId} AND status <> 'ended' ORDER BY id DESC`,
    )}`;
}

/** For a walk over ids, where `users` is not joined. @param authorId the walk's column */
export function authorVisibleTo(viewer: Viewer, authorId: SQLWrapper): SQL {
  return sql`EXISTS (SELECT 1 FROM ${users} WHERE users.id = ${authorId} AND ${userVisibleTo(viewer)})`;
}
