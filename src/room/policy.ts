/**
 * Decides who may write what: one pure rule for WebSocket and HTTP. The creator, moderators and staff are held to the
 * room's state, the form of a message and the pace, but not to the rules for viewers.
 */
import type { Badge } from '@/contracts/chat-message';
import type { HeldReason } from '@/contracts/chat-rules';
import type { RoomRefusal, RoomUser, RoomViewer } from '@/contracts/room';
import type { RoomPolicy, RoomStatus } from '@/contracts/room-command';
import { ROOM_REFUSALS, type RoomRefusalCode } from '@/contracts/room-events/refusals';
import { isMember } from '@/domains/base/visibility/members';
import { type BlockedWords, foldLetters, foldWords, hasBlockedWord, prepareBlockedWords } from '@/shared/blocked-words';
import { timeOfId } from '@/shared/ids';
import { hasLink } from '@/shared/links';
import { type Maintenance, retryAfterMs, runningWindow } from '@/shared/maintenance';
import { countCharacters, countLines, foldLines, hasControlCharacters } from '@/shared/text';
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '@/shared/time';
import { type Emotes, isOnlyEmotes, mayUseAllEmotes, placeEmotes } from './emotes';
import { MESSAGE_PACE, waitMsFor } from './pace';

export const MESSAGE_CHARACTERS_MAX = 500;
export const MESSAGE_LINES_MAX = 10;
/** The same text by the same user within this time is a duplicate. */
export const DUPLICATE_WINDOW_MS = 30 * SECOND_MS;

/** A policy with its blocked words prepared: built once per change, used for every message. */
export interface Rules {
  readonly policy: RoomPolicy;
  readonly status: RoomStatus;
  readonly blocked: BlockedWords;
  /** A message with one of these waits. */
  readonly held: BlockedWords;
  readonly emotes: Emotes;
}

const NO_EMOTES: Emotes = new Map();

/** What the room remembers of the author. */
export interface History {
  /** When (ms) their last message was sent. Messages that wait count. */
  readonly lastAt: number | null;
  /** Their texts of the last `DUPLICATE_WINDOW_MS` or more, by `foldWords`, oldest first. */
  readonly recent: readonly RecentText[];
  /** A message of theirs was shown in this room. */
  readonly hasWritten: boolean;
  readonly bannedBy: string | null;
  readonly timedOutUntil: number | null;
  /** Why they are banned, or else why they are timed out. */
  readonly reason: string | null;
  /** When (ms) they will have caught up with `MESSAGE_PACE`. */
  readonly caughtUpAt: number;
}

export interface RecentText {
  /** Milliseconds. */
  readonly at: number;
  readonly folded: string;
}

/** `held`: why a moderator decides on it first, whatever the delay. */
export type Verdict =
  | {
      readonly ok: true;
      readonly text: string;
      readonly delayMs: number;
      readonly held: Exclude<HeldReason, 'delay'> | null;
    }
  | RoomRefusal;

export function rulesOf(policy: RoomPolicy, status: RoomStatus, emotes = NO_EMOTES): Rules {
  const blocked = prepareBlockedWords(policy.blockedWords);
  return { policy, status, blocked, held: prepareBlockedWords(policy.heldWords ?? []), emotes };
}

/** Creators, moderators and staff are exempt from moderation rules. */
export function isExempt({ standing }: Pick<RoomUser, 'standing'>): boolean {
  return standing.creator || standing.moderator || standing.rank !== null;
}

