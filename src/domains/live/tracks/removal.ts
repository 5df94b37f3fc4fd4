/**
 * Plans what staff and reports do with tracks, as a part of one batch. Nobody hears a muted track, its DJ included: it
 * cannot be played, and viewers see it neither as now playing nor in set lists. A removed one is muted until no appeal
 * can bring it back, and is then deleted, as is one that its DJ deleted meanwhile once nothing mutes it. Repeating any of
 * it changes nothing.
 */
import { eq, type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { commitIfMet, NOTHING, type Plan, requireThat } from '@/db/commit';
import { int } from '@/db/sql';
import { isRemovalAppealed } from '@/domains/base/decisions/on-target';
import { setPrivacy } from '@/domains/base/media/access';
import { reports } from '@/domains/operations/reports/tables';
import { planDeletion } from './delete-track';
import { changeAfter, nowPlayingEvent, playingQuery, playsAsSeen } from './now-playing';
import { setList, type TrackRow, tracks } from './tables';

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

/** As `muteTrack`. It stays muted while another claim stands. */
export async function returnTrack(ctx: Context, id: string): Promise<Plan> {
  const { isClaimed } = await ctx.db.get<{ isClaimed: number }>(sql`SELECT ${isClaimedTrack(id)} AS isClaimed`);
  const { statements, events } = await planMuting(ctx, id, ({ mutedAt, keptUntil }) =>
    keptUntil === null ? undefined : { mutedAt: isClaimed === 1 ? mutedAt : null, keptUntil: null },
  );
  const isAsSeen = sql`${isClaimedTrack(id)} = ${int(isClaimed)}`;
  return { statements: [requireThat(ctx, isAsSeen), ...statements], events };
}

/** An open report has hidden it. */
function isClaimedTrack(id: string): SQL {
  return sql`EXISTS (SELECT 1 FROM ${reports}
    WHERE target_type = 'track' AND target_id = ${id} AND status <> 'resolved' AND hidden_at IS NOT NULL)`;
}

type Muting = Pick<TrackRow, 'mutedAt' | 'keptUntil'>;

/** @param next undefined if nothing changes */
async function planMuting(ctx: Context, id: string, next: (now: Muting) => Muting | undefined): Promise<Plan> {
  const [[track], [playing]] = await ctx.db.batch([
    ctx.db.select().from(tracks).where(eq(tracks.id, id)),
    playingQuery(ctx, id),
  ]);
  if (!track) return NOTHING;
  const muting = next(track);
  const isAsSeen = sql`EXISTS (SELECT 1 FROM ${tracks} WHERE id = ${id} AND muted_at IS ${track.mutedAt}
      AND kept_until IS ${track.keptUntil} AND deleted_at IS ${track.deletedAt})
    AND ${playsAsSeen(id, playing)}`;
  if (!muting) return { statements: [requireThat(ctx, isAsSeen)], events: [] };
  if (muting.mutedAt === null && track.deletedAt !== null) return planDeletion(ctx, track);
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
 * A sweep: deletes removed tracks that can no longer come back; set lists do not show their titles. An open appeal keeps
 * them. Returns whether there may be more.
 */
export async function clearKeptTracks(ctx: Context): Promise<boolean> {
  const isDue = sql`kept_until IS NOT NULL AND kept_until <= ${ctx.now()}
    AND NOT ${isRemovalAppealed('track', sql`tracks.id`)}`;
  const due = await ctx.db.select().from(tracks).where(isDue).limit(CLEARED_A_RUN);
  for (const track of due) {
    const { statements, events } = await planDeletion(ctx, track);
    // Its entries lose the track, and would show their titles again.
    const withhold = ctx.db.update(setList).set({ withheld: true }).where(eq(setList.trackId, track.id));
    await commitIfMet(ctx, [withhold, ...statements], { events, evenIfUnchanged: true });
  }
  return due.length === CLEARED_A_RUN;
}
