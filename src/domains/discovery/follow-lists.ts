/**
 * Who follows somebody, and whom somebody follows: newest first, by cursor. Left out are those whose account is gone
 * or banned, those whom a block keeps apart from the reader, and who does not show whom they follow, as follower. Two
 * statements.
 */
import { and, desc, eq, type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/context';
import { socialError } from '@/domains/social/errors';
import { follows } from '@/domains/social/tables';
import { showsFollows, userVisibleTo } from '@/domains/social/visible';
import { cardColumns, presentCard } from '@/domains/users/present';
import { users } from '@/domains/users/tables';
import { decodeCursor, encodeCursor, presentCursorPage } from '@/http/envelope';
import type { Viewer } from '@/shared/actor';
import { FollowPosition } from './schemas';

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
  // A cursor is good for the list of one user.
  const name = `${list} ${userId}`;
  const before = cursor === undefined ? undefined : decodeCursor(name, FollowPosition, cursor);
  const [mine, theirs] =
    list === 'followers' ? [follows.creatorId, follows.followerId] : [follows.followerId, follows.creatorId];
  const [user, rows] = await Promise.all([
    ctx.db
      .select({ showsFollows: showsFollows(viewer) })
      .from(users)
      .where(and(eq(users.id, userId), userVisibleTo(viewer)))
      .get(),
    ctx.db
      .select({ card: cardColumns, at: follows.createdAt })
      .from(follows)
      .innerJoin(users, eq(users.id, theirs))
      .where(
        and(
          eq(mine, userId),
          before && sql`(${follows.createdAt}, ${theirs}) < (${before[0]}, ${before[1]})`,
          userVisibleTo(viewer),
          list === 'followers' ? showsFollowing(viewer, userId) : undefined,
        ),
      )
      .orderBy(desc(follows.createdAt), desc(theirs))
      .limit(perPage + 1),
  ]);
  if (!user) throw socialError('USER_NOT_FOUND');
  if (list === 'following' && user.showsFollows === 0) throw socialError('FOLLOWS_HIDDEN');
  return presentCursorPage(
    rows,
    perPage,
    ({ card }) => presentCard(card),
    ({ card, at }) => encodeCursor(name, [at, card.id]),
  );
}

/** Creators know their own followers. */
function showsFollowing(viewer: Viewer, creatorId: string): SQL | undefined {
  return viewer?.kind === 'user' && viewer.userId === creatorId ? undefined : showsFollows(viewer);
}
