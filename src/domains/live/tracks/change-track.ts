/**
 * Changes what a DJ says about a track. A field that the DJ has set stays so, also when the tags are read later. A new
 * cover is drawn anew, and the old one is deleted.
 */
import type { z } from '@hono/zod-openapi';
import { eq, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { commitIfMet, NOTHING, type Plan, requireThat } from '@/db/commit';
import { readImageUpload } from '@/domains/base/media/claim-upload';
import { fileError } from '@/domains/base/media/errors';
import { findKeyIn, isOwnMediaUrl, mediaUrl } from '@/domains/base/media/keys';
import { forgetMedia, storeImage } from '@/domains/base/media/store';
import { askStore } from '@/domains/base/media/written-file';
import { isActiveUser } from '@/domains/base/visibility/people';
import { invalid } from '@/http/validation';
import type { Actor } from '@/shared/actor';
import { isChange } from '@/shared/is-change';
import { trackError } from './errors';
import { getOwnTrack } from './find-track';
import { withGenreKey } from './genre';
import { changeAfter, findPlaying, nowPlayingEvent, playsAsSeen } from './now-playing';
import { presentTrack } from './present';
import type { Track, TrackChanges } from './schemas';
import { EDITABLE, type Editable, setList, type TrackRow, tracks } from './tables';

const ATTEMPTS_MAX = 3;

/**
 * Fields that are left out stay. Throws TRACK_NOT_FOUND, TRACK_REJECTED, TRACK_CHANGED, and what images and uploads
 * throw.
 */
export async function changeTrack(
  ctx: Context,
  actor: Actor,
  id: string,
  input: z.output<typeof TrackChanges>,
): Promise<z.input<typeof Track>> {
  const before = await getOwnTrack(ctx, actor, id);
  if (before.status === 'rejected') throw trackError('TRACK_REJECTED');
  const cover = await takeCover(ctx, before, input);
  for (let tries = 0, track = before; tries < ATTEMPTS_MAX; tries += 1, track = await getOwnTrack(ctx, actor, id)) {
    if (track.status === 'rejected') throw trackError('TRACK_REJECTED');
    const changed = await tryToChange(ctx, track, input, cover);
    if (changed) return presentTrack(ctx, changed);
  }
  throw trackError('TRACK_CHANGED');
}

interface NewCover extends Plan {
  /** Null: it has none from now on. */
  readonly key: string | null;
}

/** Undefined if the cover stays. */
async function takeCover(
  ctx: Context,
  { djId, coverKey }: TrackRow,
  { coverUrl, coverUploadId }: z.output<typeof TrackChanges>,
): Promise<NewCover | undefined> {
  if (coverUploadId !== undefined) {
    const { bytes, statements, event } = await readImageUpload(ctx, djId, coverUploadId);
    const image = await storeImage(ctx, djId, 'track-cover', bytes);
    return { key: image.key, statements: [...statements, ...image.statements], events: [event] };
  }
  if (coverUrl === undefined || (coverKey !== null && coverUrl === mediaUrl(ctx.config, coverKey))) return undefined;
  if (coverUrl === null) return { key: null, ...NOTHING };
  const key = isOwnMediaUrl(ctx.config, coverUrl) ? findKeyIn(ctx.config, coverUrl) : undefined;
  if (key === undefined) throw invalid('coverUrl', 'must be a thumbnail that was uploaded here');
  const bytes = await askStore(ctx, async () => (await ctx.files.get(key))?.arrayBuffer());
  if (!bytes) throw fileError('FILE_NOT_FOUND');
  const { key: stored, statements } = await storeImage(ctx, djId, 'track-cover', new Uint8Array(bytes));
  return { key: stored, statements, events: [] };
}

/** Undefined if the track changed since it was read. */
async function tryToChange(
  ctx: Context,
  track: TrackRow,
  { coverUrl: _url, coverUploadId: _upload, key: musicKey, ...rest }: z.output<typeof TrackChanges>,
  cover: NewCover | undefined,
): Promise<TrackRow | undefined> {
  const { id, djId, coverKey } = track;
  const fields = { ...rest, ...(musicKey === undefined ? {} : { musicKey }) };
  const set = Object.keys(fields).filter((name) => fields[name as keyof typeof fields] !== undefined);
  const touched: readonly string[] = [...set, ...(cover ? ['cover'] : [])];
  const edited: readonly Editable[] = EDITABLE.filter((name) => track.edited.includes(name) || touched.includes(name));
  const isKnown = edited.length === track.edited.length;
  if (isKnown && !cover && !isChange(track, fields)) return track;
  const changes = {
    ...withGenreKey(fields),
    ...(cover ? { coverKey: cover.key } : {}),
    edited,
    updatedAt: Math.max(ctx.now(), track.updatedAt + 1),
  };
  const old = cover && coverKey !== null ? forgetMedia(ctx, coverKey) : undefined;
  const isSame = sql`${isActiveUser(djId)} AND EXISTS (SELECT 1 FROM ${tracks}
    WHERE id = ${id} AND status = ${track.status} AND updated_at = ${track.updatedAt})`;
  const shown = cover ? await planNewCover(ctx, { ...track, coverKey: cover.key }) : NOTHING;
  const isChanged = await commitIfMet(
    ctx,
    [
      requireThat(ctx, isSame),
      ...shown.statements,
      ...(cover?.statements ?? []),
      ctx.db.update(tracks).set(changes).where(eq(tracks.id, id)),
      ...(old ? [old.statement] : []),
    ],
    { events: [...(cover?.events ?? []), ...(old ? [old.event] : []), ...shown.events], evenIfUnchanged: true },
  );
  return isChanged ? { ...track, ...changes } : undefined;
}

/** If the track plays, the room shows the new cover, since the old one is deleted. */
async function planNewCover(ctx: Context, track: TrackRow): Promise<Omit<NewCover, 'key'>> {
  const playing = await findPlaying(ctx, track.id);
  const require = requireThat(ctx, playsAsSeen(track.id, playing));
  if (!playing) return { statements: [require], events: [] };
  const at = changeAfter(ctx, playing);
  return {
    statements: [require, ctx.db.update(setList).set({ changedAt: at }).where(eq(setList.id, playing.id))],
    events: [nowPlayingEvent(ctx, playing.streamId, at, { entry: playing, track })],
  };
}
