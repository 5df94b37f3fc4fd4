/** What time does to tracks, a bounded number at a time. */
import { inArray, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { commit } from '@/db/commit';
import { DAY_MS, HOUR_MS } from '@/shared/time';
import { reject } from './process';
import { type TrackRow, tracks } from './tables';

const TRACKS_MAX = 20;
/** Longer than the queue's own retries take. */
const QUEUED_AGAIN_AFTER_MS = HOUR_MS;
/** A file that kills its reader each time would otherwise be read for ever. */
const READABLE_WITHIN_MS = DAY_MS;
/** How long a DJ sees why a track was rejected. */
const REJECTED_FOR_MS = 30 * DAY_MS;

/**
 * Queues tracks again whose tries are spent, such as while the scanner was away. One that could not be read for a day is
 * rejected; one that waits for the scanner waits on. Returns whether there may be more.
 */
export async function requeueTracks(ctx: Context): Promise<boolean> {
  const now = ctx.now();
  const due = await ctx.db
    .select()
    .from(tracks)
    .where(sql`status IN ('uploading', 'scanning') AND queued_at <= ${now - QUEUED_AGAIN_AFTER_MS}`)
    .orderBy(tracks.queuedAt)
    .limit(TRACKS_MAX);
  const isHopeless = ({ status, createdAt }: TrackRow) =>
    status === 'uploading' && createdAt <= now - READABLE_WITHIN_MS;
  for (const track of due.filter(isHopeless))
    await reject(ctx, track, 'damaged').catch((error) => ctx.log.fault('track.reject', error)); // the next run tries again
  const again = due.filter((track) => !isHopeless(track)).map(({ id }) => id);
  if (again.length > 0)
    await commit(ctx, [ctx.db.update(tracks).set({ queuedAt: now }).where(inArray(tracks.id, again))], {
      events: again.map((trackId) => ({ kind: 'task', task: { type: 'process-track', trackId } })),
    });
  return due.length === TRACKS_MAX;
}

/** Forgets rejected tracks, which have no file. Returns whether there may be more. */
export async function clearRejectedTracks(ctx: Context): Promise<boolean> {
  const old = sql`status = 'rejected' AND updated_at <= ${ctx.now() - REJECTED_FOR_MS}`;
  const due = ctx.db.select({ id: tracks.id }).from(tracks).where(old).limit(TRACKS_MAX);
  const cleared = await ctx.db.delete(tracks).where(inArray(tracks.id, due)).returning({ id: tracks.id });
  return cleared.length === TRACKS_MAX;
}
