/** Searches streams by title, description and category; cancelled streams are not found. */
import { and, eq, ne, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { users } from '@/domains/base/users/tables';
import { streamAudience, visibleTo } from '@/domains/base/visibility/streams';
import { streamLive } from '@/domains/live/rooms/tables';
import { presentStream, streamColumns } from '@/domains/live/streams/present';
import { streams } from '@/domains/live/streams/tables';
import type { Viewer } from '@/shared/actor';
import { hitColumns, hitsOf, isShown, presentHits } from './hits';
import type { Index, Question } from './place';

export const STREAM_INDEX: Index = {
  table: 'streams_fts',
  rows: streams,
  fields: [
    { name: 'title', weight: 10 },
    { name: 'description', weight: 1, isLong: true },
    { name: 'category', weight: 5 },
  ],
};

/** Runs one statement. Throws CURSOR_INVALID. */
export async function searchStreams(ctx: Context, viewer: Viewer, question: Question) {
  const hits = hitsOf({ index: STREAM_INDEX, question, audience: streamAudience(viewer) });
  const rows = await ctx.db
    .select({ ...streamColumns(viewer), hit: hitColumns })
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
  return presentHits(STREAM_INDEX, question, rows, (row) => presentStream(row, viewer));
}
