/**
 * Plans what staff and reports do with tracks, as a part of one batch. Nobody hears a muted track, its DJ included: it
 * cannot be played, and viewers see it neither as now playing nor in set lists. A removed one is muted until no appeal
 * can bring it back, and is then deleted. Repeating any of it changes nothing.
 */
import { eq, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import type { OutboxEvent } from '@/contracts/messages';
import { commitIfMet, requireThat } from '@/db/commit';
import { isRemovalAppealed } from '@/domains/base/decisions/on-target';
import { setPrivacy } from '@/domains/base/media/access';
import { users } from '@/domains/base/users/tables';
import { visibleTo } from '@/domains/base/visibility/streams';
import { streams } from '@/domains/live/streams/tables';
import type { Viewer } from '@/shared/actor';
import { planDeletion } from './delete-track';
import { changeAfter, nowPlayingEvent, playingQuery, playsAsSeen } from './now-playing';
import { setList, type TrackRow, tracks } from './tables';

interface Plan {
  readonly statements: Statement[];
  readonly events: OutboxEvent[];
}

const CLEARED_A_RUN = 20;

/**
 * Mutes it while a claim stands, until `unmuteTrack`. The batch aborts with DEMAND_NOT_MET if the track is muted,
 * returned, started or stopped meanwhile; read again then.
 */
export function muteTrack(ctx: Context, id: string): Promise<Plan> {
  return planMuting(ctx, id, ({ mutedAt, keptUntil }) =>
    mutedAt === null ? { mutedAt: ctx.now(), keptUntil } : undefined,
  );
}

/** As `muteTrack`. A removed track stays muted. */
export function unmuteTrack(ctx: Context, id: string): Promise<Plan> {
  return planMuting(ctx, id, ({ mutedAt, keptUntil }) =>
    mutedAt !== null && keptUntil === null ? { mutedAt: null, keptUntil } : undefined,
  );
}

/** As `muteTrack`. @param until ms: an appeal may bring it back until then */
export function keepRemovedTrack(ctx: Context, id: string, until: number): Promise<Plan> {
  return planMuting(ctx, id, ({ mutedAt, keptUntil }) =>
    keptUntil === null ? { mutedAt: mutedAt ?? ctx.now(), keptUntil: until } : undefined,
  );
}

/** As `muteTrack`. */
export function returnTrack(ctx: Context, id: string): Promise<Plan> {
  return planMuting(ctx, id, ({ keptUntil }) => (keptUntil === null ? undefined : { mutedAt: null, keptUntil: null }));
}

type Muting = Pick<TrackRow, 'mutedAt' | 'keptUntil'>;

/** @param next undefined if nothing changes */
async function planMuting(ctx: Context, id: string, next: (now: Muting) => Muting | undefined): Promise<Plan> {
  const [[track], [playing]] = await ctx.db.batch([
    ctx.db.select().from(tracks).where(eq(tracks.id, id)),
    playingQuery(ctx, id),
  ]);
  const muting = track && next(track);
  if (!muting) return { statements: [], events: [] };
  const isAsSeen = sql`EXISTS (SELECT 1 FROM ${tracks} WHERE id = ${id}
    AND muted_at IS ${track.mutedAt} AND kept_until IS ${track.keptUntil}) AND ${playsAsSeen(id, playing)}`;
  const cover = sql`SELECT cover_key FROM ${tracks} WHERE id = ${id} AND cover_key IS NOT NULL`;
  const statements = [
    requireThat(ctx, isAsSeen),
    ctx.db
      .update(tracks)
      .set({ ...muting, updatedAt: ctx.now() })
      .where(eq(tracks.id, id)),
    setPrivacy(ctx, cover, muting.mutedAt !== null),
  ];
  if (!playing) return { statements, events: [] };
  const at = changeAfter(ctx, playing);
  return {
    statements: [...statements, ctx.db.update(setList).set({ changedAt: at }).where(eq(setList.id, playing.id))],
    events: [nowPlayingEvent(ctx, playing.streamId, at, { entry: playing, track: { ...track, ...muting } })],
  };
}

/**
 * A sweep: deletes removed tracks that can no longer come back. An open appeal keeps them. Returns whether there may be
 * more.
 */
export async function clearKeptTracks(ctx: Context): Promise<boolean> {
  const isDue = sql`kept_until IS NOT NULL AND kept_until <= ${ctx.now()}
    AND NOT ${isRemovalAppealed('track', sql`tracks.id`)}`;
  const due = await ctx.db.select().from(tracks).where(isDue).limit(CLEARED_A_RUN);
  for (const track of due) {
    const { statements, events } = await planDeletion(ctx, track);
    await commitIfMet(ctx, statements, { events });
  }
  return due.length === CLEARED_A_RUN;
}

/** What a report on a track is about. */
export interface ReportableTrack {
  readonly track: TrackRow;
  /** A stream in which it was played and this viewer may see; null for its DJ. */
  readonly streamId: string | null;
}

/** Undefined unless it is the viewer's own, or plays or was played, not hidden, in a stream that they may see. */
export async function findTrackToReport(
  ctx: Context,
  viewer: Viewer,
  id: string,
): Promise<ReportableTrack | undefined> {
  const isPlayed = sql`${setList.trackId} = ${id} AND ${setList.hidden} = 0 AND ${visibleTo(viewer)}`;
  const [[track], [played]] = await ctx.db.batch([
    ctx.db.select().from(tracks).where(eq(tracks.id, id)),
    ctx.db
      .select({ streamId: setList.streamId })
      .from(setList)
      .innerJoin(streams, eq(streams.id, setList.streamId))
      .innerJoin(users, eq(users.id, streams.creatorId))
      .where(isPlayed)
      .limit(1),
  ]);
  const isOwn = viewer?.kind === 'user' && viewer.userId === track?.djId;
  if (!track || !(isOwn || played)) return undefined;
  return { track, streamId: played?.streamId ?? null };
}
