/**
 * What the rest of Footlight knows of a room: types alone, so that nothing outside `room/` imports its code,
 * and nothing outside knows how many objects a room has.
 */
import type { Rank } from '@/shared/actor';

/** A closed set: a client shows each in its own way. */
export const REACTION_KINDS = ['like', 'heart', 'laugh', 'wow', 'sad', 'clap', 'fire'] as const;
export type ReactionKind = (typeof REACTION_KINDS)[number];

export type Badge = 'creator' | 'moderator' | 'staff' | 'subscriber';

/** What a channel lets viewers write. */
export interface RoomPolicy {
  readonly chatEnabled: boolean;
  readonly chatDelaySeconds: number;
  readonly followersOnly: boolean;
  readonly subscribersOnly: boolean;
  readonly slowModeSeconds: number;
  readonly blockedWords: readonly string[];
}

/** The part that viewers see: a list of blocked words would be a list of words to get around. */
export type PublicPolicy = Omit<RoomPolicy, 'blockedWords'>;

/** What a user is to the room and its channel, and when (ms) that was read from D1. Passes and seats store it. */
export interface Relation {
  /** The room is theirs: they are its host. */
  readonly creator: boolean;
  readonly moderator: boolean;
  readonly rank: Rank | null;
  readonly follower: boolean;
  readonly subscriber: boolean;
  /** The account's address is; true where a pass from before does not say. */
  readonly verified?: boolean | undefined;
  /** Staff who may enter where a viewer could not. */
  readonly oversees?: boolean;
  readonly readAt: number;
}

/** Somebody who may write: a user as the room shows them. */
export interface RoomUser {
  readonly kind: 'user';
  readonly id: string;
  readonly username: string;
  readonly displayName: string;
  readonly avatarUrl: string | null;
  readonly standing: Relation;
}

/** Somebody who may watch and react: no name, no words. */
export interface RoomGuest {
  readonly kind: 'guest';
  readonly id: string;
  /** Signed in, but not verified: asked to verify the address instead of to sign in. */
  readonly unverified?: true;
}

export type RoomViewer = RoomUser | RoomGuest;

/** The claims of a pass: one viewer may enter one room, once, within a minute. */
export interface Pass {
  /** The pass's own id (v7: a kick voids those made before it), and the viewer interval's primary key: so it is good once. */
  readonly id: string;
  readonly roomId: string;
  /** Which of the room's objects the viewer's socket belongs to: hash(viewer) of 1 today. */
  readonly shard: number;
  readonly viewer: RoomViewer;
  /** The auth session of a user. Missing in passes of the version before. */
  readonly sessionId?: string;
  /** Where the viewer was when they asked for it (ISO 3166); nothing where that is not known, or does not matter. */
  readonly regions?: readonly string[];
  /** A keyed hash of where a guest asked from: so many of them count in rankings. Nothing for verified users, and where it is not known. */
  readonly address?: string | undefined;
}

/** A room opens as its host plans: it waits, it is on, and it closes for good. A stream has the status of its room. */
export type RoomStatus = 'scheduled' | 'live' | 'ended' | 'cancelled';

/** Who may enter a room; `private`: its host alone. */
export const VISIBILITIES = ['public', 'followers', 'subscribers', 'private'] as const;
export type Visibility = (typeof VISIBILITIES)[number];

/**
 * What a room must know of itself to be one. It is stored in the room and in outbox rows, so every name stays;
 * `creatorId` is the room's host, whatever kind of room it is.
 */
export interface RoomSetup {
  readonly roomId: string;
  readonly creatorId: string;
  readonly status: RoomStatus;
  readonly title: string;
  /** Missing in what the version before stored: public. */
  readonly visibility?: Visibility;
  readonly policy: RoomPolicy;
  /** When (ms) it went live or ended; null before. */
  readonly startedAt: number | null;
  readonly endedAt: number | null;
}

/** A durable event from outside the room, which the room numbers and sends on as it is. */
export interface RoomEventBody {
  readonly type: string;
  readonly [field: string]: unknown;
}

/**
 * What the outbox tells a room. Delivered at least once and in any order: a room drops an id that it has seen, and a
 * `setup` older than the one it has (`at`).
 */
