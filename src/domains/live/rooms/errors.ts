import { errorList } from '@/http/errors';

/** Refusals at the door. Endpoints of streams use the same ones. */
export const DOOR_REFUSALS = {
  STREAM_NOT_FOUND: [404, 'This stream does not exist, or you cannot see it.'],
  NOT_IN_YOUR_COUNTRY: [451, 'The creator does not show this in your country.'],
  STREAM_NOT_LIVE: [409, 'This stream is not live.'],
  STREAM_ENDED: [409, 'This stream has ended.'],
  STREAM_CANCELLED: [409, 'This stream was cancelled.'],
} as const;

/** For whatever only a room's host may do. */
export const HOST_ONLY = [403, 'Only the host of this room can do this.'] as const;

/**
 * Refusals of rooms: at the door, by a room itself (every `RoomRefusalCode` is here), and of moderation. FOLLOWERS_ONLY
 * and SUBSCRIBERS_ONLY are worded for watching; the room has sentences of its own for writing.
 */
export const roomError = errorList({
  ...DOOR_REFUSALS,
  ADDRESS_BANNED: [403, 'An account from your address was just banned. Sign in to watch.'],
  PASS_REQUIRED: [401, 'You need a pass. Join the stream first: the answer contains one.'],
  PASS_INVALID: [401, 'This pass has expired, or it is not for this room. Join the stream again.'],
  USERS_ONLY: [401, 'Sign in with a verified account to enter this room.'],
  UPGRADE_REQUIRED: [400, 'This address is a WebSocket. Connect with an Upgrade header.'],
  VIEWERS_HIDDEN: [403, 'The creator does not show who is watching.'],

  USER_NOT_FOUND: [404, 'This user does not exist.'],
  NOT_MODERATOR: [403, 'Only the creator, their moderators and staff can do this.'],
  OUT_OF_YOUR_REACH: [
    403,
    'You cannot moderate yourself, the creator, anyone at or above your rank or, as a country admin, outside your country.',
  ],

  ROOM_CLOSED: [409, 'This room is closed.'],
  CHAT_DISABLED: [403, 'Chat is turned off in this room.'],
  FOLLOWERS_ONLY: [403, 'Only followers can watch this stream.'],
  SUBSCRIBERS_ONLY: [403, 'Only subscribers can watch this stream.'],
  SLOW_MODE: [429, 'Slow mode is on. Wait a little before your next message.'],
  DUPLICATE_MESSAGE: [409, 'You just sent the same message. Wait a little, or write something else.'],
  BLOCKED_WORDS: [422, 'This channel does not allow a word in your message. Try other words.'],
  TIMED_OUT: [403, 'You are timed out in this room. You can write again when the time-out ends.'],
  BANNED: [403, 'You are banned from this channel.'],
  FOLLOW_TOO_NEW: [403, 'You have not followed this channel for long enough to write here yet.'],
  ACCOUNT_TOO_NEW: [403, 'Your account is too new to write here yet.'],
  LINKS_NOT_ALLOWED: [422, 'Only moderators can post links here.'],
  EMOTES_ONLY: [422, 'Only emotes and emoji are allowed here.'],
  TOO_MANY_HELD: [409, 'Too many messages are waiting for a moderator. Try again when some have been decided.'],
  HELD_DECIDED: [409, 'Another moderator has already decided on this message.'],
  MESSAGE_INVALID: [422, 'A message can have 1 to 500 characters on at most 10 lines, and no control characters.'],
  MESSAGE_NOT_FOUND: [404, 'This message does not exist.'],
  REPLY_NOT_FOUND: [404, 'The message that you reply to is no longer there.'],
  GUESTS_CANNOT_CHAT: [403, 'Sign in to write. Without an account you can watch and react.'],
  EMAIL_NOT_VERIFIED: [403, 'Verify your email address, then join again to write.'],
  NOT_ALLOWED: [403, 'You cannot do this in this room.'],
  NOT_IN_ROOM: [409, 'This only works for someone who is in the room. Join it first.'],
  GUESTS_CANNOT_VOTE: [403, 'Sign in with a verified account to vote.'],
  POLL_NOT_FOUND: [404, 'This poll does not exist.'],
  OPTION_NOT_FOUND: [422, 'This poll does not have this option.'],
  POLL_RUNNING: [409, 'A poll is already running in this room. End it first.'],
  POLL_ENDED: [409, 'This poll has ended.'],
  TOO_MANY_POLLS: [409, 'This room has had as many polls as it can keep.'],
  NOT_IN_CHARGE: [403, 'Only the creator and their moderators can do this.'],
  PRODUCT_NOT_FOUND: [404, 'This product is not offered here.'],
  NO_SCREENING: [404, 'Nothing is being screened in this room.'],
  SCREENING_RUNNING: [
    409,
    'A screening is already running in this room. Stop it first, or put the video into the queue.',
  ],
  SCREENING_CHANGED: [409, 'Another video has started since. Look at the screening that runs, and try again.'],
  QUEUE_EMPTY: [409, 'The queue is empty. Start a video by its link.'],
  TOO_FAST: [429, 'You are sending too fast. Wait a moment and try again.'],
  MAINTENANCE: [503, 'The platform is down for maintenance. You can read here, and write again when it is over.'],
});

/** For endpoints of a room whose host may be hidden in some countries. */
export const NOT_HERE = [roomError.STREAM_NOT_FOUND, roomError.NOT_IN_YOUR_COUNTRY];

/** For endpoints that act on someone in a room. */
export const NOT_MODERATED = [
  roomError.STREAM_NOT_FOUND,
  roomError.USER_NOT_FOUND,
  roomError.NOT_MODERATOR,
  roomError.OUT_OF_YOUR_REACH,
  roomError.STREAM_ENDED,
  roomError.STREAM_CANCELLED,
  roomError.ROOM_CLOSED,
];

/** For endpoints that read a room's content. */
export const NOT_READABLE = [
  ...NOT_HERE,
  roomError.BANNED,
  roomError.FOLLOWERS_ONLY,
  roomError.SUBSCRIBERS_ONLY,
  roomError.USERS_ONLY,
];

/** For endpoints that let a viewer into a room or its video. */
export const NOT_ADMITTED = [
  ...NOT_READABLE,
  roomError.STREAM_ENDED,
  roomError.STREAM_CANCELLED,
  roomError.ROOM_CLOSED,
];
