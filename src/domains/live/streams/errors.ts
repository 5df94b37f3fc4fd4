import { errorList } from '@/http/errors';

/**
 * Refusals of streams, channels and their rooms; a room's own refusals (`RoomRefusalCode`) are among them. The sentences here are
 * the door's, about watching; a room that lets somebody watch and not write says its own.
 */
export const streamError = errorList({
  STREAM_NOT_FOUND: [404, 'This stream does not exist, or you cannot see it.'],
  NOT_IN_YOUR_COUNTRY: [451, 'The creator does not show this in your country.'],
  ALREADY_LIVE: [409, 'Your channel is already live. End that stream first.'],
  STREAM_NOT_LIVE: [409, 'This stream is not live.'],
  CHANGED_MEANWHILE: [409, 'Someone else just changed this. Reload and try again.'],
  STREAM_ENDED: [409, 'This stream has ended.'],
  INGRESS_EXISTS: [409, 'Your channel already has a stream key, or one is being created. Delete it to get a new one.'],
  MODERATOR_NOT_POSSIBLE: [409, 'You are the creator of this channel, so you do not need to be its moderator.'],
  TOO_MANY_MODERATORS: [409, 'A channel can have up to 100 moderators. Remove one first.'],
  USER_NOT_FOUND: [404, 'This user does not exist.'],
  STREAM_CANCELLED: [409, 'This stream was cancelled.'],
  STREAM_STARTED: [409, 'This stream has begun, so you can no longer delete it.'],
  NOT_YOUR_STREAM: [403, 'Only the creator of this stream can do this.'],
  TOO_MANY_SCHEDULED: [409, 'You have too many scheduled streams. Start or delete some first.'],
  VIEWERS_HIDDEN: [403, 'The creator does not show who is watching.'],
  PASS_REQUIRED: [401, 'You need a pass. Join the stream first: the answer contains one.'],
  PASS_INVALID: [401, 'This pass has expired, or it is not for this room. Join the stream again.'],
  UPGRADE_REQUIRED: [400, 'This address is a WebSocket. Connect with an Upgrade header.'],
  NOT_MODERATOR: [403, 'Only the creator, their moderators and staff can do this.'],
  OUT_OF_YOUR_REACH: [403, 'You cannot moderate yourself, the creator, or anyone at or above your rank.'],

  ROOM_CLOSED: [409, 'This room is closed.'],
  CHAT_DISABLED: [403, 'Chat is turned off in this room.'],
  FOLLOWERS_ONLY: [403, 'Only followers can watch this stream.'],
  SUBSCRIBERS_ONLY: [403, 'Only subscribers can watch this stream.'],
  SLOW_MODE: [429, 'Slow mode is on. Wait a little before your next message.'],
  DUPLICATE_MESSAGE: [409, 'You just sent the same message. Wait a little, or write something else.'],
  BLOCKED_WORDS: [422, 'This channel does not allow a word in your message. Try other words.'],
  TIMED_OUT: [403, 'You are timed out in this room. You can write again when the time-out ends.'],
  BANNED: [403, 'You are banned from this channel.'],
  MESSAGE_INVALID: [422, 'A message can have 1 to 500 characters and no control characters.'],
  MESSAGE_NOT_FOUND: [404, 'This message does not exist.'],
  GUESTS_CANNOT_CHAT: [403, 'Sign in to write. Without an account you can watch and react.'],
  EMAIL_NOT_VERIFIED: [403, 'Verify your email address, then join again to write.'],
  NOT_ALLOWED: [403, 'You cannot do this in this room.'],
  PRODUCT_NOT_FOUND: [404, 'This product is not offered here.'],
  TOO_FAST: [429, 'You are sending too fast. Wait a moment and try again.'],
});

/** For endpoints that name a stream. */
export const NOT_HERE = [streamError.STREAM_NOT_FOUND, streamError.NOT_IN_YOUR_COUNTRY];

/** For endpoints that read what is in a stream's room. */
export const NOT_READABLE = [...NOT_HERE, streamError.BANNED, streamError.FOLLOWERS_ONLY, streamError.SUBSCRIBERS_ONLY];

/** For endpoints that let a viewer into a stream's room or video. */
export const NOT_ADMITTED = [...NOT_READABLE, streamError.STREAM_ENDED, streamError.STREAM_CANCELLED];
