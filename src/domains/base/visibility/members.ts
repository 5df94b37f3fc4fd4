/**
 * A creator's members: their followers and subscribers. A subscriber has everything a follower has, as long as the
 * month is paid or in grace. Conditions for any SELECT. Blocks are checked elsewhere.
 */
import { type SQL, type SQLWrapper, sql } from 'drizzle-orm';
import { literal } from '@/db/sql';
import { subscriptions } from '@/domains/money/subscriptions/tables';
import { follows } from '@/domains/people/social/tables';

type Column = SQLWrapper | string;

/** As SQLite writes it. */
const NO_LIMIT = -1;

/** Only follows. One look-up by primary key. @param by ms: ignores follows that began later */
export function followsCreator(followerId: Column, creatorId: Column, by?: Column | number): SQL<number> {
  return sql<number>`EXISTS (SELECT 1 FROM ${follows} followed
    WHERE followed.follower_id = ${followerId} AND followed.creator_id = ${creatorId}${noLaterThan(sql`followed.created_at`, by)})`;
}

/** When (ms) they began to follow; null if they do not. One look-up by primary key. */
export function followedSince(followerId: Column, creatorId: Column): SQL<number | null> {
  return sql<number | null>`(SELECT followed.created_at FROM ${follows} followed
    WHERE followed.follower_id = ${followerId} AND followed.creator_id = ${creatorId})`;
}

/** One look-up by index. @param by ms: ignores subscriptions that began later */
export function subscribes(subscriberId: Column, creatorId: Column, by?: Column | number): SQL<number> {
  return sql<number>`EXISTS (SELECT 1 FROM ${subscriptions} subscribed
    WHERE subscribed.subscriber_id = ${subscriberId} AND subscribed.creator_id = ${creatorId}
      AND ${isOpenSubscription(sql`subscribed`)}${noLaterThan(sql`subscribed.started_at`, by)})`;
}

/** Paid or in grace. @param subscription the name of `subscriptions` in the query */
export function isOpenSubscription(subscription: SQL = sql`subscriptions`): SQL<number> {
  return sql<number>`${subscription}.status <> 'ended'`;
}

function noLaterThan(began: SQL, by: Column | number | undefined): SQL {
  return by === undefined ? sql`` : sql` AND ${began} <= ${by}`;
}

/** At most two look-ups by key: the second only for users who do not follow. */
export function isMemberOf(userId: Column, creatorId: Column): SQL<number> {
  return sql<number>`(${followsCreator(userId, creatorId)} OR ${subscribes(userId, creatorId)})`;
}

/** The same for a relation that was already read. */
export function isMember({ follower, subscriber }: { readonly follower: boolean; readonly subscriber: boolean }) {
  return follower || subscriber;
}

/**
 * A SELECT of a user's ties to creators: `creator_id`, `since` (ms) and `subscribed`. It has a row for each follow and
 * one for each subscription, so a user who does both has two. Each kind has its own limit, so that follows never crowd
 * out paid subscriptions.
 * @param max the newest of each kind; all if absent
 */
export function tiesOf(userId: string, max = NO_LIMIT): SQL {
  return sql`
    SELECT creator_id, created_at AS since, 0 AS subscribed FROM (
      SELECT creator_id, created_at FROM ${follows} WHERE follower_id = ${userId}
      ORDER BY created_at DESC LIMIT ${literal(max)})
    UNION ALL SELECT creator_id, started_at, 1 FROM (
      SELECT creator_id, started_at FROM ${subscriptions} INDEXED BY subscriptions_open_of_subscriber
      WHERE subscriber_id = ${userId} AND ${isOpenSubscription()}
      ORDER BY id DESC LIMIT ${literal(max)})`;
}
