/**
 * What plays in a live stream, as its viewers see it: the newest row of its set list, unless that ended, is hidden, or
 * its track is muted. Everything that changes this writes `changed_at` and sends the room what it then shows.
 */
import { getTableColumns, type SQL, sql } from 'drizzle-orm';
import type { Config } from '@/contracts/config';
import type { Context } from '@/contracts/context';
import type { OutboxEvent } from '@/contracts/messages';
import type { NowPlayingBody } from '@/contracts/room-command';
import { mediaUrl } from '@/domains/base/media/keys';
import { streams } from '@/domains/live/streams/tables';
import { SECOND_MS, toIso } from '@/shared/time';
import { type SetListRow, setList, type TrackRow } from './tables';

export type PublicTrack = NonNullable<NowPlayingBody['track']>;

/** What others see of an entry. Title and artist are those under which it was played. */
export function presentPublic(
  config: Config,
  { trackId, title, artist }: Pick<SetListRow, 'trackId' | 'title' | 'artist'>,
  track: Pick<TrackRow, 'coverKey' | 'durationMs'> | null,
): PublicTrack {
  return {
    id: trackId,
    title,
    artist,
    coverUrl: track?.coverKey ? mediaUrl(config, track.coverKey) : null,
    duration: track?.durationMs ? track.durationMs / SECOND_MS : null,
  };
}

export interface Played {
  readonly entry: SetListRow;
  /** Null: the title was typed, or the track was deleted. */
  readonly track: TrackRow | null;
}

/** Tells the room what it shows from `at` on. Of two events of a stream, the later `at` wins. */
export function nowPlayingEvent(ctx: Context, streamId: string, at: number, played: Played | null): OutboxEvent {
  const shown = played && isAnnounced(played) ? played : null;
  const event: NowPlayingBody = {
    type: 'now-playing',
    streamId,
    track: shown && presentPublic(ctx.config, shown.entry, shown.track),
    startedAt: shown && toIso(shown.entry.startedAt),
  };
  return { kind: 'room', roomId: streamId, command: { type: 'now-playing', at, event } };
}

function isAnnounced({ entry, track }: Played): boolean {
  return entry.endedAt === null && !isHidden(entry) && track?.mutedAt == null;
}

/** Its DJ or staff hid it: only they see it. */
export function isHidden({ hidden, withheld }: Pick<SetListRow, 'hidden' | 'withheld'>): boolean {
  return hidden || withheld;
}

/** The same in a query. */
export const isShownEntry = sql`${setList.hidden} = 0 AND ${setList.withheld} = 0`;

/** The current time, or just after the entry's last change. */
export function changeAfter(ctx: Context, entry: Pick<SetListRow, 'changedAt'> | undefined): number {
  return Math.max(ctx.now(), (entry?.changedAt ?? 0) + 1);
}

/** The entry by which a track plays in a live stream: at most one, since a DJ has one live stream. */
export async function findPlaying(ctx: Context, trackId: string): Promise<SetListRow | undefined> {
  const [found] = await playingQuery(ctx, trackId);
  return found;
}

/** The same, for a batch of reads. */
export function playingQuery(ctx: Context, trackId: string) {
  return ctx.db
    .select(getTableColumns(setList))
    .from(setList)
    .innerJoin(streams, sql`${streams.id} = ${setList.streamId}`)
    .where(sql`${setList.trackId} = ${trackId} AND ${setList.endedAt} IS NULL AND ${streams.status} = 'live'`)
    .limit(1);
}

/** For `requireThat`: the track plays by this entry, unchanged, or still does not play. */
export function playsAsSeen(trackId: string, seen: Pick<SetListRow, 'id' | 'changedAt'> | undefined): SQL {
  const playing = sql`FROM ${setList} WHERE track_id = ${trackId} AND ended_at IS NULL`;
  return seen
    ? sql`EXISTS (SELECT 1 ${playing} AND id = ${seen.id} AND changed_at = ${seen.changedAt})`
    : sql`NOT EXISTS (SELECT 1 ${playing})`;
}
