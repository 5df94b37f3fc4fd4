/** What the rest of Footlight tells a room: its setup, and commands. Only types, and constants of the wire. */
import type { z } from '@hono/zod-openapi';
import type { Maintenance } from '@/shared/maintenance';
import type { LinkRule } from './chat-rules';
import type { EventBody, RoomEventBody } from './room-events/events';
import type { PublicPolicyShape } from './room-events/show';
import type { ScreeningControl } from './screening';

export type { RoomEventBody } from './room-events/events';
export { SCREENING_CONTROLS, type ScreeningControl } from './screening';

/** A room is scheduled, goes live and ends for good, or is cancelled. A stream has the status of its room. */
export type RoomStatus = 'scheduled' | 'live' | 'ended' | 'cancelled';

/**
 * A channel's rules for what viewers may write. Setups store it, so its field names never change, and those of the
 * previous version lack the optional ones. On the wire its fields have the names of the chat settings.
 */
export interface RoomPolicy {
  readonly chatEnabled: boolean;
  readonly chatDelaySeconds: number;
  readonly followersOnly: boolean;
  readonly subscribersOnly: boolean;
  readonly slowModeSeconds: number;
  readonly blockedWords: readonly string[];
  /** A message with one of these waits for a moderator. */
  readonly heldWords?: readonly string[];
  /** 0: no rule. Subscribers need not follow. */
  readonly minFollowMinutes?: number;
  readonly minAccountHours?: number;
  readonly links?: LinkRule;
  readonly emotesOnly?: boolean;
  /** A writer's messages wait until one of them was shown in the channel. */
  readonly holdFirstMessages?: boolean;
}

/**
 * The part that viewers see, by the names of the chat settings. It hides blocked words, since viewers could use the list
 * to get around it.
 */
export type PublicPolicy = Readonly<z.infer<typeof PublicPolicyShape>>;

/**
 * What a room is for: a stream, a room that a user opened for voice and cinema, or a user's chat with staff, whose
 * messages are in D1.
 */
export type RoomKind = 'stream' | 'user' | 'support';

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
  /** When (ms) it went live or ended; null before. A user's room is live from its opening until it is closed. */
  readonly startedAt: number | null;
  readonly endedAt: number | null;
  /** Only in users' rooms. */
  readonly userRoom?: UserRoomSetup;
}

/** What only a user's room has. */
export interface UserRoomSetup {
  readonly topic?: string | null;
  readonly language?: string | null;
  /** A locked stage takes no requests. */
  readonly stageLocked?: boolean;
  /** The most distinct people at once; the host always gets in. */
  readonly maxMembers: number;
  readonly coHostIds: readonly string[];
  readonly control: ScreeningControl;
  readonly waitForAll: boolean;
  /** Null while the room is open. */
  readonly closeReason: string | null;
}

/** What plays in a stream, as viewers hear it. Rooms store it. */
export type NowPlayingBody = EventBody<'now-playing'>;

/** The product that a room shows; null if it shows none. Rooms store it. */
export type ShowcaseBody = EventBody<'product-showcased' | 'showcase-cleared'>;

/**
 * The outbox's commands to a room, delivered at least once and in any order. A room ignores an id it has seen, and a
 * `setup` older (`at`) than its own.
 */
export type RoomCommand =
  /**
   * The room's state as of `at`. Differences send `stream-started`, `stream-ended`, `stream-updated`, `room-policy`; in a
   * user's room `room-updated`, `host-changed`, `room-closed`. Its `changes` are the cards of the host and the co-hosts.
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
  /** `by`: missing in commands of the previous version. */
  | { readonly type: 'unban'; readonly userId: string; readonly by?: string }
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
  /**
   * Everyone sees another name of the user: the room reads it, and changes every copy of the old one. `from` is the
   * display name before, of which titles in a host's room may be made.
   */
  | { readonly type: 'rename-user'; readonly userId: string; readonly from: string }
  /** D1 has messages of this support room that it may not have sent yet. Repeating it is harmless. */
  | { readonly type: 'support-news' }
  /** An event for everyone here that is not stored and has no seq. Repeating it is harmless. */
  | { readonly type: 'tell'; readonly event: RoomEventBody }
  /** D1 does not know which users wrote in the room or are named there, so the room reports all of them again. */
  | { readonly type: 'tell-traces' }
  /** The creator's blocked regions as of `at`: sockets from there close with 4403, and passes from there are void. */
  | { readonly type: 'blocked-regions'; readonly at: number; readonly regions: readonly string[] }
  /** What plays as of `at`, as a durable event. A late one is dropped, and `welcome` shows the newest. */
  | { readonly type: 'now-playing'; readonly at: number; readonly event: NowPlayingBody }
  /** What the room shows as of `at`, as a durable event. A late one is dropped, and `welcome` shows the newest. */
  | { readonly type: 'showcase'; readonly at: number; readonly event: ShowcaseBody }
  /**
   * Products were added to the stream or taken out: the room reads from D1 which ones it has. Of one that staff have
   * hidden, `hiddenId`, it also erases what its events say.
   */
  | { readonly type: 'products-changed'; readonly hiddenId?: string }
  /** The host shows or hides who watches: the room reads everyone again, since a text may name them or not. */
  | { readonly type: 'viewer-list-changed' }
  /** The host has other emotes: the room reads them from D1 before the next message that may show one. */
  | { readonly type: 'emotes-changed' }
  /** Stock of a product changed: the room reads it from D1 and sends `product-stock`, at most once a second. */
  | { readonly type: 'stock-changed'; readonly productId: string }
  /** The platform's maintenance window. Only staff write while it runs. */
  | { readonly type: 'maintenance'; readonly maintenance: Maintenance };