export type RoomCommand =
  /** The room's state as of `at`: it sends `stream-started`, `stream-ended`, `stream-updated`, `room-policy` as it differs. */
  | {
      readonly type: 'setup';
      readonly at: number;
      readonly setup: RoomSetup;
      readonly changes?: Record<string, unknown>;
    }
  /** Any other durable event: gifts, showcases, notifications. */
  | {
      readonly type: 'event';
      readonly event: RoomEventBody;
      /** How long (ms) a gift with words waits, where chat is delayed. */
      readonly delayMs?: number;
    }
  /** The words of a gift are gone; the gift stays. */
  | { readonly type: 'delete-gift-words'; readonly giftId: string; readonly by: string }
  /** The user's sockets close with 4403, and no pass of theirs is good before `unban`. */
  | {
      readonly type: 'ban';
      readonly userId: string;
      readonly reason: string | null;
      readonly by: string;
      /** What they have said is shown to nobody but moderators from now on; true if absent. */
      readonly deleteMessages?: boolean;
    }
  | { readonly type: 'unban'; readonly userId: string }
  /**
   * Anything that a room knows of the user has changed: session, name, rank, relation. It is read again, and the seats
   * close that the door would refuse now. `sessionsEnded`: so do those whose session is not known.
   */
  | { readonly type: 'standing-changed'; readonly userId: string; readonly sessionsEnded?: true }
  /** The user has entered five other rooms since: their sockets close, and no pass from before is good. */
  | { readonly type: 'put-out'; readonly userId: string }
  /** The account is gone: so are the user's words, and every name of theirs. */
  | { readonly type: 'forget-user'; readonly userId: string }
  /** D1 does not know which users wrote in the room or are named there: the room reports all of them again. */
  | { readonly type: 'tell-traces' }
  /** Where the creator is not shown, as of `at`: sockets from there close with 4403, and no pass from there is good. */
  | { readonly type: 'blocked-regions'; readonly at: number; readonly regions: readonly string[] };

export interface ChatMessage {
  readonly id: string;
  /** The room's number of it; null while a delayed message waits for its release. */
  readonly seq: number | null;
  readonly streamId: string;
  readonly userId: string;
  readonly username: string;
  readonly displayName: string;
  readonly avatarUrl: string | null;
  readonly badges: readonly Badge[];
  /** As it was typed; empty once deleted. */
  readonly text: string;
  /** Milliseconds. */
  readonly at: number;
  readonly deleted: boolean;
}

/** Why the room refuses; `domains/live/rooms/errors.ts` has each with its status and sentence. */
export type RoomRefusalCode =
  | 'ROOM_CLOSED'
  | 'CHAT_DISABLED'
  | 'FOLLOWERS_ONLY'
  | 'SUBSCRIBERS_ONLY'
  | 'SLOW_MODE'
  | 'DUPLICATE_MESSAGE'
  | 'BLOCKED_WORDS'
  | 'TIMED_OUT'
  | 'BANNED'
  | 'MESSAGE_INVALID'
  | 'MESSAGE_NOT_FOUND'
  | 'GUESTS_CANNOT_CHAT'
  | 'EMAIL_NOT_VERIFIED'
  | 'NOT_ALLOWED'
  | 'PRODUCT_NOT_FOUND'
  | 'TOO_FAST';

export interface RoomRefusal {
  readonly ok: false;
  readonly code: RoomRefusalCode;
  readonly message: string;
  readonly retryAfterMs?: number;
  /** Why the person was banned or timed out, if a moderator said so. */
  readonly reason?: string | null;
}

export type SayAnswer = { readonly ok: true; readonly message: ChatMessage } | RoomRefusal;

/** What may be said with a gift, and how long after it that is shown. */
export type Approval = { readonly ok: true; readonly text: string; readonly delayMs: number } | RoomRefusal;

export type ModerationAction =
  | {
      readonly action: 'timeout';
      readonly userId: string;
      readonly seconds: number;
      readonly reason: string | null;
      /** As with a ban; false if absent. */
      readonly deleteMessages?: boolean;
    }
  | { readonly action: 'end-timeout'; readonly userId: string }
  /** Closes the user's sockets; a new pass lets them in again. */
  | { readonly action: 'kick'; readonly userId: string; readonly reason: string | null };

