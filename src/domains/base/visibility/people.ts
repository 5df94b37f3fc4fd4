/** Who is out of sight for whom: a block hides both from each other, and creators choose where they are not shown. */
import { and, or, type SQL, type SQLWrapper, sql } from 'drizzle-orm';
import { users } from '@/domains/base/users/tables';
import { shownTo } from '@/domains/people/social/regions';
import type { Viewer } from '@/shared/actor';

/** A condition for any query: nobody of the two blocks the other. Two look-ups by primary key. */
export function noBlockBetween(one: SQLWrapper | string, other: SQLWrapper | string): SQL {
  return sql`NOT EXISTS (SELECT 1 FROM blocks WHERE blocker_id = ${one} AND blocked_id = ${other})
    AND NOT EXISTS (SELECT 1 FROM blocks WHERE blocker_id = ${other} AND blocked_id = ${one})`;
}

/**
 * Whom this reader may know of, for a SELECT that has `users` in it under its own name: accounts that are active, with
 * no block in between, that are shown where the reader is. Staff see past the last two.
 */
export function userVisibleTo(viewer: Viewer): SQL | undefined {
  // As text: a parameter could not use an index that is limited to active users.
  const active = sql`users.status = 'active'`;
  return viewer?.kind === 'user' && !viewer.staff
    ? and(active, noBlockBetween(sql`${viewer.userId}`, users.id), shownTo(viewer, users.id))
    : and(active, shownTo(viewer, users.id));
}

/**
 * The same, and those whom the reader blocks, for what only names them: a client has to show whose block it offers to
 * undo. It does not depend on whether they block the reader in return, so it does not tell either.
 */
export function userNamedTo(viewer: Viewer): SQL | undefined {
  if (viewer?.kind !== 'user' || seesPastBlocks(viewer)) return userVisibleTo(viewer);
  return and(
    sql`users.status = 'active'`,
    or(blockedBy(viewer), noBlockBetween(viewer.userId, users.id)),
    shownTo(viewer, users.id),
  );
}

/** 1 where this reader blocks the user. One look-up by primary key. */
export function blockedBy(viewer: Viewer): SQL<number> {
  if (viewer?.kind !== 'user') return sql<number>`0`;
  return sql<number>`EXISTS (SELECT 1 FROM blocks own WHERE own.blocker_id = ${viewer.userId} AND own.blocked_id = users.id)`;
}

export function seesPastBlocks(viewer: Viewer): boolean {
  return viewer?.kind === 'user' && viewer.staff !== null;
}

/** 1 where this reader may know whom the user follows, and how many: everybody, unless the user's settings say no. */
export function showsFollows(viewer: Viewer): SQL<number> {
  if (viewer?.kind === 'user' && viewer.staff) return sql<number>`1`;
  const readerId = viewer?.kind === 'user' ? viewer.userId : '';
  return sql<number>`(users.id = ${readerId} OR NOT EXISTS (
    SELECT 1 FROM user_settings chosen WHERE chosen.user_id = users.id AND chosen.show_activity = 0))`;
}
