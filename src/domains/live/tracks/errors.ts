import { type AppError, errorList } from '@/http/errors';
import type { TrackRow } from './tables';

export const trackError = errorList({
  TRACK_NOT_FOUND: [404, 'This track does not exist, or you cannot hear it.'],
  TRACK_MUTED: [403, 'This track is muted while a claim about it is decided. It comes back if the claim is dismissed.'],
  TRACK_REMOVED: [403, 'Our staff removed this track. Its DJ can appeal against the decision.'],
  TRACK_NOT_READY: [409, 'This track cannot be played yet. Wait until it is ready.'],
  TRACK_REJECTED: [409, 'This track was rejected and its file was deleted. Its reason says why.'],
  TOO_MANY_TRACKS: [409, 'Your library is full. Delete some tracks first.'],
  TRACK_CHANGED: [409, 'This track just changed. Reload and try again.'],
  NOW_PLAYING_CHANGED: [409, 'Something else just began to play. Reload and try again.'],
  SET_LIST_FULL: [409, 'The set list of this stream is full. Start another stream to play more.'],
  TITLE_BLOCKED: [422, 'Your channel does not allow a word in this title. Change the title or your blocked words.'],
  ENTRY_NOT_FOUND: [404, 'This set list does not have this entry.'],
  ENTRY_WITHHELD: [403, 'Our staff hid this entry. Ask support to show it again.'],
});

/** Why nobody hears it. Undefined if it is not muted. */
export function mutedError({ mutedAt, keptUntil }: Pick<TrackRow, 'mutedAt' | 'keptUntil'>): AppError | undefined {
  if (mutedAt === null) return undefined;
  return trackError(keptUntil === null ? 'TRACK_MUTED' : 'TRACK_REMOVED');
}
