/**
 * Who may write what: one pure rule for WebSocket and HTTP alike. The creator, moderators and staff are held to the
 * room's state, the form of a message and the pace of a person, not to what keeps crowds in order.
 */

import type {
  Badge,
  RoomPolicy,
  RoomRefusal,
  RoomRefusalCode,
  RoomStatus,
  RoomUser,
  RoomViewer,
} from '@/contracts/room';
import { isMember } from '@/domains/base/visibility/members';
import { type BlockedWords, foldLetters, hasBlockedWord, prepareBlockedWords } from '@/shared/blocked-words';
import { countCharacters, foldText, hasControlCharacters } from '@/shared/text';
import { SECOND_MS } from '@/shared/time';
import { MESSAGE_PACE, waitMsFor } from './pace';

export const MESSAGE_CHARACTERS_MAX = 500;
/** The same words by the same user within it are a duplicate. */
export const DUPLICATE_WINDOW_MS = 30 * SECOND_MS;

/** A policy with its blocked words prepared: made once a change, used by every message. */
export interface Rules {
  readonly policy: RoomPolicy;
  readonly status: RoomStatus;
  readonly blocked: BlockedWords;
}

/** What the room remembers of the writer. */
export interface History {
  /** Of their last message (ms), and how it read. */
  readonly lastAt: number | null;
  readonly lastText: string | null;
  readonly bannedBy: string | null;
  readonly timedOutUntil: number | null;
  /** Why they are banned, else why they are timed out. */
  readonly reason: string | null;
  /** When (ms) they will have caught up with `MESSAGE_PACE`. */
  readonly caughtUpAt: number;
}

export type Verdict = { readonly ok: true; readonly text: string; readonly delayMs: number } | RoomRefusal;

export function rulesOf(policy: RoomPolicy, status: RoomStatus): Rules {
  return { policy, status, blocked: prepareBlockedWords(policy.blockedWords) };
}

/** Nobody keeps order among those who keep it. */
export function isExempt({ standing }: Pick<RoomUser, 'standing'>): boolean {
  return standing.creator || standing.moderator || standing.rank !== null;
}

/** As at the door, no ban keeps them out: they may enter and read, though not write. */
export function overseesRooms(viewer: RoomViewer): boolean {
  return viewer.kind === 'user' && viewer.standing.oversees === true;
}

export function badgesOf({ standing }: Pick<RoomUser, 'standing'>): Badge[] {
  const badges: Badge[] = [];
  if (standing.creator) badges.push('creator');
  if (standing.moderator) badges.push('moderator');
  if (standing.rank !== null) badges.push('staff');
  if (standing.subscriber && !standing.creator) badges.push('subscriber');
  return badges;
}

/** @param now milliseconds */
export function judge(rules: Rules, user: RoomUser, typed: string, history: History, now: number): Verdict {
  const { policy, status } = rules;
  const { standing } = user;
  const text = foldText(typed);
  const length = countCharacters(text);

  if (status === 'ended' || status === 'cancelled') return refuse('ROOM_CLOSED');
  if (history.bannedBy !== null) return { ...refuse('BANNED'), reason: history.reason };
  if (history.timedOutUntil !== null && history.timedOutUntil > now)
    return { ...refuse('TIMED_OUT', history.timedOutUntil - now), reason: history.reason };
  if (length < 1 || length > MESSAGE_CHARACTERS_MAX || hasControlCharacters(text)) return refuse('MESSAGE_INVALID');
  if (!policy.chatEnabled) return refuse('CHAT_DISABLED');
  const waitMs = waitMsFor(MESSAGE_PACE, history.caughtUpAt, now);
  if (waitMs > 0) return refuse('TOO_FAST', waitMs);
  if (isExempt(user)) return { ok: true, text, delayMs: 0 };

  if (policy.subscribersOnly && !standing.subscriber) return refuse('SUBSCRIBERS_ONLY');
  if (policy.followersOnly && !isMember(standing)) return refuse('FOLLOWERS_ONLY');
  const folded = foldLetters(text);
  if (hasBlockedWord(rules.blocked, folded)) return refuse('BLOCKED_WORDS');
  if (history.lastAt !== null) {
    const slowUntil = history.lastAt + policy.slowModeSeconds * SECOND_MS;
    if (slowUntil > now) return refuse('SLOW_MODE', slowUntil - now);
    const repeatableAt = history.lastAt + DUPLICATE_WINDOW_MS;
    if (repeatableAt > now && history.lastText !== null && foldLetters(history.lastText) === folded)
      return refuse('DUPLICATE_MESSAGE', repeatableAt - now);
  }
  return { ok: true, text, delayMs: policy.chatDelaySeconds * SECOND_MS };
}

/** Whether a reaction counts: not when the stream is over, and not from a user who is timed out. */
export function judgeReaction(
  status: RoomStatus,
  { timedOutUntil }: Pick<History, 'timedOutUntil'>,
  now: number,
): RoomRefusal | null {
  if (status === 'ended' || status === 'cancelled') return refuse('ROOM_CLOSED');
  return timedOutUntil !== null && timedOutUntil > now ? refuse('TIMED_OUT', timedOutUntil - now) : null;
}

/** The same user with nothing that speaks for them: what differs from this was decided by their standing. */
export function asStranger(user: RoomUser): RoomUser {
  const standing = {
    ...user.standing,
    creator: false,
    moderator: false,
    rank: null,
    follower: false,
    subscriber: false,
  };
  return { ...user, standing };
}

const SENTENCES: Readonly<Record<RoomRefusalCode, string>> = {
  ROOM_CLOSED: 'This room is not open.',
  CHAT_DISABLED: 'The chat is switched off.',
  FOLLOWERS_ONLY: 'Only followers can write here.',
  SUBSCRIBERS_ONLY: 'Only subscribers can write here.',
  SLOW_MODE: 'Slow mode is on: wait a little before the next message.',
  DUPLICATE_MESSAGE: 'You have just written that.',
  BLOCKED_WORDS: 'The message has words that are not welcome here.',
  TIMED_OUT: 'You may not write for a while.',
  BANNED: 'You are banned from this room.',
  MESSAGE_INVALID: `A message has 1 to ${MESSAGE_CHARACTERS_MAX} characters and no control characters.`,
  MESSAGE_NOT_FOUND: 'There is no such message.',
  GUESTS_CANNOT_CHAT: 'Sign in to write.',
  EMAIL_NOT_VERIFIED: 'Verify your email address, then join again to write.',
  NOT_ALLOWED: 'You may not do that here.',
  PRODUCT_NOT_FOUND: 'This product is not offered here.',
  TOO_FAST: 'Slow down a little.',
};

export function refuse(code: RoomRefusalCode, retryAfterMs?: number): RoomRefusal {
  const message = SENTENCES[code];
  return retryAfterMs === undefined ? { ok: false, code, message } : { ok: false, code, message, retryAfterMs };
}
