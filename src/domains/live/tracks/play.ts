/**
 * Says what plays in a DJ's live stream. Each track is an entry in the stream's set list, and one at a time plays, which
 * the database sees to. Saying the same again changes nothing; of two different ones at once, one is refused.
 */
import type { z } from '@hono/zod-openapi';
import { and, desc, eq, getTableColumns, type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { commitIfMet, requireThat } from '@/db/commit';
import { isActiveUser } from '@/domains/base/visibility/people';
import { isOpen } from '@/domains/base/visibility/streams';
import { channels } from '@/domains/live/channels/tables';
import { streamError } from '@/domains/live/streams/errors';
import { streams } from '@/domains/live/streams/tables';
import type { Actor } from '@/shared/actor';
import { foldLetters, hasBlockedWord, prepareBlockedWords } from '@/shared/blocked-words';
import { newId } from '@/shared/ids';
import { toIso } from '@/shared/time';
import { mutedError, trackError } from './errors';
import { isOwnTrack } from './find-track';
import { ENTRIES_MAX } from './limits';
import { changeAfter, isHidden, nowPlayingEvent, presentPublic } from './now-playing';
import type { NewNowPlaying, NowPlaying } from './schemas';
import { hideEntry } from './set-list';
import { type SetListRow, setList, type TrackRow, tracks } from './tables';

type Input = Exclude<z.output<typeof NewNowPlaying>, { trackId: null }>;

/**
 * Throws STREAM_NOT_LIVE, TRACK_NOT_FOUND, TRACK_NOT_READY, TRACK_REJECTED, TRACK_MUTED, TRACK_REMOVED, TITLE_BLOCKED,
 * SET_LIST_FULL, ENTRY_WITHHELD, NOW_PLAYING_CHANGED.
 */
export async function play(
  ctx: Context,
  actor: Actor,
  input: z.output<typeof NewNowPlaying>,
): Promise<z.input<typeof NowPlaying>> {
  if (isNothing(input)) return stopPlaying(ctx, actor);
  const set = await readSet(ctx, actor, input);
  if (isPlaying(set, input)) return keepPlaying(ctx, actor, set, input);
  const next = planNext(ctx, set, input);
  if (await begin(ctx, set, next)) return present(ctx, { ...set, newest: next });
  // Somebody else was faster: the same DJ, by a second click or on another device.
  const now = await readSet(ctx, actor, input);
  if (isPlaying(now, input)) return keepPlaying(ctx, actor, now, input);
  throw trackError('NOW_PLAYING_CHANGED');
}

/** At most its entry is hidden or shown. */
async function keepPlaying(
  ctx: Context,
  actor: Actor,
  set: Set,
  { hidden }: Input,
): Promise<z.input<typeof NowPlaying>> {
  const { streamId, newest } = set;
  if (!newest || hidden === undefined) return present(ctx, set);
  await hideEntry(ctx, actor, { id: streamId, entryId: newest.id }, hidden);
  return present(ctx, { ...set, newest: { ...newest, hidden } });
}

/** Idempotent. Throws STREAM_NOT_LIVE, NOW_PLAYING_CHANGED. */
export async function stopPlaying(ctx: Context, actor: Actor): Promise<z.input<typeof NowPlaying>> {
  const set = await readSet(ctx, actor);
  const { streamId, newest } = set;
  if (newest && newest.endedAt === null) {
    const at = changeAfter(ctx, newest);
    const end = ctx.db.update(setList).set({ endedAt: at, changedAt: at }).where(eq(setList.id, newest.id));
    const isEnded = await commitIfMet(ctx, [requireThat(ctx, isAsSeen(set)), end], {
      events: [nowPlayingEvent(ctx, streamId, at, null)],
    });
    if (!isEnded) throw trackError('NOW_PLAYING_CHANGED');
  }
  return { streamId, entryId: null, track: null, startedAt: null, hidden: false };
}

function isNothing(input: z.output<typeof NewNowPlaying>): input is { trackId: null } {
  return 'trackId' in input && input.trackId === null;
}

/** The DJ's live stream, and the track that is asked for, as they are known. */
interface Set {
  readonly djId: string;
  readonly streamId: string;
  /** The last entry, which may have ended. */
  readonly newest: SetListRow | undefined;
  readonly track: TrackRow | undefined;
  /** Also those that only hold a message: no moderator decides on a title. */
  readonly blockedWords: readonly string[];
}

/** Throws STREAM_NOT_LIVE, and as `requirePlayable` does. */
async function readSet(ctx: Context, { userId }: Actor, input?: Input): Promise<Set> {
  const isLive = sql`${streams.creatorId} = ${userId} AND ${isOpen()} AND ${streams.status} = 'live'`;
  const trackId = input && 'trackId' in input ? input.trackId : '';
  const [[stream], [newest], [track]] = await ctx.db.batch([
    ctx.db
      .select({ id: streams.id, blockedWords: channels.blockedWords, heldWords: channels.heldWords })
      .from(streams)
      .innerJoin(channels, eq(channels.id, streams.channelId))
      .where(isLive),
    ctx.db
      .select(getTableColumns(setList))
      .from(setList)
      .innerJoin(streams, eq(streams.id, setList.streamId))
      .where(isLive)
      .orderBy(desc(setList.position))
      .limit(1),
    ctx.db
      .select()
      .from(tracks)
      .where(and(eq(tracks.id, trackId), isOwnTrack(userId))),
  ]);
  if (!stream) throw streamError('STREAM_NOT_LIVE');
  if (input && 'trackId' in input) requirePlayable(track);
  return {
    djId: userId,
    streamId: stream.id,
    newest,
    track,
    blockedWords: [...stream.blockedWords, ...stream.heldWords],
  };
}

function isPlaying({ newest }: Set, input: Input): boolean {
  if (!newest || newest.endedAt !== null) return false;
  if ('trackId' in input) return newest.trackId === input.trackId;
  return newest.trackId === null && newest.title === input.title && newest.artist === (input.artist ?? null);
}

/** Throws TITLE_BLOCKED, SET_LIST_FULL. */
function planNext(ctx: Context, { streamId, newest, track, blockedWords }: Set, input: Input): SetListRow {
  const isTyped = 'title' in input;
  if (
    isTyped &&
    hasBlockedWord(prepareBlockedWords(blockedWords), foldLetters(`${input.title}\n${input.artist ?? ''}`))
  )
    throw trackError('TITLE_BLOCKED');
  const position = (newest?.position ?? 0) + 1;
  if (position > ENTRIES_MAX) throw trackError('SET_LIST_FULL');
  const at = changeAfter(ctx, newest);
  const named = 'trackId' in input ? { title: track?.title ?? '', artist: track?.artist } : input;
  return {
    ...{ id: newId(), streamId, position, title: named.title, artist: named.artist ?? null },
    trackId: 'trackId' in input ? input.trackId : null,
    ...{ startedAt: at, endedAt: null, hidden: input.hidden ?? false, withheld: false, changedAt: at },
  };
}

/** Throws TRACK_NOT_FOUND, TRACK_NOT_READY, TRACK_REJECTED, TRACK_MUTED, TRACK_REMOVED. */
function requirePlayable(track: TrackRow | undefined): void {
  if (!track) throw trackError('TRACK_NOT_FOUND');
  if (track.status === 'rejected') throw trackError('TRACK_REJECTED');
  if (track.status !== 'ready') throw trackError('TRACK_NOT_READY');
  const muted = mutedError(track);
  if (muted) throw muted;
}

/** @returns whether nothing else was faster */
function begin(ctx: Context, set: Set, next: SetListRow): Promise<boolean> {
  const { newest, track = null } = set;
  const at = next.changedAt;
  const isPlayable = sql`EXISTS (SELECT 1 FROM ${tracks}
    WHERE id = ${next.trackId} AND status = 'ready' AND muted_at IS NULL)`;
  const mayBegin = next.trackId === null ? isAsSeen(set) : sql`${isAsSeen(set)} AND ${isPlayable}`;
  const end =
    newest && newest.endedAt === null
      ? [ctx.db.update(setList).set({ endedAt: at, changedAt: at }).where(eq(setList.id, newest.id))]
      : [];
  return commitIfMet(ctx, [requireThat(ctx, mayBegin), ...end, ctx.db.insert(setList).values(next)], {
    events: [nowPlayingEvent(ctx, next.streamId, at, { entry: next, track: next.trackId === null ? null : track })],
  });
}

/** The DJ is active, the stream is live, and its last entry is the one that was read. */
function isAsSeen({ djId, streamId, newest }: Set): SQL {
  return sql`${isActiveUser(djId)} AND EXISTS (SELECT 1 FROM ${streams} WHERE id = ${streamId} AND status = 'live')
    AND (SELECT id || changed_at FROM ${setList} WHERE stream_id = ${streamId} ORDER BY position DESC LIMIT 1)
      IS ${newest ? `${newest.id}${newest.changedAt}` : null}`;
}

function present(ctx: Context, { streamId, newest, track }: Set): z.input<typeof NowPlaying> {
  if (!newest) return { streamId, entryId: null, track: null, startedAt: null, hidden: false };
  return {
    streamId,
    entryId: newest.id,
    track: presentPublic(ctx.config, newest, newest.trackId === null ? null : (track ?? null)),
    startedAt: toIso(newest.startedAt),
    hidden: isHidden(newest),
  };
}
