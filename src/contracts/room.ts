/**
 * What the rest of Footlight knows about a room. Only types, so nothing outside `room/` imports its code or knows how
 * many objects a room has.
 */
import type { Rank } from '@/shared/actor';
import type { Maintenance } from '@/shared/maintenance';
import type { ChatMessage, Draft, HeldDecision, HeldMessage, Pin, ToPin } from './chat-message';
import type { HeldAction } from './chat-rules';
import type { ModerationEntry } from './moderation-log';
import type { NewPoll, Poll } from './poll';
import type { RoomCommand, RoomEventBody } from './room-command';
import type { RoomRefusalCode } from './room-events/refusals';
import type { Arrival, ProductClicks, RoomFigures } from './room-figures';
import type { Program, ScreeningAct, ScreeningViewers } from './screening';

/** A user's relation to the room and its channel, and when (ms) it was read from D1. Passes and seats store it. */
export interface Relation {
  /** They are the room's host. */
  readonly creator: boolean;
  readonly moderator: boolean;
  readonly rank: Rank | null;
  readonly follower: boolean;
  readonly subscriber: boolean;
  /** When (ms) they began to follow. Missing if they do not, and in passes of the previous version. */
  readonly followedAt?: number;
  /** When (ms) the account was created. Missing in passes of the previous version. */
  readonly registeredAt?: number;
  /** A message of theirs was shown in an earlier stream of the channel. */
  readonly hasWritten?: boolean;
  /** Whether the email address is verified. Passes from before this field count as true. */
  readonly verified?: boolean | undefined;
  /** In a user's room: they are let into it while it is private. */
  readonly roomMember?: boolean;
  /** In a user's room: they are on the stage. */
  readonly speaker?: boolean;
  /** They do not want to be named as viewers, or the room hides who is watching. */
  readonly anonymous?: boolean;
  /** Staff who may enter rooms that are closed to viewers. */
  readonly oversees?: boolean;
  /** Staff who may decide on messages that wait for a moderator. */
  readonly decides?: boolean;
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
  /** Only for streams. Missing in passes of the previous version. */
  readonly arrival?: Arrival | undefined;
}

/** Somebody who asks for the room's video. */
export interface VideoViewer extends Pick<Pass, 'address'> {
  readonly kind: 'user' | 'guest';
  readonly id: string;
}

export type HeldAnswer = ({ readonly ok: true } & HeldDecision) | RoomRefusal;

/** `isNew`: false if the same was pinned already. */
export type PinAnswer = { readonly ok: true; readonly pin: Pin; readonly isNew: boolean } | RoomRefusal;

export interface RoomRefusal {
  readonly ok: false;
  readonly code: RoomRefusalCode;
  readonly message: string;
  readonly retryAfterMs?: number;
  /** The moderator's reason for the ban or time-out, if given. */
  readonly reason?: string | null;
  /** What another moderator has decided. */
  readonly decided?: Pick<HeldDecision, 'action' | 'by'>;
}

export type ScreeningAnswer = ({ readonly ok: true } & Program) | RoomRefusal;

export type SayAnswer = { readonly ok: true; readonly message: ChatMessage } | RoomRefusal;

export type PollAnswer = { readonly ok: true; readonly poll: Poll } | RoomRefusal;

/** `vote`: the voter's own. */
export type VoteAnswer = { readonly ok: true; readonly poll: Poll; readonly vote: number } | RoomRefusal;

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
  | ({ readonly action: 'kick'; readonly reason: string | null } & KickTarget);

/** A user, or a guest, who has no account. */
type KickTarget =
  | { readonly userId: string; readonly guestId?: undefined }
  | { readonly guestId: string; readonly userId?: undefined };

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

export interface ViewerList {
  readonly users: readonly {
    readonly id: string;
    readonly username: string;
    readonly displayName: string;
    readonly avatarUrl: string | null;
  }[];
  /** Includes users past the number that is listed. */
  readonly guests: number;
  /** The ids of the guests who are listed, for moderators. */
  readonly guestIds: readonly string[];
  readonly total: number;
}

