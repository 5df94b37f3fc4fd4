/**
 * Takes an uploaded track to `ready` or `rejected`. First its hash, which finds duplicates, then its sound and tags, then
 * the virus scanner if there is one. Each step is kept, so a repeat goes on where the last run failed. A rejected track
 * loses its file.
 */
import { and, eq, ne, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { AudioType } from '@/contracts/file-kinds';
import type { TaskMessage } from '@/contracts/messages';
import { commit, commitIfMet, requireThat } from '@/db/commit';
import { forgetMedia, storeImage } from '@/domains/base/media/store';
import { askStore } from '@/domains/base/media/written-file';
import { AppError } from '@/http/errors';
import { behindZero } from '@/providers/clamd-protocol';
import { trackError } from './errors';
import { withGenreKey } from './genre';
import { tellReady, tellRejected } from './notices';
import { type Audio, readAudio } from './read-audio';
import { EDITABLE, type Editable, type RejectionReason, type ScanVerdict, type TrackRow, tracks } from './tables';

type ProcessTask = Extract<TaskMessage, { type: 'process-track' }>;

/** The types that clamd takes for harmless by their first bytes. They are scanned a second time, as `behindZero`. */
const PASSED_OVER: readonly string[] = ['audio/mpeg', 'audio/ogg'] satisfies AudioType[];

/** A DJ who edits while the tags are written makes them be written again. */
const ATTEMPTS_MAX = 5;

/** Safe to repeat. Throws SCANNER_AWAY and MEDIA_STORE_UNAVAILABLE, and is then tried again. */
export async function processTrack(ctx: Context, { trackId }: ProcessTask): Promise<void> {
  const uploaded = await findTrack(ctx, trackId);
  if (uploaded?.status === 'uploading') await read(ctx, uploaded);
  const track = uploaded?.status === 'uploading' ? await findTrack(ctx, trackId) : uploaded;
  if (track?.status === 'scanning') await scan(ctx, track);
}

function findTrack(ctx: Context, id: string): Promise<TrackRow | undefined> {
  return ctx.db.select().from(tracks).where(eq(tracks.id, id)).get();
}

async function read(ctx: Context, track: TrackRow): Promise<void> {
  const { key, bytes, contentType } = track;
  if (key === null) return;
  const sha256 = await hashOf(ctx, key);
  if (sha256 === undefined) return reject(ctx, track, 'damaged'); // the store has lost it
  const original = await claimHash(ctx, track, sha256);
  if (original?.deletedAt != null) return reject(ctx, track, 'claimed');
  if (original) return reject(ctx, track, 'duplicate', { duplicateOf: original.id });
  const source = { size: bytes, read: (offset: number, length: number) => readRange(ctx, key, offset, length) };
  const audio = await readAudio(contentType as AudioType, source); // the upload allows no other type
  if (typeof audio === 'string') return reject(ctx, track, audio);
  await keepAudio(ctx, track, audio);
}

async function hashOf(ctx: Context, key: string): Promise<string | undefined> {
  const object = await askStore(ctx, () => ctx.files.get(key));
  if (!object) return undefined;
  const hash = new crypto.DigestStream('SHA-256');
  await askStore(ctx, () => object.body.pipeTo(hash));
  return Buffer.from(await hash.digest).toString('hex');
}

async function readRange(ctx: Context, key: string, offset: number, length: number): Promise<Uint8Array> {
  const bytes = await askStore(ctx, async () =>
    (await ctx.files.get(key, { range: { offset, length } }))?.arrayBuffer(),
  );
  if (bytes?.byteLength !== length) throw new Error(`${key} changed while it was read`);
  return new Uint8Array(bytes);
}

/** The database lets only one of two equal files have the hash. @returns the track that has it already */
async function claimHash(
  ctx: Context,
  { id, djId }: TrackRow,
  sha256: string,
): Promise<Pick<TrackRow, 'id' | 'deletedAt'> | undefined> {
  const taken = trackError('TRACK_CHANGED');
  try {
    const claim = ctx.db
      .update(tracks)
      .set({ sha256 })
      .where(and(eq(tracks.id, id), eq(tracks.status, 'uploading')));
    await commit(ctx, [claim], { refusals: { 'tracks.sha256': () => taken } });
    return undefined;
  } catch (error) {
    if (error !== taken) throw error;
  }
  const isOriginal = and(
    eq(tracks.djId, djId),
    eq(tracks.sha256, sha256),
    ne(tracks.id, id),
    ne(tracks.status, 'rejected'),
  );
  const original = await ctx.db
    .select({ id: tracks.id, deletedAt: tracks.deletedAt })
    .from(tracks)
    .where(isOriginal)
    .get();
  if (!original) throw taken; // it was deleted meanwhile, so the next try gets the hash
  return original;
}

/** Fills what the DJ has not set themselves. */
async function keepAudio(ctx: Context, { id, djId }: TrackRow, audio: Audio): Promise<void> {
  const { durationMs, metadata, tags } = audio;
  const cover = audio.cover && (await storeCover(ctx, djId, audio.cover));
  for (let tries = 0; tries < ATTEMPTS_MAX; tries += 1) {
    const track = await findTrack(ctx, id);
    if (track?.status !== 'uploading') return;
    const takesCover = cover !== null && !track.edited.includes('cover');
    const isSame = sql`EXISTS (SELECT 1 FROM ${tracks}
      WHERE id = ${id} AND status = 'uploading' AND updated_at = ${track.updatedAt})`;
    const filled = {
      ...unedited({ ...tags, title: tags.title ?? track.title }, track.edited),
      ...(takesCover ? { coverKey: cover.key } : {}),
    };
    const update = ctx.db
      .update(tracks)
      .set({ ...withGenreKey(filled), durationMs, metadata, status: 'scanning', updatedAt: ctx.now() })
      .where(eq(tracks.id, id));
    const isKept = await commitIfMet(ctx, [requireThat(ctx, isSame), ...(takesCover ? cover.statements : []), update]);
    if (isKept) return;
  }
  throw trackError('TRACK_CHANGED');
}

function unedited<Fields extends Partial<Record<Editable, unknown>>>(
  fields: Fields,
  edited: readonly Editable[],
): Partial<Fields> {
  const kept = EDITABLE.filter((name) => name in fields && !edited.includes(name));
  return Object.fromEntries(kept.map((name) => [name, fields[name]])) as Partial<Fields>; // a subset of keys
}

/** A track does without the cover in its file if that is no image, or the DJ's images for the day are used up. */
async function storeCover(ctx: Context, djId: string, bytes: Uint8Array) {
  try {
    return await storeImage(ctx, djId, 'track-cover', bytes);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    ctx.log.warning('track cover', error.code);
    return null;
  }
}

async function scan(ctx: Context, track: TrackRow): Promise<void> {
  const verdict = await verdictOn(ctx, track);
  if (verdict === undefined) return reject(ctx, track, 'damaged'); // the store has lost it
  const scanned = { scan: verdict, scannedAt: ctx.now() };
  if (verdict === 'infected') return reject(ctx, track, 'infected', scanned);
  if (verdict === 'too-large') return reject(ctx, track, 'too-large-to-scan', scanned);
  const isWaiting = and(eq(tracks.id, track.id), eq(tracks.status, 'scanning'));
  const publish = ctx.db
    .update(tracks)
    .set({ ...scanned, status: 'ready', updatedAt: ctx.now() })
    .where(isWaiting);
  await commit(ctx, [publish], { events: [tellReady(track)] });
}

/** Undefined if the file is gone. Throws SCANNER_AWAY. */
async function verdictOn(ctx: Context, { key, contentType }: TrackRow): Promise<ScanVerdict | undefined> {
  if (!ctx.scanner) return 'none';
  const object = key === null ? null : await askStore(ctx, () => ctx.files.get(key));
  if (!object || key === null) return undefined;
  const verdict = await ctx.scanner.scan(object.body, object.size);
  if (verdict !== 'clean' || !PASSED_OVER.includes(contentType)) return verdict;
  const again = await askStore(ctx, () => ctx.files.get(key));
  return again ? ctx.scanner.scan(behindZero(again.body), again.size + 1) : undefined;
}

type Found = Partial<Pick<TrackRow, 'duplicateOf' | 'scan' | 'scannedAt'>>;

/** Deletes the file and the cover, and tells the DJ why. If the DJ changes the cover meanwhile, it is tried again. */
export async function reject(ctx: Context, track: TrackRow, reason: RejectionReason, found: Found = {}): Promise<void> {
  const { id, key, coverKey, status } = track;
  const files = [key, coverKey].flatMap((file) => (file === null ? [] : [forgetMedia(ctx, file)]));
  const isSame = sql`EXISTS (SELECT 1 FROM ${tracks} WHERE id = ${id} AND status = ${status} AND cover_key IS ${coverKey})`;
  const rejected = { status: 'rejected', reason, key: null, coverKey: null, updatedAt: ctx.now() } as const;
  const isRejected = await commitIfMet(
    ctx,
    [
      requireThat(ctx, isSame),
      ctx.db
        .update(tracks)
        .set({ ...found, ...rejected })
        .where(eq(tracks.id, id)),
      ...files.map(({ statement }) => statement),
    ],
    { events: [...files.map(({ event }) => event), tellRejected(track, reason)] },
  );
  if (isRejected) return ctx.log.event('track.rejected', { trackId: id, reason });
  const now = await findTrack(ctx, id);
  if (now?.status === status) throw trackError('TRACK_CHANGED');
}
