import { errorList } from '@/http/errors';

/** Why a door stays closed. Streams say the same of what is behind it. */
export const DOOR_REFUSALS = {
  STREAM_NOT_FOUND: [404, 'There is no such stream, or it is not visible to you.'],
  NOT_IN_YOUR_COUNTRY: [451, 'Its creator does not show this where you are.'],
  STREAM_NOT_LIVE: [409, 'This stream is not live.'],
  STREAM_ENDED: [409, 'This stream is over.'],
  STREAM_CANCELLED: [409, 'This stream was called off.'],
} as const;

/**
 * Refusals of rooms: at the door, by a room itself (each `RoomRefusalCode` is here), and of moderation. The sentences
 * are the door's, about watching; a room that lets somebody watch and not write says its own.
 */
export const roomError = errorList({
  ...DOOR_REFUSALS,
  PASS_REQUIRED: [401, 'Join the stream first: its answer has a pass.'],
  PASS_INVALID: [401, 'The pass is forged, expired or of another room. Join again.'],
  UPGRADE_REQUIRED: [400, 'This is a WebSocket: send an upgrade.'],
  VIEWERS_HIDDEN: [403, 'The creator does not show who is watching.'],

  USER_NOT_FOUND: [404, 'There is no such user.'],
  NOT_MODERATOR: [403, 'Only the creator, their moderators and staff may do this.'],
  OUT_OF_YOUR_REACH: [403, 'You cannot do this to this user.'],

  ROOM_CLOSED: [409, 'This room is closed.'],
  CHAT_DISABLED: [403, 'Chat is switched off in this room.'],
  FOLLOWERS_ONLY: [403, 'Only followers can watch this stream.'],
  SUBSCRIBERS_ONLY: [403, 'Only subscribers can watch this stream.'],
  SLOW_MODE: [429, 'Slow mode is on: wait a little before your next message.'],
  DUPLICATE_MESSAGE: [409, 'You wrote the same a moment ago.'],
  BLOCKED_WORDS: [422, 'The message holds a word that this channel does not allow.'],
  TIMED_OUT: [403, 'You are timed out in this room.'],
  BANNED: [403, 'You are banned from this channel.'],
  MESSAGE_INVALID: [422, 'A message has 1 to 500 characters and no control characters.'],
  MESSAGE_NOT_FOUND: [404, 'There is no such message.'],
  GUESTS_CANNOT_CHAT: [403, 'Sign in to write: guests watch and react.'],
  EMAIL_NOT_VERIFIED: [403, 'Verify your email address, then join again to write.'],
  NOT_ALLOWED: [403, 'You may not do this in this room.'],
  PRODUCT_NOT_FOUND: [404, 'This product is not offered here.'],
  TOO_FAST: [429, 'That is too fast: slow down a little.'],
});

/** What endpoints declare that name a room whose host is not shown everywhere. */
export const NOT_HERE = { 451: 'NOT_IN_YOUR_COUNTRY' } as const;
