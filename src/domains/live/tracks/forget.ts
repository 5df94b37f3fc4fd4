/** The end of a DJ's account: deletes their tracks, and the set lists of their streams, some at a time. */
import { eq, inArray, type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { commit } from '@/db/commit';
import { forgetMedia } from '@/domains/base/media/store';
import { streams } from '@/domains/live/streams/tables';
import { setList, tracks } from './tables';

const TRACKS_A_STEP = 20;

/** Returns how many it deleted; 0 means that none is left. */
export async function forgetTracks(ctx: Context, djId: string): Promise<number> {
  const { id, key, coverKey } = tracks;
  const rows = await ctx.db
    .select({ id, key, coverKey })
    .from(tracks)
    .where(eq(tracks.djId, djId))
    .limit(TRACKS_A_STEP);
  if (rows.length === 0) return 0;
  const files = rows
    .flatMap((row) => [row.key, row.coverKey])
    .flatMap((file) => (file === null ? [] : [forgetMedia(ctx, file)]));
  const ids = rows.map((row) => row.id);
  await commit(
    ctx,
    [ctx.db.delete(tracks).where(inArray(tracks.id, ids)), ...files.map(({ statement }) => statement)],
    { events: files.map(({ event }) => event) },
  );
  return rows.length;
}

/** Repeat it until it changes no row. */
export function forgetSetLists(ctx: Context, djId: string, limit: SQL): Statement {
  const entries = sql`SELECT set_list.id FROM ${streams} CROSS JOIN ${setList} ON set_list.stream_id = streams.id
    WHERE streams.creator_id = ${djId} ${limit}`;
  return ctx.db.run(sql`DELETE FROM ${setList} WHERE id IN (${entries})`);
}
