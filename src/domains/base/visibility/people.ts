/**
 * Which users are hidden from whom, as conditions for any SELECT. Inactive accounts are hidden from everybody, a block
 * hides two users from each other, and creators may hide themselves in regions.
 */
import { and, or, type SQL, type SQLWrapper, sql } from 'drizzle-orm';
import { literal } from '@/db/sql';
import { userSettings } from '@/domains/base/settings/tables';
import { users } from '@/domains/base/users/tables';
import { performerPrivacy } from '@/domains/people/performers/tables';
import { blocks } from '@/domains/people/social/tables';
import type { Viewer } from '@/shared/actor';
import { DAY_MS } from '@/shared/time';
import { shownTo } from './regions';

/** A longer suspension ends subscriptions, as a ban does. A shorter one pauses them. */
const PAUSING_SUSPENSION_MS_MAX = 30 * DAY_MS;
/** As many ids as a client gets to filter by. */
const BLOCKED_IDS_MAX = 500;

type Column = SQLWrapper | string;

/** The account is neither banned nor deleted. @param user the name of `users` in the query */
export function isActive(user: SQL = sql`users`): SQL<number> {
  return sql<number>`${user}.status = 'active'`;
}

/**
 * Active, and not about to be deleted. An account that awaits its deletion is still seen, but gains no followers, coins
 * or subscriptions.
 */
export function isStaying(user: SQL = sql`users`): SQL<number> {
  return sql<number>`(${isActive(user)} AND ${user}.deletes_at IS NULL)`;
}

/** Staying, and approved: this creator can gain followers and subscribers, and be paid. */
export function isStayingCreator(user: SQL = sql`users`): SQL<number> {
  return sql<number>`(${isStaying(user)} AND ${user}.creator_status = 'APPROVED')`;
}

/** Suspended, in all, for no longer than subscriptions are paused. */
export function isBrieflySuspended(user: SQL = sql`users`): SQL<number> {
  return sql<number>`(${user}.status = 'banned'
    AND coalesce(${user}.banned_until - ${user}.banned_at <= ${literal(PAUSING_SUSPENSION_MS_MAX)}, 0))`;
}

/** `isActive`, for a query that only has the user's id. One look-up by primary key. */
export function isActiveUser(userId: Column): SQL<number> {
  return sql<number>`EXISTS (SELECT 1 FROM ${users} account WHERE account.id = ${userId} AND ${isActive(sql`account`)})`;
}

/**
 * For `requireThat`: the account is active and the condition holds at that moment. The guard looked milliseconds before,
 * and the account may have been banned since. The two failures differ: see `BANNED_MEANWHILE` in people/auth.
 */
export function whileActive(userId: Column, condition: SQL): SQL {
  return sql`CASE WHEN ${isActiveUser(userId)} THEN (${condition}) END`;
}

/** One look-up by primary key. */
export function hasBlocked(blockerId: Column, blockedId: Column): SQL<number> {
  return sql<number>`EXISTS (SELECT 1 FROM ${blocks} WHERE blocker_id = ${blockerId} AND blocked_id = ${blockedId})`;
}

/** Either user blocks the other. Two look-ups by primary key. */
export function isBlockBetween(one: Column, other: Column): SQL<number> {
  return sql<number>`(${hasBlocked(one, other)} OR ${hasBlocked(other, one)})`;
}

export function noBlockBetween(one: Column, other: Column): SQL<number> {
  return sql<number>`NOT ${isBlockBetween(one, other)}`;
}

/**
 * The users visible to this reader, for a SELECT that has `users` without an alias: active, with no block in between,
 * and not hidden in the reader's region. Blocks and regions do not apply to staff.
 */
export function userVisibleTo(viewer: Viewer): SQL | undefined {
  const unlessBlocked = viewer?.kind === 'user' && !viewer.staff ? noBlockBetween(viewer.userId, users.id) : undefined;
  return and(isActive(), unlessBlocked, shownTo(viewer));
}

/**
 * Also users whom the reader blocks, for views that only name them: a client must show whose block can be undone. It
 * does not depend on whether those users block the reader in return, so it does not reveal that.
 */
export function userNamedTo(viewer: Viewer): SQL | undefined {
  if (viewer?.kind !== 'user' || seesPastBlocks(viewer)) return userVisibleTo(viewer);
  return and(isActive(), or(blockedBy(viewer), noBlockBetween(viewer.userId, users.id)), shownTo(viewer));
}

