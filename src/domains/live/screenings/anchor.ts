/**
 * Pure rules for the position of a video. An anchor says where the video was at a time of the room, and everyone who
 * knows it computes the same position now. `null` is the duration of a video whose length nobody gave.
 */
import type { Anchor, Sync } from '@/contracts/screening';

/** A position may have been true this long ago: a slow connection brings it late. */
export const AT_AGO_MS_MAX = 5_000;
/** A sync that moves a playing video by less changes nothing: the sender's player is only a little off. */
export const SAME_WITHIN_MS = 100;

/** Milliseconds; not before the beginning, and not after the end. */
export function positionAt({ positionMs, isPlaying, rate, anchorAt }: Anchor, durationMs: number | null, now: number) {
  const played = isPlaying ? Math.max(0, now - anchorAt) * rate : 0;
  return Math.min(positionMs + played, durationMs ?? Number.POSITIVE_INFINITY);
}

/** When (ms) the video will be at its end. Null if it is paused, or its duration is unknown. */
export function endsAt({ positionMs, isPlaying, rate, anchorAt }: Anchor, durationMs: number | null): number | null {
  if (!isPlaying || durationMs === null) return null;
  return anchorAt + Math.ceil(Math.max(0, durationMs - positionMs) / rate);
}

/**
 * Whether the sync's position was true before this video began, so it is another video's. A client that names the
 * screening is believed: its clock is a little off.
 */
export function isOfEarlierVideo({ at, screeningId }: Sync, { startedAt }: { readonly startedAt: number }): boolean {
  return screeningId === undefined && at !== undefined && Date.parse(at) < startedAt;
}

/**
 * The anchor that a sync asks for. A time in the future, or too long ago, counts as now. A time before the start counts
 * as the start.
 */
export function anchorOf(
  sync: Sync,
  { rate, startedAt }: Pick<Anchor, 'rate'> & { readonly startedAt: number },
  durationMs: number | null,
  now: number,
): Anchor {
  const at = sync.at === undefined ? now : Date.parse(sync.at);
  return {
    positionMs: Math.min(sync.positionMs, durationMs ?? sync.positionMs),
    isPlaying: sync.isPlaying,
    rate: sync.rate ?? rate,
    anchorAt: at <= now && at >= now - AT_AGO_MS_MAX ? Math.max(at, startedAt) : now,
  };
}

/** Whether two anchors mean the same to a viewer. */
export function isSameCourse(one: Anchor, other: Anchor, durationMs: number | null, now: number): boolean {
  if (one.isPlaying !== other.isPlaying || one.rate !== other.rate) return false;
  const apartMs = Math.abs(positionAt(one, durationMs, now) - positionAt(other, durationMs, now));
  return one.isPlaying ? apartMs < SAME_WITHIN_MS : apartMs === 0;
}

/** The same course, with the position of now and other changes. Whole milliseconds. */
export function moved(anchor: Anchor, durationMs: number | null, now: number, isPlaying: boolean): Anchor {
  const positionMs = Math.round(positionAt(anchor, durationMs, now));
  return { positionMs, isPlaying, rate: anchor.rate, anchorAt: now };
}
