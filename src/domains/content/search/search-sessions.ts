/** Searches sessions with filters, in several orders, and counts the matches of each category. */
import type { z } from '@hono/zod-openapi';
import { and, desc, eq, type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { newestMatches } from '@/db/fts';
import { users } from '@/domains/base/users/tables';
import { visibleTo } from '@/domains/base/visibility/streams';
import type { Category } from '@/domains/live/channels/categories';
import { streamLive } from '@/domains/live/rooms/tables';
import { audienceFor, countStreams, hasWords, isOfKind, orderOf, readPage } from '@/domains/live/streams/discovery';
import { presentStream, streamColumns } from '@/domains/live/streams/present';
import { streams } from '@/domains/live/streams/tables';
import { COUNT_MAX, limitAndOffset, presentPage } from '@/http/envelope';
import type { Viewer } from '@/shared/actor';
import { hitsOf, RANKED_PER_ITEM } from './hits';
import { RANKED_SESSIONS_MAX, type SessionSearchQuery } from './schemas';
import { STREAM_INDEX } from './search-streams';

type Query = z.output<typeof SessionSearchQuery>;

/** Two statements at once; with a category, a third counts its own matches. */
export async function searchSessions(ctx: Context, viewer: Viewer, query: Query) {
  const { sort } = query;
  const status = query.status ?? (sort === 'viewers' ? 'live' : undefined);
  const filter = { ...query, status };
  const matching = and(isOfKind(filter), hasWords(viewer, filter), visibleTo(viewer));
  const found = and(matching, isOfCategory(query));
  const [items, categories, ofCategory] = await Promise.all([
    sort === 'relevance' ? readRanked(ctx, viewer, filter) : readPage(ctx, viewer, found, orderBy(sort, status), query),
    countCategories(ctx, matching),
    query.category === undefined ? undefined : countStreams(ctx, found),
  ]);
  const total = ofCategory ?? categories.reduce((sum, { count }) => sum + count, 0);
  const listed = sort === 'relevance' ? Math.min(total, RANKED_SESSIONS_MAX) : total;
  return { ...presentPage(items, listed, query), facets: { categories } };
}

/** The plus keeps SQLite from reading all of a category where a search for words finds fewer. */
function isOfCategory({ category, q }: Pick<Query, 'category' | 'q'>): SQL | undefined {
  if (category === undefined) return undefined;
  return q === undefined ? eq(streams.category, category) : sql`+${streams.category} = ${category}`;
}

/** NOTE: the indexes of migration 0086 have this exact expression. */
const isLive = sql`${streams.status} = 'live'`;

function orderBy(sort: Exclude<Query['sort'], 'relevance'>, status: Query['status']): SQL[] {
  if (sort !== 'live') return orderOf(sort, status);
  // Among sessions of one status, none comes before the others.
  return status === undefined ? [desc(isLive), desc(streams.id)] : [desc(streams.id)];
}

/** The filters apply before the newest matches are ranked, the reader's own view after it. */
async function readRanked(ctx: Context, viewer: Viewer, query: Query) {
  const { q = '', status, creatorId, category } = query;
  const audience = audienceFor(viewer, status);
  const hasFilter = status !== undefined || creatorId !== undefined || category !== undefined;
  const asked = and(isOfKind(query), isOfCategory(query));
  const newest = newestMatches(STREAM_INDEX.table, q, audience, COUNT_MAX);
  const among = sql`rowid >= (SELECT min(rowid) FROM (${newest}))
    AND EXISTS (SELECT 1 FROM ${streams} WHERE streams.rowid = streams_fts.rowid AND ${asked})`;
  const question = { q, perPage: RANKED_SESSIONS_MAX / RANKED_PER_ITEM };
  const hits = hitsOf({ index: STREAM_INDEX, question, audience, among: hasFilter ? among : undefined });
  const { limit, offset } = limitAndOffset(query);
  const rows = await ctx.db
    .select(streamColumns(viewer))
    .from(hits)
    .crossJoin(streams)
    .crossJoin(users)
    .leftJoin(streamLive, eq(streamLive.streamId, streams.id))
    .where(
      and(
        sql`streams.rowid = hits.hit_row AND NOT hits.hit_beyond`,
        eq(users.id, streams.creatorId),
        isOfKind(query),
        visibleTo(viewer),
      ),
    )
    .limit(limit)
    .offset(offset);
  return rows.map((row) => presentStream(row, viewer));
}

/** Counts up to COUNT_MAX + 1, the newest first. */
async function countCategories(ctx: Context, matching: SQL | undefined) {
  const newest = ctx.db
    .select({ category: sql`${streams.category}`.as('category') })
    .from(streams)
    .innerJoin(users, eq(users.id, streams.creatorId))
    .where(matching)
    .orderBy(desc(streams.id))
    .limit(COUNT_MAX + 1)
    .as('newest');
  return ctx.db
    .select({ category: sql<z.output<typeof Category> | null>`category`, count: sql<number>`count(*)` })
    .from(newest)
    .groupBy(sql`category`)
    .orderBy(sql`count(*) DESC, category`);
}
