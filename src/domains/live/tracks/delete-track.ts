/**
 * Deletes a track with its file and cover. If it plays, it stops. Set lists keep the title under which it was played.
 */
import { eq, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import type { OutboxEvent } from '@/contracts/messages';
import { commitIfMet, requireThat } from '@/db/commit';
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
    const { statements, events } = await planDeletion(ctx, await getOwnTrack(ctx, actor, id));
    if (await commitIfMet(ctx, statements, { events })) return;
  }
  throw trackError('TRACK_CHANGED');
}

interface Plan {
  readonly statements: Statement[];
  readonly events: OutboxEvent[];
}

/** The batch aborts with DEMAND_NOT_MET if the track's files change, or it starts or stops meanwhile. */
export async function planDeletion(ctx: Context, track: TrackRow): Promise<Plan> {
  const { id, key, coverKey } = track;
  const playing = await findPlaying(ctx, id);
  const files = [key, coverKey].flatMap((file) => (file === null ? [] : [forgetMedia(ctx, file)]));
  const isUnchanged = sql`EXISTS (SELECT 1 FROM ${tracks}
    WHERE id = ${id} AND key IS ${key} AND cover_key IS ${coverKey}) AND ${playsAsSeen(id, playing)}`;
  const at = changeAfter(ctx, playing);
  const stop = playing
    ? [ctx.db.update(setList).set({ endedAt: at, changedAt: at }).where(eq(setList.id, playing.id))]
    : [];
  return {
    statements: [
      requireThat(ctx, isUnchanged),
      ...stop,
      ctx.db.delete(tracks).where(eq(tracks.id, id)),
      ...files.map(({ statement }) => statement),
    ],
    events: [
      ...files.map(({ event }) => event),
      ...(playing ? [nowPlayingEvent(ctx, playing.streamId, at, null)] : []),
    ],
  };
}
