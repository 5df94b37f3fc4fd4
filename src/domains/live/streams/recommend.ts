/**
 * Live streams for one reader: recommendations, and streams of creators they follow or subscribe to. The formula is
 * defined only here.
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

/** A new stream ranks as if it had this many more viewers; the bonus falls by one each minute. */
const FRESHNESS_BONUS_MINUTES = 30;
/** A reader's categories come from this many creators they followed last, and as many they subscribed to last. */
const TIES_READ_MAX = 100;
const WATCHED_WITHIN_DAYS = 30;

/** The formula's description in the API reference. */
export const FORMULA =
  'Sorted by points first: 4 for a creator you follow or subscribe to, 2 for a category of the ' +
  `${TIES_READ_MAX} creators you followed or subscribed to last, 1 for a category you watched ` +
  `in the last ${WATCHED_WITHIN_DAYS} days. So creators you follow come before bigger streams. With equal points, ` +
  `and for guests, sorted by viewers (guests from one address count for at most five). A new stream counts as having ` +
  `${FRESHNESS_BONUS_MINUTES} more viewers, one less each minute. Your own stream is left out.`;

/** Two statements. Sorts as FORMULA says. */
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

/** Live streams of creators whom the user follows or subscribes to, most watched first. Two statements. */
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

/** The categories of a reader's creators are read once per list; the rest are look-ups by key for each stream. */
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
