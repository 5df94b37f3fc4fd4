/**
 * What the rest of Footlight knows about a room. Only types, so nothing outside `room/` imports its code or knows how
 * many objects a room has.
 */
import type { Rank } from '@/shared/actor';
import type { Maintenance } from '@/shared/maintenance';

/** A closed set: clients show each in their own way. */
export const REACTION_KINDS = ['like', 'heart', 'laugh', 'wow', 'sad', 'clap', 'fire'] as const;
export type ReactionKind = (typeof REACTION_KINDS)[number];

export type Badge = 'creator' | 'moderator' | 'staff' | 'subscriber';

/** A channel's rules for what viewers may write. */
export interface RoomPolicy {
  readonly chatEnabled: boolean;
  readonly chatDelaySeconds: number;
  readonly followersOnly: boolean;
  readonly subscribersOnly: boolean;
  readonly slowModeSeconds: number;
  readonly blockedWords: readonly string[];
}

/** The part that viewers see. It hides blocked words, since viewers could use the list to get around it. */
export type PublicPolicy = Omit<RoomPolicy, 'blockedWords'>;

/** A user's relation to the room and its channel, and when (ms) it was read from D1. Passes and seats store it. */
export interface Relation {
  /** They are the room's host. */
  readonly creator: boolean;
  readonly moderator: boolean;
  readonly rank: Rank | null;
  readonly follower: boolean;
  readonly subscriber: boolean;
  /** Whether the email address is verified. Passes from before this field count as true. */
  readonly verified?: boolean | undefined;
  /** Staff who may enter rooms that are closed to viewers. */
  readonly oversees?: boolean;
  readonly readAt: number;
}

/** A user as the room shows them. Users may write. */
export interface RoomUser {
  readonly kind: 'user';
  readonly id: string;
  readonly username: string;
  readonly displayName: string;
  readonly avatarUrl: string | null;
  readonly standing: Relation;
}

/** A guest may watch and react, but has no name and cannot write. */
export interface RoomGuest {
  readonly kind: 'guest';
  readonly id: string;
  /** Signed in but not verified: asked to verify the address instead of to sign in. */
  readonly unverified?: true;
}

export type RoomViewer = RoomUser | RoomGuest;

/** The claims of a pass: one viewer may enter one room, once, within a minute. */
export interface Pass {
  /** The pass's own id (v7: a kick voids older ones). Also the viewer interval's primary key, so a pass works once. */
  readonly id: string;
  readonly roomId: string;
  /**
   * Which of the room's objects holds the viewer's socket: hash(viewer) modulo the number of objects, which is 1 today.
   */
  readonly shard: number;
  readonly viewer: RoomViewer;
  /** A user's auth session. Missing in passes of the previous version. */
  readonly sessionId?: string;
  /** Where the request for the pass came from (ISO 3166). Undefined if unknown or irrelevant. */
  readonly regions?: readonly string[];
  /** Keyed hash of a guest's address, to cap how many count in rankings. Undefined for verified users or if unknown. */
  readonly address?: string | undefined;
}

/** Somebody who asks for the room's video. */
export interface VideoViewer extends Pick<Pass, 'address'> {
  readonly kind: 'user' | 'guest';
  readonly id: string;
}

/** A room is scheduled, goes live and ends for good, or is cancelled. A stream has the status of its room. */
export type RoomStatus = 'scheduled' | 'live' | 'ended' | 'cancelled';

/** What a room is for. A support room is one user's chat with staff; its messages are in D1. */
export type RoomKind = 'stream' | 'support';

/** Who may enter a room; `private`: only its host. */
export const VISIBILITIES = ['public', 'followers', 'subscribers', 'private'] as const;
export type Visibility = (typeof VISIBILITIES)[number];

/**
 * A room's setup. Rooms and outbox rows store it, so its field names never change. `creatorId` is the room's host,
 * whatever kind of room it is.
 */
export interface RoomSetup {
  readonly roomId: string;
  /** Missing in setups of streams. A support room is live for ever, and nothing else in its setup matters. */
  readonly kind?: RoomKind;
  readonly creatorId: string;
  readonly status: RoomStatus;
  readonly title: string;
  /** Missing in setups stored by the previous version, which count as public. */
  readonly visibility?: Visibility;
  readonly policy: RoomPolicy;
  /** When (ms) it went live or ended; null before. */
  readonly startedAt: number | null;
  readonly endedAt: number | null;
}

