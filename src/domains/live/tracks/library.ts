/** A DJ's library: searched, filtered and sorted, by one statement for the page and one for the count. */
import type { z } from '@hono/zod-openapi';
import { and, desc, eq, type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { countRows } from '@/db/count-rows';
import { audienceOf, audienceWord, newestMatches } from '@/db/fts';
import { COUNT_MAX, limitAndOffset, presentPage } from '@/http/envelope';
import type { Actor } from '@/shared/actor';
import { fold } from '@/shared/text';
import { SECOND_MS } from '@/shared/time';
import { isOwnTrack } from './find-track';
import { TRACKS_MAX } from './limits';
import { presentTrack } from './present';
import type { TrackPage, TrackQuery, TrackSort } from './schemas';
import { tracks } from './tables';

/** Each in the order of an index. What has no artist or length yet comes last. */
const ORDERS: Readonly<Record<TrackSort, readonly SQL[]>> = {
  newest: [desc(tracks.id)],
  title: [sql`title COLLATE NOCASE`, sql`id`],
  artist: [sql`artist IS NULL`, sql`artist COLLATE NOCASE`, sql`id`],
  duration: [sql`duration_ms IS NULL`, sql`duration_ms`, sql`id`],
  plays: [desc(tracks.plays), desc(tracks.id)],
};

export async function listTracks(
  ctx: Context,
  actor: Actor,
  query: z.output<typeof TrackQuery>,
): Promise<z.input<typeof TrackPage>> {
  const which = whereOf(actor.userId, query);
  const { limit, offset } = limitAndOffset(query);
  const [rows, [counted]] = await ctx.db.batch([
    ctx.db
      .select()
      .from(tracks)
      .where(which)
      .orderBy(...ORDERS[query.sort])
      .limit(limit)
      .offset(offset),
    countRows(ctx, ctx.db.select({ id: tracks.id }).from(tracks).where(which), COUNT_MAX + 1),
  ]);
  return presentPage(await Promise.all(rows.map((row) => presentTrack(ctx, row))), counted?.total ?? 0, query);
}

function whereOf(djId: string, query: z.output<typeof TrackQuery>): SQL | undefined {
  const { q, genre, key, bpmMin, bpmMax, durationMin, durationMax, status } = query;
  const audience = audienceOf([audienceWord('d', djId)]);
  const isOneOfMatches = (words: string) =>
    sql`tracks.rowid IN (${newestMatches('tracks_fts', words, audience, TRACKS_MAX)})`;
  return and(
    isOwnTrack(djId),
    q === undefined ? undefined : isOneOfMatches(q),
    genre === undefined ? undefined : eq(tracks.genreKey, fold(genre)),
    key === undefined ? undefined : sql`music_key = ${key} COLLATE NOCASE`,
    bpmMin === undefined ? undefined : sql`bpm >= ${bpmMin}`,
    bpmMax === undefined ? undefined : sql`bpm <= ${bpmMax}`,
    durationMin === undefined ? undefined : sql`duration_ms >= ${durationMin * SECOND_MS}`,
    durationMax === undefined ? undefined : sql`duration_ms <= ${durationMax * SECOND_MS}`,
    status === undefined ? undefined : eq(tracks.status, status),
  );
}
