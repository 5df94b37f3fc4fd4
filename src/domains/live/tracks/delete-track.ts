/**
 * Deletes a track with its file and cover. If it plays, it stops. Set lists keep the title under which it was played. A
 * muted one only disappears: its hash stays until the case ends, so that the same file cannot be uploaded again.
 */
import { eq, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { commitIfMet, type Plan, requireThat } from '@/db/commit';
import { forgetMedia } from '@/domains/base/media/store';
import type { Actor } from '@/shared/actor';
import { trackError } from './errors';
import { getOwnTrack } from './find-track';
import { changeAfter, findPlaying, nowPlayingEvent, playsAsSeen } from './now-playing';
import { setList, type TrackRow, tracks } from './tables';

const ATTEMPTS_MAX = 3;

/** Throws TRACK_NOT_FOUND, TRACK_CHANGED. */
export async function deleteTrack(ctx: Context, actor: Actor, id: string): Promise<void> {
  for (let tries = 0; tries < ATTEMPTS_MAX; tries += 1) {
    const track = await getOwnTrack(ctx, actor, id);
    const { statements, events } = await (track.mutedAt === null ? planDeletion(ctx, track) : planLeaving(ctx, track));
    if (await commitIfMet(ctx, statements, { events })) return;
  }
  throw trackError('TRACK_CHANGED');
}

/** The batch aborts with DEMAND_NOT_MET if the track's files change, or it is muted, starts or stops meanwhile. */
export async function planDeletion(ctx: Context, track: TrackRow): Promise<Plan> {
  const { id, key, coverKey } = track;
  const stop = await planStop(ctx, track);
  const files = [key, coverKey].flatMap((file) => (file === null ? [] : [forgetMedia(ctx, file)]));
  return {
    statements: [
      ...stop.statements,
      ctx.db.delete(tracks).where(eq(tracks.id, id)),
      ...files.map(({ statement }) => statement),
    ],
    events: [...files.map(({ event }) => event), ...stop.events],
  };
}

/** For a muted track, as `planDeletion`. */
async function planLeaving(ctx: Context, track: TrackRow): Promise<Plan> {
  const { statements, events } = await planStop(ctx, track);
  const leave = ctx.db.update(tracks).set({ deletedAt: ctx.now() }).where(eq(tracks.id, track.id));
  return { statements: [...statements, leave], events };
}

async function planStop(ctx: Context, { id, key, coverKey, mutedAt, keptUntil }: TrackRow): Promise<Plan> {
  const playing = await findPlaying(ctx, id);
  const isUnchanged = sql`EXISTS (SELECT 1 FROM ${tracks}
    WHERE id = ${id} AND key IS ${key} AND cover_key IS ${coverKey}
      AND muted_at IS ${mutedAt} AND kept_until IS ${keptUntil}) AND ${playsAsSeen(id, playing)}`;
  if (!playing) return { statements: [requireThat(ctx, isUnchanged)], events: [] };
  const at = changeAfter(ctx, playing);
  const stop = ctx.db.update(setList).set({ endedAt: at, changedAt: at }).where(eq(setList.id, playing.id));
  return {
    statements: [requireThat(ctx, isUnchanged), stop],
    events: [nowPlayingEvent(ctx, playing.streamId, at, null)],
  };
}
