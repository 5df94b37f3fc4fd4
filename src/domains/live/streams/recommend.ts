/**
 * Live streams for one reader: recommendations, and the streams of creators they follow or subscribe to. The formula
 * stands here alone.
 */

import { and, desc, eq, ne, type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { int, literal } from '@/db/sql';
import { isMemberOf, tiesOf } from '@/domains/base/visibility/members';
import { channels } from '@/domains/live/channels/tables';
import { watchedCategories } from '@/domains/live/rooms/tables';
import { creatorCategories } from '@/domains/people/creators/tables';
import type { PageQuery } from '@/http/envelope';
import type { Actor, Viewer } from '@/shared/actor';
import { DAY_MS, MINUTE_MS } from '@/shared/time';
import { listPage, type StreamList } from './discovery';
import { rankingCount } from './present';
import { streams } from './tables';

/** How many viewers a stream that has just begun is taken to have more than it has: one less each minute. */
const FRESHNESS_BONUS_MINUTES = 30;
/** A reader is taken to like the categories of the creators they followed last, and of as many they subscribed to last. */
const TIES_READ_MAX = 100;
const WATCHED_WITHIN_DAYS = 30;

/** For the reference. */
export const FORMULA =
  'By what they are to you first: 4 points for a creator whom you follow or subscribe to, 2 for a category of the ' +
  `${TIES_READ_MAX} creators whom you followed, or subscribed to, last, 1 for a category of which you watched ` +
  `something in the last ${WATCHED_WITHIN_DAYS} days. So the creators you follow come before whatever is bigger. Among equals, and for guests, ` +
  `by viewers (of guests from one address at most five), where a stream that has just begun counts for ` +
  `${FRESHNESS_BONUS_MINUTES} more, one less each minute. Your own is left out.`;

/** Two statements. The order is that of FORMULA. */
export function listRecommended(ctx: Context, viewer: Viewer, query: PageQuery): Promise<StreamList> {
  const userId = viewer?.kind === 'user' ? viewer.userId : null;
  const minutesLive = sql`(${int(ctx.now())} - ${streams.startedAt}) / ${literal(MINUTE_MS)}`;
  const order = [
    ...(userId === null ? [] : [sql`${pointsFor(ctx, userId)} DESC`]),
    sql`${rankingCount} + max(0, ${literal(FRESHNESS_BONUS_MINUTES)} - ${minutesLive}) DESC`,
    desc(streams.id),
  ];
  const condition = and(isLive, userId === null ? undefined : ne(streams.creatorId, userId));
  return listPage(ctx, viewer, condition, order, query);
}

/** Live streams of creators whom the user follows or subscribes to, the most watched first. Two statements. */
export function listFollowing(ctx: Context, actor: Actor, query: PageQuery): Promise<StreamList> {
  const order = [desc(rankingCount), desc(streams.id)];
  return listPage(
    ctx,
    actor,
    and(isLive, sql`${streams.creatorId} IN (SELECT creator_id FROM (${tiesOf(actor.userId)}))`),
    order,
    query,
  );
}

const isLive = eq(streams.status, literal('live'));

/** The categories of a reader's creators are read once a list; the rest are look-ups by key for each stream. */
function pointsFor(ctx: Context, userId: string): SQL {
  const tied = sql`SELECT creator_id FROM (${tiesOf(userId, TIES_READ_MAX)})`;
  const since = ctx.now() - WATCHED_WITHIN_DAYS * DAY_MS;
  return sql`4 * ${isMemberOf(userId, streams.creatorId)}
    + 2 * coalesce(${streams.category} IN (
        SELECT category FROM ${creatorCategories} WHERE user_id IN (${tied})
        UNION SELECT category FROM ${channels} WHERE creator_id IN (${tied}) AND category IS NOT NULL), 0)
    + EXISTS (SELECT 1 FROM ${watchedCategories} watched
        WHERE watched.user_id = ${userId} AND watched.category = ${streams.category} AND watched.seen_at > ${since})`;
}