export interface TimeOut {
  readonly userId: string;
  readonly until: number;
  readonly reason: string | null;
  readonly by: string;
  readonly at: number;
}

export interface RoomFigures {
  readonly viewerCount: number;
  readonly uniqueViewers: number;
  readonly peakViewers: number;
  /** By which lists sort: guests from one address count for at most five. */
  readonly rankingPeak: number;
  readonly watchSeconds: number;
  /** The part of `watchSeconds` by verified users. */
  readonly rewardedSeconds: number;
  readonly messages: number;
  readonly reactions: Readonly<Partial<Record<ReactionKind, number>>>;
  /** [minute's start (ms), viewers] */
  readonly viewerCurve: readonly (readonly [number, number])[];
}

export interface ViewerList {
  readonly users: readonly {
    readonly id: string;
    readonly username: string;
    readonly displayName: string;
    readonly avatarUrl: string | null;
  }[];
  readonly guests: number;
  readonly total: number;
}

/** The calls that a room takes, whatever it is made of. Every one is safe to repeat. */
export interface Room {
  /** @param commandId a v7 id, so that of two bans and lifts of a user the one that was made later holds */
  apply(commandId: string, command: RoomCommand): Promise<void>;
  /** @param clientId the client's own id of the message: a repeat is answered with the same message */
  say(user: RoomUser, clientId: string, text: string): Promise<SayAnswer>;
  /**
   * Judges what somebody wants to say with a gift, as chat is, and counts it as said.
   * @param key of the gift: a repeat gets the same approval and counts once
   */
  approveWords(user: RoomUser, key: string, text: string): Promise<Approval>;
  /** Newest first; `before` and the answer's `nextBefore` are seqs. */
  history(before: number | null, limit: number): Promise<{ messages: ChatMessage[]; nextBefore: number | null }>;
  /** @param mayDeleteAny false: only messages of `byUserId` */
  deleteMessage(
    messageId: string,
    byUserId: string,
    mayDeleteAny: boolean,
  ): Promise<{ readonly ok: true } | RoomRefusal>;
  /** Answers whether it did anything: ending a time-out that is not active does nothing. */
  moderate(byUserId: string, action: ModerationAction): Promise<boolean>;
  /** What the user wrote, the oldest first, without what was deleted; of many a page. @param afterSeq 0: from the first */
  messagesOf(userId: string, afterSeq: number, limit: number): Promise<ChatMessage[]>;
  /** What these users said last, also what is shown to nobody but moderators; each one's newest first. */
  newestMessagesOf(userIds: readonly string[], limitEach: number): Promise<ChatMessage[]>;
  timeOuts(): Promise<TimeOut[]>;
  viewers(): Promise<ViewerList>;
  /** Null: nobody has set the room up. */
  viewerCount(): Promise<number | null>;
  /** A number below `slots`, in rotation for each viewer: whose place in the video the next token is for. */
  takeVideoSlot(viewer: { readonly kind: 'user' | 'guest'; readonly id: string }, slots: number): Promise<number>;
  /** The ids of the viewers who are in from one of these regions. */
  viewersFrom(regions: readonly string[]): Promise<string[]>;
  /** Sends an event to the open sockets of these users and to nobody else; it is not stored and has no seq. */
  tell(userIds: readonly string[], event: RoomEventBody): Promise<void>;
  /** Closes the viewer's sockets as if they had left. */
  leave(viewer: { readonly kind: 'user' | 'guest'; readonly id: string }): Promise<void>;
  figures(): Promise<RoomFigures>;
  /** Upgrades to the room's WebSocket. @param pass verified by the Worker @param since the last seq that the client has */
  connect(request: Request, pass: Pass, since: number | null): Promise<Response>;
}

/** The Durable Object behind a room, for its binding. */
export type RoomObject = Rpc.DurableObjectBranded & Omit<Room, 'connect'>;

/** Finds a room by its id. That of a stream has the stream's. */
export type Rooms = (roomId: string) => Room;
