/** What is on for one reader: recommendations, and the streams of whom they follow. The formula stands here alone. */
import { and, desc, ne, type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/context';
import { followsCreator } from '@/domains/social/status';
import type { PageQuery } from '@/http/envelope';
import type { Actor, Viewer } from '@/shared/actor';
import { DAY_MS, MINUTE_MS } from '@/shared/time';
import { listPage, type StreamList } from './discovery';
import { rankingCount } from './present';
import { streams } from './tables';

/** How many viewers a stream that has just begun is taken to have more than it has: one less each minute. */
const FRESHNESS_BONUS_MINUTES = 30;
/** Their categories are what a reader is taken to follow: those whom they followed last. */
const FOLLOWS_READ_MAX = 100;
const WATCHED_WITHIN_DAYS = 30;

/** For the reference. */
export const FORMULA =
  'By what they are to you first: 4 points for a creator whom you follow, 2 for a category of the ' +
  `${FOLLOWS_READ_MAX} creators whom you followed last, 1 for a category of which you watched something in the last ` +
  `${WATCHED_WITHIN_DAYS} days. So whatever you follow comes before whatever is bigger. Among equals, and for guests, ` +
  'by viewers (of guests from one address at most five), where a stream that has just begun counts for ' +
  `${FRESHNESS_BONUS_MINUTES} more, one less each minute. Your own is left out.`;

/** Two statements. The order is that of FORMULA. */
export function listRecommended(ctx: Context, viewer: Viewer, query: PageQuery): Promise<StreamList> {
  const userId = viewer?.kind === 'user' ? viewer.userId : null;
  const minutesLive = sql`(CAST(${ctx.now()} AS INTEGER) - ${streams.startedAt}) / ${sql.raw(String(MINUTE_MS))}`;
  const order = [
    ...(userId === null ? [] : [sql`${pointsFor(ctx, userId)} DESC`]),
    sql`${rankingCount} + max(0, ${sql.raw(String(FRESHNESS_BONUS_MINUTES))} - ${minutesLive}) DESC`,
    desc(streams.id),
  ];
  const condition = and(isLive, userId === null ? undefined : ne(streams.creatorId, userId));
  return listPage(ctx, viewer, condition, order, query);
}

/** Live streams of followed creators, the most watched first. Two statements. */
export function listFollowing(ctx: Context, actor: Actor, query: PageQuery): Promise<StreamList> {
  const followed = sql`SELECT creator_id FROM follows WHERE follower_id = ${actor.userId}`;
  const order = [desc(rankingCount), desc(streams.id)];
  return listPage(ctx, actor, and(isLive, sql`${streams.creatorId} IN (${followed})`), order, query);
}

/** As text, so that the index of live streams is taken. */
const isLive = sql`streams.status = 'live'`;

/** The categories that are followed are read once a list; the other two are a look-up by primary key each stream. */
function pointsFor(ctx: Context, userId: string): SQL {
  const followedLast = sql`SELECT creator_id FROM follows WHERE follower_id = ${userId}
    ORDER BY created_at DESC LIMIT ${sql.raw(String(FOLLOWS_READ_MAX))}`;
  const since = ctx.now() - WATCHED_WITHIN_DAYS * DAY_MS;
  return sql`4 * ${followsCreator(userId, streams.creatorId)}
    + 2 * coalesce(${streams.category} IN (
        SELECT category FROM creator_categories WHERE user_id IN (${followedLast})
        UNION SELECT category FROM channels WHERE creator_id IN (${followedLast}) AND category IS NOT NULL), 0)
    + EXISTS (SELECT 1 FROM watched_categories watched
        WHERE watched.user_id = ${userId} AND watched.category = ${streams.category} AND watched.seen_at > ${since})`;
}
