import { errorList } from '@/http/errors';

export const trackError = errorList({
  TRACK_NOT_FOUND: [404, 'This track does not exist, or you cannot hear it.'],
  TRACK_MUTED: [403, 'This track is muted because of a copyright claim. It comes back if the claim is dismissed.'],
  TRACK_NOT_READY: [409, 'This track cannot be played yet. Wait until it is ready.'],
  TRACK_REJECTED: [409, 'This track was rejected and its file was deleted. Its reason says why.'],
  TOO_MANY_TRACKS: [409, 'Your library is full. Delete some tracks first.'],
  TRACK_CHANGED: [409, 'This track just changed. Reload and try again.'],
  NOW_PLAYING_CHANGED: [409, 'Something else just began to play. Reload and try again.'],
  SET_LIST_FULL: [409, 'The set list of this stream is full. Start another stream to play more.'],
  ENTRY_NOT_FOUND: [404, 'This set list does not have this entry.'],
});
