/** Why a room closes a socket, and how its client comes back. The reference and the guide show this list. */
import type { CloseReason } from '../room-wire';

/**
 * `resume`: with the newest resume pass and `since`. `join`: over `POST /stream/:id/join`. `change`: only after the user
 * has done what the sentence says. `never`: it is final.
 */
export type ComeBack = 'resume' | 'join' | 'change' | 'never';

interface ClosePage {
  readonly sentence: string;
  readonly comeBack: ComeBack;
  /** How long a client waits first. */
  readonly delay: string;
}

const NOW = 'none';
const SPREAD = 'a random 0–10 seconds, then twice as long each time, up to a minute';
const LATER = '30 seconds, then twice as long each time, up to five minutes';
const NONE = '–';

export const CLOSE_PAGES: Readonly<Record<CloseReason, ClosePage>> = {
  left: { sentence: 'You left, with `leave-session` or over HTTP.', comeBack: 'never', delay: NONE },
  silent: { sentence: 'Nothing came from you for 90 seconds.', comeBack: 'resume', delay: SPREAD },
  malformed: {
    sentence: 'Ten malformed frames in a row, or a hundred more than a person may send. Fix the client first.',
    comeBack: 'change',
    delay: NONE,
  },
  tooSlow: { sentence: 'You read too slowly.', comeBack: 'resume', delay: SPREAD },
  passInvalid: { sentence: 'The pass is used, expired or forged.', comeBack: 'join', delay: NOW },
  sessionEnded: { sentence: 'Your session has ended. Sign in again, then join.', comeBack: 'change', delay: NONE },
  banned: {
    sentence: 'You are banned from the channel. An `error` before it has the reason.',
    comeBack: 'never',
    delay: NONE,
  },
  kicked: {
    sentence: 'A moderator removed you. Join again only when the user asks for it.',
    comeBack: 'change',
    delay: NONE,
  },
  addressBanned: {
    sentence: 'An account from your address was just banned. Sign in, then join.',
    comeBack: 'change',
    delay: NONE,
  },
  notHere: { sentence: 'The creator is not shown where you are.', comeBack: 'never', delay: NONE },
  followersOnly: { sentence: 'Only followers may stay. Follow, then join.', comeBack: 'change', delay: NONE },
  subscribersOnly: { sentence: 'Only subscribers may stay. Subscribe, then join.', comeBack: 'change', delay: NONE },
  usersOnly: { sentence: 'Only verified accounts may enter. Sign in, then join.', comeBack: 'change', delay: NONE },
  notVisible: {
    sentence: 'There is no such room for you: it is private now, or hidden.',
    comeBack: 'never',
    delay: NONE,
  },
  closed: { sentence: 'The room is closed for good.', comeBack: 'never', delay: NONE },
  tooMany: { sentence: 'You have five sockets in this room. Close one, then join.', comeBack: 'change', delay: NONE },
  addressLimit: {
    sentence: 'The room is more than half full, with a hundred guests from your address. Sign in, then join.',
    comeBack: 'change',
    delay: NONE,
  },
  roomFull: { sentence: 'The room is full.', comeBack: 'join', delay: LATER },
  tooManyRooms: {
    sentence: 'You have entered five other rooms since. Join again only when the user comes back to this one.',
    comeBack: 'change',
    delay: NONE,
  },
};

/** The connection broke without a close frame, as at a deploy. Browsers report 1006. */
export const BROKEN: ClosePage & { readonly code: number } = {
  code: 1006,
  sentence: 'The connection broke, as at a deploy.',
  comeBack: 'resume',
  delay: SPREAD,
};

export const COME_BACK: Readonly<Record<ComeBack, string>> = {
  resume: 'with the resume pass and `since`',
  join: 'join again',
  change: 'not by itself',
  never: 'never',
};
