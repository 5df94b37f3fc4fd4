/** Which posts a reader may see: the only place for this rule, as conditions for any SELECT. */
import { and, eq, isNull, or, type SQL, type SQLWrapper, sql } from 'drizzle-orm';
import { AUDIENCE_MARK, audienceOf, audienceWord, EVERYBODY } from '@/db/fts';
import { users } from '@/domains/base/users/tables';
import { posts } from '@/domains/content/posts/tables';
import type { Viewer } from '@/shared/actor';
import { isMemberOf, subscribes, tiesOf } from './members';
import { userVisibleTo } from './people';

/**
 * Visible posts, for a SELECT that joins `users` as the author. The author must be visible to the reader, and the post
 * must be public, the reader's own, for followers if the reader follows or subscribes, or for subscribers if the reader
 * subscribes. Staff see every post that exists, but hidden ones only as evidence of a report.
 */
export function visiblePosts(viewer: Viewer): SQL | undefined {
  return and(existingPosts(viewer), openTo(viewer));
}

/** Also posts that the reader may not open, so that a refusal can say why. */
export function existingPosts(viewer: Viewer): SQL | undefined {
  return and(isNull(posts.removedAt), notHiddenFrom(viewer, sql`posts`), userVisibleTo(viewer));
}

/**
 * Hidden posts and comments, which staff look at, exist only for their author.
 * @param thing the name of `posts` or `comments` in the query
 */
export function notHiddenFrom(viewer: Viewer, thing: SQL): SQL<number> {
  if (viewer?.kind !== 'user') return sql<number>`${thing}.hidden_at IS NULL`;
  return sql<number>`(${thing}.hidden_at IS NULL OR ${thing}.author_id = ${viewer.userId})`;
}

/** Whether the post's visibility admits this reader. */
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

/**
 * Search covers members-only posts of this many creators whom the reader follows, and as many whom they subscribe to.
 */
export const FOUND_CREATORS_MAX = 100;

/**
 * The audience terms this reader may search with: a post is findable if its `audience` contains one of them (see
 * migration 0033). Each term costs a look-up, so this uses only the creators whom the reader followed or subscribed to
 * last.
 */
export function postAudience(viewer: Viewer): SQL {
  if (viewer?.kind !== 'user') return EVERYBODY;
  if (viewer.staff) return audienceOf(['staff']);
  const { userId } = viewer;
  const own = audienceOf(['everybody', audienceWord('f', userId), audienceWord('s', userId)]);
  const word = (letter: string) => sql`${` OR "${AUDIENCE_MARK}${letter}`} || replace(creator_id, '-', '') || '"'`;
  // A term given by both a follow and a subscription appears twice, which is harmless.
  return sql`${own} || coalesce((
    SELECT group_concat(${word('f')} || CASE WHEN subscribed THEN ${word('s')} ELSE '' END, '')
    FROM (${tiesOf(userId, FOUND_CREATORS_MAX)})), '')`;
}

/** For a query of ids that does not join `users`. @param authorId that query's column */
export function authorVisibleTo(viewer: Viewer, authorId: SQLWrapper): SQL {
  return sql`EXISTS (SELECT 1 FROM ${users} WHERE users.id = ${authorId} AND ${userVisibleTo(viewer)})`;
}
