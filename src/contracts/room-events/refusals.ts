/** Why a room refuses a frame: the codes of `error`, each with its sentence. */
import type { RoomRefusalCode } from '../room';

export const ROOM_REFUSALS: Readonly<Record<RoomRefusalCode, string>> = {
  ROOM_CLOSED: 'This room is closed.',
  CHAT_DISABLED: 'Chat is turned off in this room.',
  FOLLOWERS_ONLY: 'Only followers can write here.',
  SUBSCRIBERS_ONLY: 'Only subscribers can write here.',
  SLOW_MODE: 'Slow mode is on. Wait a little before your next message.',
  DUPLICATE_MESSAGE: 'You just sent the same message. Wait a little, or write something else.',
  BLOCKED_WORDS: 'This channel does not allow a word in your message. Try other words.',
  TIMED_OUT: 'You are timed out in this room. You can write again when the time-out ends.',
  BANNED: 'You are banned from this channel.',
  MESSAGE_INVALID: 'A message can have 1 to 500 characters and no control characters.',
  MESSAGE_NOT_FOUND: 'This message does not exist.',
  GUESTS_CANNOT_CHAT: 'Sign in to write. Without an account you can watch and react.',
  EMAIL_NOT_VERIFIED: 'Verify your email address, then join again to write.',
  NOT_ALLOWED: 'You cannot do this in this room.',
  NOT_IN_ROOM: 'This only works for someone who is in the room. Join it first.',
  PRODUCT_NOT_FOUND: 'This product is not offered here.',
  NO_SCREENING: 'Nothing is being screened in this room.',
  SCREENING_RUNNING: 'A screening is already running in this room. Stop it first, or put the video into the queue.',
  SCREENING_CHANGED: 'Another video has started since. Look at the screening that runs, and try again.',
  QUEUE_EMPTY: 'The queue is empty. Start a video by its link.',
  TOO_FAST: 'You are sending too fast. Wait a moment and try again.',
  MAINTENANCE: 'The platform is down for maintenance. You can read here, and write again when it is over.',
};
