/**
 * Decides who may write what: one pure rule for WebSocket and HTTP. The creator, moderators and staff are held to the
 * room's state, the form of a message and the pace, but not to the rules for viewers.
 */

import type { Badge, RoomRefusal, RoomRefusalCode, RoomUser, RoomViewer } from '@/contracts/room';
import type { RoomPolicy, RoomStatus } from '@/contracts/room-command';
import { ROOM_REFUSALS } from '@/contracts/room-events/refusals';
import { isMember } from '@/domains/base/visibility/members';
import { type BlockedWords, foldLetters, hasBlockedWord, prepareBlockedWords } from '@/shared/blocked-words';
import { type Maintenance, retryAfterMs, runningWindow } from '@/shared/maintenance';
import { countCharacters, foldText, hasControlCharacters } from '@/shared/text';
import { SECOND_MS } from '@/shared/time';
import { MESSAGE_PACE, waitMsFor } from './pace';

export const MESSAGE_CHARACTERS_MAX = 500;
/** The same text by the same user within this time is a duplicate. */
export const DUPLICATE_WINDOW_MS = 30 * SECOND_MS;

/** A policy with its blocked words prepared: built once per change, used for every message. */
export interface Rules {
  readonly policy: RoomPolicy;
  readonly status: RoomStatus;
  readonly blocked: BlockedWords;
}

/** What the room remembers of the author. */
export interface History {
  /** When (ms) their last message was sent, and its text. */
  readonly lastAt: number | null;
  readonly lastText: string | null;
  readonly bannedBy: string | null;
  readonly timedOutUntil: number | null;
  /** Why they are banned, or else why they are timed out. */
  readonly reason: string | null;
  /** When (ms) they will have caught up with `MESSAGE_PACE`. */
  readonly caughtUpAt: number;
}

export type Verdict = { readonly ok: true; readonly text: string; readonly delayMs: number } | RoomRefusal;

export function rulesOf(policy: RoomPolicy, status: RoomStatus): Rules {
  return { policy, status, blocked: prepareBlockedWords(policy.blockedWords) };
}

/** Creators, moderators and staff are exempt from moderation rules. */
export function isExempt({ standing }: Pick<RoomUser, 'standing'>): boolean {
  return standing.creator || standing.moderator || standing.rank !== null;
}

/** A ban does not keep them out, as at the door: they may enter and read, but not write. */
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

/** Returns the refusal, or null. A reaction does not count after the stream's end, nor from a user who is timed out. */
export function judgeReaction(
  status: RoomStatus,
  { timedOutUntil }: Pick<History, 'timedOutUntil'>,
  now: number,
): RoomRefusal | null {
  if (status === 'ended' || status === 'cancelled') return refuse('ROOM_CLOSED');
  return timedOutUntil !== null && timedOutUntil > now ? refuse('TIMED_OUT', timedOutUntil - now) : null;
}

/** While the platform is down for maintenance, rooms can be read, and only staff write or react. */
export function judgeMaintenance(maintenance: Maintenance, viewer: RoomViewer, now: number): RoomRefusal | null {
  const window = runningWindow(maintenance, now);
  if (!window || (viewer.kind === 'user' && viewer.standing.rank !== null)) return null;
  return refuse('MAINTENANCE', retryAfterMs(window, now));
}

/** The same user without any relation or rank. A different verdict for them means that the relation decided it. */
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

export function refuse(code: RoomRefusalCode, retryAfterMs?: number): RoomRefusal {
  const message = ROOM_REFUSALS[code];
  return retryAfterMs === undefined ? { ok: false, code, message } : { ok: false, code, message, retryAfterMs };
}
