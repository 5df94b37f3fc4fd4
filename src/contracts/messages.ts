/** The messages of the queues and the events of the outbox: types alone, so that any floor may name them. */
import type { NotificationKind } from './notification-kinds';
import type { RoomCommand } from './room';

/** Follows a committed batch: a row of that batch, delivered after it at least once and in any order. */
export type OutboxEvent =
  | { readonly kind: 'room'; readonly roomId: string; readonly command: RoomCommand }
  /** The user has changed, or some of their sessions ended: the rooms they entered last read it again. */
  | { readonly kind: 'user-changed'; readonly userId: string; readonly sessionsEnded?: true }
  /** The user entered so many other rooms since that this one puts them out. */
  | { readonly kind: 'room-outlived'; readonly userId: string; readonly roomId: string }
  | { readonly kind: 'notify'; readonly notification: NewNotification }
  /** Puts a viewer or guest (`identity`: their id) out of a video room (`roomId`) whose token is from before `at` (ms). */
  | { readonly kind: 'remove-participant'; readonly roomId: string; readonly identity: string; readonly at: number }
  /** The user has blocked or unblocked the other: the user's open sockets hear which of the two holds now. */
  | { readonly kind: 'block-changed'; readonly userId: string; readonly otherId: string }
  /** A show is over, or an encoder is in the room of one that is: its ingress moves on, then the room is closed. */
  | { readonly kind: 'close-video'; readonly channelId: string; readonly room: string }
  /** The creator changed the regions that may not see them: their open rooms must hear, and the video of a live stream. */
  | { readonly kind: 'regions-changed'; readonly creatorId: string }
  /** Deletes a file that nothing refers to any longer, with its variants; or calls off an upload that never ended. */
  | { readonly kind: 'delete-media'; readonly key: string; readonly uploadId?: string }
  /** Deletes an ingress at LiveKit that the channel has let go. */
  | { readonly kind: 'delete-ingress'; readonly ingressId: string }
  /** A message for the `tasks` queue, to be handled after the delay. */
  | { readonly kind: 'task'; readonly task: TaskMessage; readonly delaySeconds?: number }
  /** A message for the `payouts` queue: the payout was approved and is to be sent. */
  | { readonly kind: 'payout'; readonly payoutId: string };

export interface NewNotification {
  readonly userId: string;
  readonly kind: NotificationKind;
  readonly title: string;
  readonly body: string;
  /** The actor is its `userId`, `senderId` or `subscriberId`. */
  readonly data?: Readonly<Record<string, unknown>>;
  /** Ids, from the outside in: of the post, the comment, the reply. */
  readonly about?: readonly string[];
  /**
   * Gathers with others of the same group, such as `like:post:<id>`: one row, 'A and 4 others liked your post', unread
   * again when someone new comes. The title is then what follows the names: 'liked your post'.
   */
  readonly gather?: { readonly group: string; readonly actorId: string };
}

/** What must still be true when a user is notified: it may have been withdrawn on the way. */
export interface Claim {
  readonly kind: NotificationKind;
  readonly actorId?: string;
  readonly about?: readonly string[];
  /** It is still live, and the reader follows or subscribes to its creator. */
  readonly streamId?: string;
}

/** Body of the `webhooks` queue: the stored event's id. */
export interface WebhookMessage {
  readonly webhookEventId: string;
}

/** Body of the `payouts` queue. */
export interface PayoutMessage {
  readonly payoutId: string;
}

/** Body of the `tasks` queue. */
export type TaskMessage =
  /** Goes on with a sweep that had more to do than one run of it may, `until` (ms) the next minute's takes over. */
  | { readonly type: 'sweep'; readonly name: string; readonly until: number }
  /** Ends the stream if its encoder is lost since `lostAt` (ms) and has not come back. */
  | { readonly type: 'end-if-still-lost'; readonly streamId: string; readonly lostAt: number }
  /** Makes the channel's ingress at LiveKit what the channel says. */
  | { readonly type: 'align-ingress'; readonly channelId: string }
  /** Proves the next page of the ledger, and queues the page after it. */
  | { readonly type: 'prove-ledger'; readonly proofId: string }
  /** Rewards creators who have reached a target, a page at a time: those after this id. */
  | { readonly type: 'award-targets'; readonly after: string | null }
  /** Clears away a hidden post or comment, with all that hangs on it. */
  | { readonly type: 'clear-post'; readonly postId: string }
  | { readonly type: 'clear-comment'; readonly commentId: string }
  /** Takes an export a step further, and queues the step after it: a part of the document, its end, its mail. */
  | { readonly type: 'build-export'; readonly exportId: string; readonly step: number }
  /**
   * Notifies a page of a creator's members by mail, push and open rooms, and queues the next page. `at`: when (ms) it was
   * announced; `isMailed`: whether by mail too, once that is decided.
   */
  | {
      readonly type: 'fan-out-broadcast';
      readonly broadcastId: string;
      readonly at: number;
      readonly after: MemberPosition | null;
      readonly isMailed?: boolean;
    }
  | {
      readonly type: 'send-push';
      readonly subscriptionId: string;
      readonly userId: string;
      readonly push: PushText;
      readonly claim?: Claim;
    }
  /** `key`: mailed at most once. */
  | {
      readonly type: 'send-notification-mail';
      readonly userId: string;
      readonly key: string;
      readonly title: string;
      readonly body: string;
      readonly claim?: Claim;
    }
  /** Goes on withdrawing two users' notifications about each other, after one blocked the other. */
  | { readonly type: 'withdraw-between'; readonly one: string; readonly other: string };

/** When (ms) they followed or subscribed, and who. */
export type MemberPosition = readonly [followedAt: number, followerId: string];

/** The text of a push. */
export interface PushText {
  readonly id: string;
  readonly kind: NotificationKind;
  readonly title: string;
  readonly body: string;
  readonly url?: string;
}