/**
 * The users whose profile this reader sees: in search, lists and on its page. A profile that staff review is hidden from
 * everyone else, but not what its user streams and posts.
 */
export function profileVisibleTo(viewer: Viewer): SQL | undefined {
  return and(userVisibleTo(viewer), isNotReviewed(viewer));
}

/** The same, as `userNamedTo`. */
export function profileNamedTo(viewer: Viewer): SQL | undefined {
  return and(userNamedTo(viewer), isNotReviewed(viewer));
}

function isNotReviewed(viewer: Viewer): SQL<number> {
  return viewer?.kind === 'user'
    ? sql<number>`(users.hidden_at IS NULL OR users.id = ${viewer.userId})`
    : sql<number>`users.hidden_at IS NULL`;
}

/** 1 if this reader blocks the user. One look-up by primary key. */
export function blockedBy(viewer: Viewer): SQL<number> {
  if (viewer?.kind !== 'user') return sql<number>`0`;
  return hasBlocked(viewer.userId, sql`users.id`);
}

export function seesPastBlocks(viewer: Viewer): boolean {
  return viewer?.kind === 'user' && viewer.staff !== null;
}

/** 1 if this reader may see whom the user follows, and how many. Everybody may, unless the user's settings say no. */
export function showsFollows(viewer: Viewer): SQL<number> {
  if (viewer?.kind === 'user' && viewer.staff) return sql<number>`1`;
  const readerId = viewer?.kind === 'user' ? viewer.userId : '';
  return sql<number>`(users.id = ${readerId} OR NOT EXISTS (
    SELECT 1 FROM ${userSettings} chosen WHERE chosen.user_id = users.id AND chosen.show_activity = 0))`;
}

/** 1 unless the creator, `users` in the query, hides who is watching. */
export const showsViewerList = unlessPerformer(sql`chosen.show_viewer_list = 0`);

/** 1 if this creator hides who is watching. For queries in which `users` is somebody else. */
export function hidesViewerList(creatorId: SQLWrapper): SQL<number> {
  return sql<number>`EXISTS (SELECT 1 FROM ${users} host WHERE host.id = ${creatorId} AND host.role = 'performer'
    AND EXISTS (SELECT 1 FROM ${performerPrivacy} chosen WHERE chosen.user_id = host.id AND chosen.show_viewer_list = 0))`;
}

/** 1 unless the creator, `users` in the query, wants no recordings. */
export const allowsRecording = unlessPerformer(sql`chosen.allow_recording = 0`);

/** One look-up by primary key, for performers. */
function unlessPerformer(chose: SQL): SQL<number> {
  return sql<number>`(CASE WHEN users.role = 'performer' THEN NOT EXISTS (SELECT 1 FROM ${performerPrivacy} chosen
    WHERE chosen.user_id = users.id AND ${chose}) ELSE 1 END)`;
}

/** 1 if this user must not be named in other creators' viewer lists. One look-up by primary key. */
export function isAnonymous(userId: SQLWrapper): SQL<number> {
  return sql<number>`EXISTS (SELECT 1 FROM ${performerPrivacy} chosen
    WHERE chosen.user_id = ${userId} AND chosen.anonymous_mode = 1)`;
}

/**
 * A column: JSON of the newest ids that the user blocks. It never lists users who block them, since that would reveal
 * who did.
 */
export function blockedIdsOf(userId: SQLWrapper): SQL<string> {
  return sql<string>`(SELECT json_group_array(blocked_id) FROM (
    SELECT blocked_id FROM ${blocks} WHERE blocker_id = ${userId}
    ORDER BY created_at DESC, blocked_id DESC LIMIT ${literal(BLOCKED_IDS_MAX)}))`;
}

/**
 * A SELECT of the `id`s among these users that a block, in either direction, separates from the reader. Two look-ups by
 * key for each. Undefined if there is nothing to look up.
 */
export function blockedAmong(viewer: Viewer, userIds: readonly string[]): SQL | undefined {
  if (viewer?.kind !== 'user' || seesPastBlocks(viewer)) return undefined;
  const others = [...new Set(userIds)].filter((id) => id !== viewer.userId);
  if (others.length === 0) return undefined;
  return sql`SELECT other.value AS id FROM json_each(${JSON.stringify(others)}) AS other
    WHERE ${isBlockBetween(viewer.userId, sql`other.value`)}`;
}
