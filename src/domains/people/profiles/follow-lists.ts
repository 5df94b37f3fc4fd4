/**
 * A user's followers and follows, newest first, by cursor, in two statements. Users whom the viewer cannot see are left
 * out, and so are followers who hide their follows. A page reads a bounded window, so it may be short even if another
 * one follows. Cursors are sealed, because a window may end at a hidden user.
 */
import { and, desc, eq, or, type SQL, sql } from 'drizzle-orm';
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core';
import type { Context } from '@/contracts/context';
import { literal } from '@/db/sql';
import { cardColumnsFor, presentCard } from '@/domains/base/users/present';
import { users } from '@/domains/base/users/tables';
import { profileVisibleTo, showsFollows } from '@/domains/base/visibility/people';
import { socialError } from '@/domains/people/social/errors';
import { follows } from '@/domains/people/social/tables';
import { openCursor, sealCursor } from '@/http/envelope';
import type { Viewer } from '@/shared/actor';
import { FollowPosition } from './discovery-schemas';

/** Follows read per item of a page, at most. */
const WINDOW_FACTOR = 5;

interface CursorQuery {
  cursor?: string | undefined;
  perPage: number;
}

/** Throws USER_NOT_FOUND, CURSOR_INVALID. */
export function listFollowers(ctx: Context, viewer: Viewer, userId: string, query: CursorQuery) {
  return listFollows(ctx, viewer, 'followers', userId, query);
}

/** Throws USER_NOT_FOUND, FOLLOWS_HIDDEN, CURSOR_INVALID. */
export function listFollowing(ctx: Context, viewer: Viewer, userId: string, query: CursorQuery) {
  return listFollows(ctx, viewer, 'following', userId, query);
}

async function listFollows(
  ctx: Context,
  viewer: Viewer,
  list: 'followers' | 'following',
  userId: string,
  { cursor, perPage }: CursorQuery,
) {
  const { keys } = ctx.config;
  // A cursor works only for one user's list.
  const name = `${list} ${userId}`;
  const before = cursor === undefined ? undefined : await openCursor(keys, name, FollowPosition, cursor);
  const [mine, theirs] =
    list === 'followers' ? [follows.creatorId, follows.followerId] : [follows.followerId, follows.creatorId];
  const position = before && sql`(${follows.createdAt}, ${theirs}) < (${before[0]}, ${before[1]})`;
  const [user, rows] = await Promise.all([
    ctx.db
      .select({ showsFollows: showsFollows(viewer) })
      .from(users)
      .where(and(eq(users.id, userId), profileVisibleTo(viewer)))
      .get(),
    ctx.db
      .select({ card: cardColumnsFor(viewer), at: sql<number>`walked.at`, isEnd: sql<number>`walked.is_end` })
      .from(windowOf(theirs, and(eq(mine, userId), position), WINDOW_FACTOR * perPage))
      .crossJoin(users)
      .where(
        and(
          sql`users.id = walked.user_id`,
          or(
            sql`walked.is_end`,
            and(profileVisibleTo(viewer), list === 'followers' ? showsFollowing(viewer, userId) : undefined),
          ),
        ),
      )
      .limit(perPage + 1),
  ]);
  if (!user) throw socialError('USER_NOT_FOUND');
  if (list === 'following' && user.showsFollows === 0) throw socialError('FOLLOWS_HIDDEN');
  const shown = rows.filter(({ isEnd }) => isEnd === 0).slice(0, perPage);
  const last = rows.find(({ isEnd }) => isEnd === 1) ?? (rows.length > perPage ? shown.at(-1) : undefined);
  return {
    items: shown.map(({ card }) => presentCard(card)),
    pagination: { nextCursor: last ? await sealCursor(keys, name, [last.at, last.card.id]) : null, perPage },
  };
}

/**
 * The newest of these follows. The second branch repeats the window's last row, where the next page begins. SQLite
 * reads it only if the first branch did not fill the page.
 */
function windowOf(theirs: SQLiteColumn, condition: SQL | undefined, max: number): SQL {
  const newest = (isEnd: 0 | 1, rows: SQL) => sql`SELECT * FROM (
    SELECT ${follows.createdAt} AS at, ${theirs} AS user_id, ${literal(isEnd)} AS is_end FROM ${follows}
    WHERE ${condition} ORDER BY ${desc(follows.createdAt)}, ${desc(theirs)} LIMIT ${rows})`;
  const [size, end] = [literal(max), literal(max - 1)];
  return sql`(${newest(0, size)} UNION ALL ${newest(1, sql`1 OFFSET ${end}`)}) AS walked`;
}

/** Creators see all of their own followers. */
function showsFollowing(viewer: Viewer, creatorId: string): SQL | undefined {
  return viewer?.kind === 'user' && viewer.userId === creatorId ? undefined : showsFollows(viewer);
}