/** A durable event from outside the room, which the room numbers and broadcasts unchanged. */
export interface RoomEventBody {
  readonly type: string;
  readonly [field: string]: unknown;
}

/**
 * The outbox's commands to a room, delivered at least once and in any order. A room ignores an id it has seen, and a
 * `setup` older (`at`) than its own.
 */
export type RoomCommand =
  /**
   * The room's state as of `at`. Differences send `stream-started`, `stream-ended`, `stream-updated`, `room-policy`.
   */
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
      /** How long (ms) a gift with a text waits if chat is delayed. */
      readonly delayMs?: number;
    }
  /** Deletes a gift's text; the gift stays. */
  | { readonly type: 'delete-gift-words'; readonly giftId: string; readonly by: string }
  /**
   * Staff withhold the text of one message or gift (`id`), or bring it back. It keeps its seq. Of two commands about the
   * same id, the later one wins.
   */
  | { readonly type: 'withhold'; readonly id: string; readonly withheld: boolean }
  /** The user's sockets close with 4403, and passes from before `unban` are void. */
  | {
      readonly type: 'ban';
      readonly userId: string;
      readonly reason: string | null;
      readonly by: string;
      /** From now on only moderators see what the user wrote. True if absent. */
      readonly deleteMessages?: boolean;
    }
  | { readonly type: 'unban'; readonly userId: string }
  /**
   * Something the room knows about the user has changed: session, name, rank or relation. The room reloads it and
   * closes seats that it would now deny. `sessionsEnded`: also seats with an unknown session. In a support room, a change
   * of its user makes it reload everyone: staff may no longer reach that user.
   */
  | { readonly type: 'standing-changed'; readonly userId: string; readonly sessionsEnded?: true }
  /** The user has entered five other rooms since: their sockets close, and older passes are void. */
  | { readonly type: 'put-out'; readonly userId: string }
  /**
   * The account was banned. Until then (ms), guests from these addresses (the room's marks) are kept out, and passes from
   * there are void. Of two commands about the same account, the later one wins.
   */
  | {
      readonly type: 'account-banned';
      readonly userId: string;
      readonly addresses: readonly string[];
      readonly until: number;
    }
  /** The account is active again, so guests from its addresses are let in. */
  | { readonly type: 'account-active'; readonly userId: string }
  /**
   * A decision of staff withholds what the user wrote before it (its id says when), or is reversed and brings it back for
   * good, whichever arrives first. What a ban in the channel or another decision withholds stays withheld.
   */
  | {
      readonly type: 'withhold-user';
      readonly userId: string;
      readonly decisionId: string;
      readonly withheld: boolean;
    }
  /** The account was deleted: the room deletes the user's messages and every copy of their name. */
  | { readonly type: 'forget-user'; readonly userId: string }
  /** D1 has messages of this support room that it may not have sent yet. Repeating it is harmless. */
  | { readonly type: 'support-news' }
  /** An event for everyone here that is not stored and has no seq. Repeating it is harmless. */
  | { readonly type: 'tell'; readonly event: RoomEventBody }
  /** D1 does not know which users wrote in the room or are named there, so the room reports all of them again. */
  | { readonly type: 'tell-traces' }
  /** The creator's blocked regions as of `at`: sockets from there close with 4403, and passes from there are void. */
  | { readonly type: 'blocked-regions'; readonly at: number; readonly regions: readonly string[] }
  /** The platform's maintenance window. Only staff write while it runs. */
  | { readonly type: 'maintenance'; readonly maintenance: Maintenance };

export interface ChatMessage {
  readonly id: string;
  /** The room's number for it; null while a delayed message waits for its release. */
  readonly seq: number | null;
  readonly streamId: string;
  readonly userId: string;
  readonly username: string;
  readonly displayName: string;
  readonly avatarUrl: string | null;
  readonly badges: readonly Badge[];
  /** As typed; empty once deleted. */
  readonly text: string;
  /** Milliseconds. */
  readonly at: number;
  readonly deleted: boolean;
}

