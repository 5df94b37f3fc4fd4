import { DOOR_REFUSALS } from '@/domains/live/rooms/errors';
import { errorList } from '@/http/errors';

/** Refusals in a stream's life, from plan to end. */
export const streamError = errorList({
  ...DOOR_REFUSALS,
  ALREADY_LIVE: [409, 'Your channel is already live. End that stream first.'],
  CHANGED_MEANWHILE: [409, 'Someone else just changed this. Reload and try again.'],
  STREAM_STARTED: [409, 'This stream has begun, so you can no longer delete it.'],
  NOT_YOUR_STREAM: [403, 'Only the creator of this stream can do this.'],
  TOO_MANY_SCHEDULED: [409, 'You have too many scheduled streams. Start or delete some first.'],
});
