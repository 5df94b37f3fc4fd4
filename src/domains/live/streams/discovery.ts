/** Finds streams: lists by status, creator and search text. The statements are fixed and counts are bounded. */

import type { z } from '@hono/zod-openapi';
import { and, asc, desc, eq, isNotNull, ne, type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { countRows } from '@/db/count-rows';
import { newestMatches } from '@/db/fts';
import { literal } from '@/db/sql';
import { users } from '@/domains/base/users/tables';
import { CANCELLED, isOpen, streamAudience, visibleTo } from '@/domains/base/visibility/streams';
import { streamLive } from '@/domains/live/rooms/tables';
import { COUNT_MAX, limitAndOffset, type PageQuery, presentPage } from '@/http/envelope';
import type { Viewer } from '@/shared/actor';
import { presentStream, rankingCount, rankingPeak, streamColumns } from './present';
import type { LiveListQuery, StreamListQuery } from './schemas';
import { streams } from './tables';

type StreamFilter = Omit<z.output<typeof StreamListQuery>, keyof PageQuery>;
export type StreamList = ReturnType<typeof presentPage<ReturnType<typeof presentStream>>>;

export function listStreams(ctx: Context, viewer: Viewer, filter: StreamFilter & PageQuery): Promise<StreamList> {
  const status =
    filter.status ?? { newest: undefined, viewers: 'live' as const, scheduled: 'scheduled' as const }[filter.sort];
  const hasDate = filter.sort === 'scheduled' ? isNotNull(streams.scheduledFor) : undefined;
  const condition = and(isOfKind({ ...filter, status }), hasDate, hasWords(viewer, { ...filter, status }));
  return listPage(ctx, viewer, condition, orderOf(filter.sort, status), filter);
}

/** Without cancelled streams, unless they are asked for. */
export function isOfKind({ status, creatorId }: Pick<StreamFilter, 'status' | 'creatorId'>): SQL | undefined {
  const ofOneCreator = creatorId === undefined ? undefined : eq(streams.creatorId, creatorId);
  return and(ofStatus(status, ofOneCreator !== undefined), ofOneCreator);
}

/** One of the newest streams with these words. */
export function hasWords(viewer: Viewer, { q, status }: Pick<StreamFilter, 'q' | 'status'>): SQL | undefined {
  if (q === undefined) return undefined;
  return sql`streams.rowid IN (${newestMatches('streams_fts', q, audienceFor(viewer, status), COUNT_MAX + 1)})`;
}

/** The audience terms by which this reader finds streams of this status. */
export function audienceFor(viewer: Viewer, status: StreamFilter['status']): SQL {
  return status === 'cancelled' ? CANCELLED : streamAudience(viewer);
}

/** Returns the page, and its parts again under the names that older clients use. */
export async function listLive(ctx: Context, viewer: Viewer, query: z.output<typeof LiveListQuery>) {
  const list = await listStreams(ctx, viewer, { ...query, status: 'live' });
  const { page, perPage, total } = list.pagination;
  return { ...list, streams: list.items, total, page, perPage };
}

/**
 * The plus keeps SQLite from using the status index for one creator's ended streams, so it uses the creator's instead.
 */
function ofStatus(status: StreamFilter['status'], ofOneCreator: boolean): SQL {
  // Cancelled streams are only listed on request.
  if (!status) return ne(streams.status, 'cancelled');
  const equal = eq(streams.status, literal(status));
  if (!ofOneCreator) return equal;
  return status === 'live' || status === 'scheduled' ? sql`${equal} AND ${isOpen()}` : sql`+${equal}`;
}

export function orderOf(sort: StreamFilter['sort'], status: StreamFilter['status']): SQL[] {
  switch (sort) {
    case 'newest':
      return [desc(streams.id)];
    case 'scheduled':
      return [asc(streams.scheduledFor), asc(streams.id)];
    case 'viewers':
      return [desc(status === 'ended' ? rankingPeak : rankingCount), desc(streams.id)];
  }
}

/**
 * Runs two statements, whatever the filter. They are not a batch: D1 returns batch rows as objects, so the two `id`
 * columns would collide.
 */
export async function listPage(
  ctx: Context,
  viewer: Viewer,
  condition: SQL | undefined,
  order: SQL[],
  query: PageQuery,
): Promise<StreamList> {
  const visible = and(condition, visibleTo(viewer));
  const [items, total] = await Promise.all([readPage(ctx, viewer, visible, order, query), countStreams(ctx, visible)]);
  return presentPage(items, total, query);
}

/** @param visible includes whether the reader may see a stream */
export async function readPage(
  ctx: Context,
  viewer: Viewer,
  visible: SQL | undefined,
  order: SQL[],
  query: PageQuery,
): Promise<ReturnType<typeof presentStream>[]> {
  const { limit, offset } = limitAndOffset(query);
  const rows = await ctx.db
    .select(streamColumns(viewer))
    .from(streams)
    .innerJoin(users, eq(users.id, streams.creatorId))
    .leftJoin(streamLive, eq(streamLive.streamId, streams.id))
    .where(visible)
    .orderBy(...order)
    .limit(limit)
    .offset(offset);
  return rows.map((row) => presentStream(row, viewer));
}

/** Counts up to COUNT_MAX + 1. */
export async function countStreams(ctx: Context, visible: SQL | undefined): Promise<number> {
  const counted = ctx.db
    .select({ one: sql`1` })
    .from(streams)
    .innerJoin(users, eq(users.id, streams.creatorId))
    .where(visible);
  const [{ total = 0 } = {}] = await countRows(ctx, counted, COUNT_MAX + 1);
  return total;
}