/** Why the room refuses. `domains/live/rooms/errors.ts` lists each with its status and sentence. */
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
  | 'TOO_FAST'
  | 'MAINTENANCE';

export interface RoomRefusal {
  readonly ok: false;
  readonly code: RoomRefusalCode;
  readonly message: string;
  readonly retryAfterMs?: number;
  /** The moderator's reason for the ban or time-out, if given. */
  readonly reason?: string | null;
  /** The author of the message that the caller may not delete. Not for the client. */
  readonly authorId?: string;
}

export type SayAnswer = { readonly ok: true; readonly message: ChatMessage } | RoomRefusal;

/** The approved text for a gift, and how long it is delayed. */
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

/** A message as viewers see it (null for a gift), and the messages around it, oldest first, as they were written. */
export interface SaidAround {
  readonly message: ChatMessage | null;
  readonly neighbours: readonly ChatMessage[];
}

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
  /** Lists sort by this: at most five guests from one address count. */
  readonly rankingPeak: number;
  readonly watchSeconds: number;
  /** The part of `watchSeconds` from verified users. */
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

/** The calls that a room accepts. All are safe to repeat. */
export interface Room {
  /** @param commandId a v7 id: if a user is banned and unbanned, the command with the later id wins */
  apply(commandId: string, command: RoomCommand): Promise<void>;
  /** @param clientId the client's id of the message: a repeat returns the same message */
  say(user: RoomUser, clientId: string, text: string): Promise<SayAnswer>;
  /**
   * Checks a gift's text by the rules of chat, and counts it as a chat message.
   * @param key the gift's: a repeat returns the same approval and counts once
   */
  approveWords(user: RoomUser, key: string, text: string): Promise<Approval>;
  /** Newest first; `before` and the returned `nextBefore` are seqs. */
  history(before: number | null, limit: number): Promise<{ messages: ChatMessage[]; nextBefore: number | null }>;
  /** @param mayDeleteAny false: only messages of `byUserId` */
  deleteMessage(
    messageId: string,
    byUserId: string,
    mayDeleteAny: boolean,
  ): Promise<{ readonly ok: true } | RoomRefusal>;
  /** Returns whether anything changed: ending a time-out that is not active is a no-op. */
  moderate(byUserId: string, action: ModerationAction): Promise<boolean>;
  /** A page of the user's messages, oldest first, without deleted ones. @param afterSeq 0: from the first */
  messagesOf(userId: string, afterSeq: number, limit: number): Promise<ChatMessage[]>;
  /** These users' latest messages, including those that only moderators see. Newest first for each user. */
  newestMessagesOf(userIds: readonly string[], limitEach: number): Promise<ChatMessage[]>;
  /**
   * Evidence of a report: a message or gift (`id`) with up to `each` messages on either side. Null if viewers do not see
   * it.
   */
  saidAround(id: string, each: number): Promise<SaidAround | null>;
  timeOuts(): Promise<TimeOut[]>;
  viewers(): Promise<ViewerList>;
  /** Null if the room was never set up. */
  viewerCount(): Promise<number | null>;
  /**
   * A number below `slots`, rotating for each viewer: their place in the video that the next token is for. Null: guests
   * from there are kept out.
   */
  takeVideoSlot(viewer: VideoViewer, slots: number): Promise<number | null>;
  /** The ids of viewers in the room from one of these regions. */
  viewersFrom(regions: readonly string[]): Promise<string[]>;
  /** Sends an event only to the open sockets of these users. It is not stored and has no seq. */
  tell(userIds: readonly string[], event: RoomEventBody): Promise<void>;
  /** Closes the viewer's sockets as if they had left. */
  leave(viewer: { readonly kind: 'user' | 'guest'; readonly id: string }): Promise<void>;
  figures(): Promise<RoomFigures>;
  /**
   * Upgrades to the room's WebSocket.
   * @param pass verified by the Worker @param since the client's last seq @param maintenance as the Worker knows it
   */
  connect(request: Request, pass: Pass, since: number | null, maintenance?: Maintenance): Promise<Response>;
}

/** The Durable Object behind a room, for its binding. */
export type RoomObject = Rpc.DurableObjectBranded & Omit<Room, 'connect'>;

/** Finds a room by its id. A stream's room has the stream's id. */
export type Rooms = (roomId: string) => Room;