/** The calls that a room accepts. All are safe to repeat. */
export interface Room {
  /** @param commandId a v7 id: if a user is banned and unbanned, the command with the later id wins */
  apply(commandId: string, command: RoomCommand): Promise<void>;
  say(user: RoomUser, draft: Draft): Promise<SayAnswer>;
  /**
   * Checks a gift's text by the rules of chat, and counts it as a chat message.
   * @param key the gift's: a repeat returns the same approval and counts once
   */
  approveWords(user: RoomUser, key: string, text: string): Promise<Approval>;
  /** Newest first; `before` and the returned `nextBefore` are seqs. */
  history(before: number | null, limit: number): Promise<{ messages: ChatMessage[]; nextBefore: number | null }>;
  /** A page of the messages that wait, oldest first. @param after the last one of the page before, or null */
  heldMessages(after: { readonly at: number; readonly id: string } | null, limit: number): Promise<HeldMessage[]>;
  /** The author of a message that waits or was decided on; null if there is none. */
  heldAuthor(messageId: string): Promise<string | null>;
  /** Lets a waiting message through or drops it. The same decision again has the same answer. */
  resolveHeld(messageId: string, action: HeldAction, by: string): Promise<HeldAnswer>;
  /** @param mayDeleteAny false: only messages of `byUserId` */
  deleteMessage(
    messageId: string,
    byUserId: string,
    mayDeleteAny: boolean,
  ): Promise<{ readonly ok: true } | RoomRefusal>;
  /** Replaces what was pinned. Refused if the message is not shown, or the room is not open. */
  pin(by: RoomUser, what: ToPin): Promise<PinAnswer>;
  /** Returns whether something was pinned. */
  unpin(): Promise<boolean>;
  /** Refused while another one runs. */
  startPoll(by: RoomUser, poll: NewPoll): Promise<PollAnswer>;
  /** One that has ended stays as it is. */
  endPoll(pollId: string): Promise<PollAnswer>;
  /** Replaces the user's vote. */
  vote(user: RoomUser, pollId: string, option: number): Promise<VoteAnswer>;
  /** Returns whether anything changed: ending a time-out that is not active is a no-op. */
  moderate(byUserId: string, action: ModerationAction): Promise<boolean>;
  /**
   * A page of the user's messages whose texts are kept, oldest first, then those that were never shown.
   * @param afterSeq 0: from the first
   */
  messagesOf(userId: string, afterSeq: number, limit: number): Promise<ChatMessage[]>;
  /** These users' latest messages, including those that only moderators see. Newest first for each user. */
  newestMessagesOf(userIds: readonly string[], limitEach: number): Promise<ChatMessage[]>;
  /**
   * Evidence of a report: a message or gift (`id`) with up to `each` messages on either side. Null if viewers do not see
   * it.
   */
  saidAround(id: string, each: number): Promise<SaidAround | null>;
  timeOuts(): Promise<TimeOut[]>;
  /** Who did what to whom, newest first. @param before an entry's id, or null */
  moderationLog(
    before: number | null,
    limit: number,
  ): Promise<{ entries: ModerationEntry[]; nextBefore: number | null }>;
  viewers(): Promise<ViewerList>;
  /** The screening that runs, and the queue after it. */
  program(): Promise<Program>;
  /** Starts, syncs, skips or stops the screening, or sets its queue. Refused if the room is not live. */
  screen(user: RoomUser, act: ScreeningAct): Promise<ScreeningAnswer>;
  /** Null if no screening runs. */
  screeningViewers(): Promise<ScreeningViewers | null>;
  /** Null if the room was never set up. */
  viewerCount(): Promise<number | null>;
  /**
   * A number below `slots`, rotating for each viewer: their place in the video that the next token is for. Null: guests
   * from there are kept out.
   */
  takeVideoSlot(viewer: VideoViewer, slots: number): Promise<number | null>;
  /** Counts a click on a product of the stream: once per viewer and minute, while the stream is live. */
  clickProduct(
    viewer: { readonly kind: 'user' | 'guest'; readonly id: string },
    productId: string,
  ): Promise<{ readonly ok: true } | RoomRefusal>;
  /** Since the stream's start. */
  productClicks(): Promise<ProductClicks[]>;
  /** The ids of viewers in the room from one of these regions. */
  viewersFrom(regions: readonly string[]): Promise<string[]>;
  /** Which of these users are in the room now. */
  presentAmong(userIds: readonly string[]): Promise<string[]>;
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