/** They see the moderation log and the messages that wait, and decide on these. */
export function moderatesRoom(viewer: RoomViewer): boolean {
  if (viewer.kind !== 'user') return false;
  const { creator, moderator, decides = false } = viewer.standing;
  return creator || moderator || decides;
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
  const text = foldLines(typed);
  const length = countCharacters(text);

  if (status === 'ended' || status === 'cancelled') return refuse('ROOM_CLOSED');
  if (history.bannedBy !== null) return { ...refuse('BANNED'), reason: history.reason };
  if (history.timedOutUntil !== null && history.timedOutUntil > now)
    return { ...refuse('TIMED_OUT', history.timedOutUntil - now), reason: history.reason };
  if (length < 1 || length > MESSAGE_CHARACTERS_MAX || hasControlCharacters(text)) return refuse('MESSAGE_INVALID');
  if (countLines(text) > MESSAGE_LINES_MAX) return refuse('MESSAGE_INVALID');
  if (!policy.chatEnabled) return refuse('CHAT_DISABLED');
  const waitMs = waitMsFor(MESSAGE_PACE, history.caughtUpAt, now);
  if (waitMs > 0) return refuse('TOO_FAST', waitMs);
  if (isExempt(user)) return { ok: true, text, delayMs: 0, held: null };

  const folded = foldLetters(text);
  const refusal =
    refuseWriter(policy, user, now) ??
    refuseText(rules, user, text, folded) ??
    refusePace(policy, history, foldWords(text), now);
  if (refusal) return refusal;
  return {
    ok: true,
    text,
    delayMs: policy.chatDelaySeconds * SECOND_MS,
    held: reasonToHold(rules, user, text, history),
  };
}

/** Who may write at all. An age that is unknown counts as too young; the relation is then read again. */
function refuseWriter(policy: RoomPolicy, { id, standing }: RoomUser, now: number): RoomRefusal | null {
  const { minFollowMinutes = 0, minAccountHours = 0 } = policy;
  if (policy.subscribersOnly && !standing.subscriber) return refuse('SUBSCRIBERS_ONLY');
  if ((policy.followersOnly || minFollowMinutes > 0) && !isMember(standing)) return refuse('FOLLOWERS_ONLY');
  if (minFollowMinutes > 0 && !standing.subscriber) {
    const oldEnoughAt = (standing.followedAt ?? now) + minFollowMinutes * MINUTE_MS;
    if (oldEnoughAt > now) return refuse('FOLLOW_TOO_NEW', oldEnoughAt - now);
  }
  const oldEnoughAt = (standing.registeredAt ?? timeOfId(id)) + minAccountHours * HOUR_MS;
  return minAccountHours > 0 && oldEnoughAt > now ? refuse('ACCOUNT_TOO_NEW', oldEnoughAt - now) : null;
}

function refuseText(
  { policy, blocked, emotes }: Rules,
  { standing }: RoomUser,
  text: string,
  folded: string,
): RoomRefusal | null {
  if (policy.emotesOnly && !isOnlyEmotes(text, placeEmotes(text, emotes, mayUseAllEmotes(standing))))
    return refuse('EMOTES_ONLY');
  if (hasBlockedWord(blocked, folded)) return refuse('BLOCKED_WORDS');
  return policy.links === 'moderators' && hasLink(text) ? refuse('LINKS_NOT_ALLOWED') : null;
}

function refusePace({ slowModeSeconds }: RoomPolicy, history: History, folded: string, now: number) {
  if (history.lastAt !== null) {
    const slowUntil = history.lastAt + slowModeSeconds * SECOND_MS;
    if (slowUntil > now) return refuse('SLOW_MODE', slowUntil - now);
  }
  const same = history.recent.findLast((recent) => recent.folded === folded);
  const repeatableAt = same ? same.at + DUPLICATE_WINDOW_MS : now;
  return repeatableAt > now ? refuse('DUPLICATE_MESSAGE', repeatableAt - now) : null;
}

function reasonToHold({ policy, held }: Rules, { standing }: RoomUser, text: string, { hasWritten }: History) {
  if (hasBlockedWord(held, foldLetters(text))) return 'blocked-words';
  if (policy.links === 'hold' && hasLink(text)) return 'link';
  return policy.holdFirstMessages && !hasWritten && !standing.hasWritten ? 'first-message' : null;
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
  delete standing.followedAt;
  return { ...user, standing };
}

export function refuse(code: RoomRefusalCode, retryAfterMs?: number): RoomRefusal {
  const message = ROOM_REFUSALS[code];
  return retryAfterMs === undefined ? { ok: false, code, message } : { ok: false, code, message, retryAfterMs };
}
