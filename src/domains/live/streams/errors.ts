import { DOOR_REFUSALS } from '@/domains/live/rooms/errors';
import { errorList } from '@/http/errors';

/** Refusals of a stream's life, from plan to end. */
export const streamError = errorList({
  ...DOOR_REFUSALS,
  ALREADY_LIVE: [409, 'This channel is live already: end that stream first.'],
  CHANGED_MEANWHILE: [409, 'Somebody else changed the same at the same time. Look again, then try again.'],
  STREAM_STARTED: [409, 'Only a stream that has not begun can be deleted.'],
  NOT_YOUR_STREAM: [403, 'Only its creator may do this.'],
  TOO_MANY_SCHEDULED: [409, 'You have too many streams waiting: start or delete some first.'],
});
