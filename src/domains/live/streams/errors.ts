import { errorList } from '@/http/errors';

/**
 * Refusals of streams, channels and their rooms; a room's own refusals (`RoomRefusalCode`) are among them. The sentences here are
 * the door's, about watching; a room that lets somebody watch and not write says its own.
 */
export const streamError = errorList({
  STREAM_NOT_FOUND: [404, 'There is no such stream, or it is not visible to you.'],
  NOT_IN_YOUR_COUNTRY: [451, 'Its creator does not show this where you are.'],
  ALREADY_LIVE: [409, 'This channel is live already: end that stream first.'],
  STREAM_NOT_LIVE: [409, 'This stream is not live.'],
  CHANGED_MEANWHILE: [409, 'Somebody else changed the same at the same time. Look again, then try again.'],
  STREAM_ENDED: [409, 'This stream is over.'],
  INGRESS_EXISTS: [409, 'The channel has a stream key already, or one is being made. Delete it to get a new one.'],
  MODERATOR_NOT_POSSIBLE: [409, 'You are the creator of this channel, so you need not be its moderator.'],
  TOO_MANY_MODERATORS: [409, 'A channel has at most 100 moderators.'],
  USER_NOT_FOUND: [404, 'There is no such user.'],
  STREAM_CANCELLED: [409, 'This stream was called off.'],
  STREAM_STARTED: [409, 'Only a stream that has not begun can be deleted.'],
  NOT_YOUR_STREAM: [403, 'Only its creator may do this.'],
  TOO_MANY_SCHEDULED: [409, 'You have too many streams waiting: start or delete some first.'],
  VIEWERS_HIDDEN: [403, 'The creator does not show who is watching.'],
  PASS_REQUIRED: [401, 'Join the stream first: its answer has a pass.'],
  PASS_INVALID: [401, 'The pass is forged, expired or of another room. Join again.'],
  UPGRADE_REQUIRED: [400, 'This is a WebSocket: send an upgrade.'],
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

/** For endpoints that name a stream. */
export const NOT_HERE = [streamError.STREAM_NOT_FOUND, streamError.NOT_IN_YOUR_COUNTRY];

/** For endpoints that read what is in a stream's room. */
export const NOT_READABLE = [...NOT_HERE, streamError.BANNED, streamError.FOLLOWERS_ONLY, streamError.SUBSCRIBERS_ONLY];

/** For endpoints that let a viewer into a stream's room or video. */
export const NOT_ADMITTED = [...NOT_READABLE, streamError.STREAM_ENDED, streamError.STREAM_CANCELLED];
