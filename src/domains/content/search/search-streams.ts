/** Streams by what they say of themselves; what was called off is not found. */
import { and, eq, ne, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { users } from '@/domains/base/users/tables';
import { streamAudience, visibleTo } from '@/domains/base/visibility/streams';
import { presentStream, streamColumns } from '@/domains/live/streams/present';
import { streamLive, streams } from '@/domains/live/streams/tables';
import type { Viewer } from '@/shared/actor';
import { hitColumns, hitsOf, type Index, isShown, presentHits, type Question } from './hits';

const INDEX: Index = {
  table: 'streams_fts',
  rows: 'streams',
  fields: [
    { name: 'title', weight: 10 },
    { name: 'description', weight: 1, isLong: true },
    { name: 'category', weight: 5 },
  ],
};

/** One statement. Throws CURSOR_INVALID. */
export async function searchStreams(ctx: Context, viewer: Viewer, question: Question) {
  const hits = hitsOf(INDEX, question, streamAudience(viewer));
  const rows = await ctx.db
    .select({ ...streamColumns, hit: hitColumns })
    .from(hits)
    .crossJoin(streams)
    .crossJoin(users)
    .leftJoin(streamLive, eq(streamLive.streamId, streams.id))
    .where(
      and(
        sql`streams.rowid = hits.hit_row`,
        eq(users.id, streams.creatorId),
        isShown(and(ne(streams.status, 'cancelled'), visibleTo(viewer))),
      ),
    )
    .limit(question.perPage + 1);
  return presentHits(INDEX, question, rows, (row) => presentStream(row, viewer));
}
