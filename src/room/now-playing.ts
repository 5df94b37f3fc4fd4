/** What a room keeps of the newest `now-playing`, for those who come later. */
import type { NowPlayingBody } from '@/contracts/room-command';

/** What plays as of `at` (ms), by the event with this seq. */
export interface NowPlaying {
  readonly at: number;
  readonly playing: (NowPlayingBody & { readonly seq: number }) | null;
}

export const NOTHING_PLAYED: NowPlaying = { at: 0, playing: null };
