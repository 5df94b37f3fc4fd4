/** The queues' messages and the outbox's events. Only types, so that any layer may import them. */
import type { NotificationKind } from './notification-kinds';
import type { RoomCommand } from './room-command';
import type { Waiting } from './staff-matters';

/**
 * An event that follows a committed batch. The batch writes it as a row; it is delivered at least once, in any order.
 */
export type OutboxEvent =
  | { readonly kind: 'room'; readonly roomId: string; readonly command: RoomCommand }
  /** The user changed, or some of their sessions ended: the rooms they entered last must reload them. */
  | { readonly kind: 'user-changed'; readonly userId: string; readonly sessionsEnded?: true }
  /**
   * The user was banned, suspended or is active again: their live stream, rooms, payouts and subscriptions must follow the
   * status that is true by then.
   */
  | { readonly kind: 'status-changed'; readonly userId: string }
  /** A decision hides what the user wrote in the rooms that they entered last, or was reversed and brings it back. */
  | {
      readonly kind: 'withhold-messages';
      readonly userId: string;
      readonly decisionId: string;
      readonly withheld: boolean;
    }
  /** The user has entered enough other rooms since that this one must remove them. */
  | { readonly kind: 'room-outlived'; readonly userId: string; readonly roomId: string }
  | { readonly kind: 'notify'; readonly notification: NewNotification }
  /** Something waits for staff: notify everyone who may decide about it. */
  | { readonly kind: 'staff-needed'; readonly waiting: Waiting }
  /**
   * Removes a viewer or guest (`identity`: their id) from a video room (`roomId`) if their token is older than `at`
   * (ms).
   */
  | { readonly kind: 'remove-participant'; readonly roomId: string; readonly identity: string; readonly at: number }
  /** The user blocked or unblocked the other: the user's open sockets receive the new state. */
  | { readonly kind: 'block-changed'; readonly userId: string; readonly otherId: string }
  /**
   * The creator blocked this subscriber; or, without one, is leaving. Their subscriptions end, and unused
   * days are given back.
   */
  | { readonly kind: 'creator-withdrew'; readonly creatorId: string; readonly subscriberId?: string }
  /**
   * A show is over, or an encoder is in an ended show's room: the ingress moves to the next room, then this one closes.
   */
  | { readonly kind: 'close-video'; readonly channelId: string; readonly room: string }
  /** The creator changed their blocked regions: their open rooms and a live stream's video must apply the change. */
  | { readonly kind: 'regions-changed'; readonly creatorId: string }
  /** The performer shows or hides who watches: their open streams must apply it to those who are there already. */
  | { readonly kind: 'viewer-list-changed'; readonly creatorId: string }
  /** Something about a user's room changed: its object gets the current setup. A closed room's video room closes too. */
  | {
      readonly kind: 'user-room-changed';
      readonly roomId: string;
      /** Someone may no longer be there: everyone on the stage and in the voice is judged again. */
      readonly judgesPeople?: boolean;
    }
  /**
   * The user left a user's room, was put out of it or may no longer be in it: they leave the stage. `by`: who put them
   * out.
   */
  | { readonly kind: 'out-of-user-room'; readonly roomId: string; readonly userId: string; readonly by?: string }
  /** The user came on a stage or left it, or was muted there: the room's voice must apply what is true now. */
  | { readonly kind: 'voice-changed'; readonly roomId: string; readonly userId: string }
  /** A banned user asks to be let back: the host and the moderators are told. */
  | { readonly kind: 'unban-asked'; readonly requestId: string }
  /** A ban was lifted, from a channel or a user's room (`placeId`): nobody needs to decide about it any longer. */
  | { readonly kind: 'ban-lifted'; readonly placeId: string; readonly userId: string }
  /** Deletes a file that nothing refers to any longer, with its variants; or aborts an unfinished multipart upload. */
  | { readonly kind: 'delete-media'; readonly key: string; readonly uploadId?: string }
  /** A message in a support chat: its room sends it, and the other side is notified if nobody of it is there. */
  | { readonly kind: 'support-message'; readonly messageId: string }
  /** Deletes an ingress at LiveKit that its channel no longer uses. */
  | { readonly kind: 'delete-ingress'; readonly ingressId: string }
  /** A product changed: its stock, its price or its page. The room of its seller's live stream follows. */
  | { readonly kind: 'stock-changed'; readonly productId: string }
  /** A message for the `tasks` queue, to be handled after the delay. */
  | { readonly kind: 'task'; readonly task: TaskMessage; readonly delaySeconds?: number }
  /** A message for the `payouts` queue: an approved payout must be sent. */
  | { readonly kind: 'payout'; readonly payoutId: string };

export interface NewNotification {
  readonly userId: string;
  readonly kind: NotificationKind;
  /**
   * What its text is made of: see `notification-data.ts`, whose `noticeTo` checks it. The actor is its `userId`,
   * `senderId` or `subscriberId`.
   */
  readonly data?: Readonly<Record<string, unknown>>;
  /** A finished English text, in events of versions that made it as they wrote. The text is then not made of `data`. */
  readonly title?: string;
  readonly body?: string;
  /** Ids from the outermost to the innermost: post, comment, reply. */
  readonly about?: readonly string[];
  /**
   * Groups this with other notifications of the same group, such as `like:post:<id>`: one row, 'A and 4 others liked
   * your post', unread again when a new actor joins. Some kinds count things instead (`countsThings`).
   */
  readonly gather?: { readonly group: string; readonly actorId: string };
}

/** A condition to check again before a user is notified, since the cause may have been withdrawn meanwhile. */
export interface NotificationClaim {
  readonly kind: NotificationKind;
  readonly actorId?: string;
  readonly about?: readonly string[];
  /** The stream must still be live, and the reader must follow or subscribe to its creator. */
  readonly streamId?: string;
  /** The purchase's money must still be on its way. */
  readonly purchaseId?: string;
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
  /** Continues a sweep that had more to do than one run allows. At `until` (ms) the next minute's run takes over. */
  | { readonly type: 'sweep'; readonly name: string; readonly until: number }
  /** Ends the stream if its encoder was lost at `lostAt` (ms) and has not come back. */
  | { readonly type: 'end-if-still-lost'; readonly streamId: string; readonly lostAt: number }
  /** Updates the channel's ingress at LiveKit to match the channel. */
  | { readonly type: 'align-ingress'; readonly channelId: string }
  /** Verifies the next page of the ledger and queues the page after it. */
  | { readonly type: 'prove-ledger'; readonly proofId: string }
  /** Rewards a page of creators who reached a target: those after this id. */
  | { readonly type: 'award-targets'; readonly after: string | null }
  /** Follows a page of a lot's reversal further: to the creators' rewards and exchanges. `after`: the last leg done. */
  | { readonly type: 'follow-reversal'; readonly changeId: string; readonly after: number }
  /** Follows the diamonds of a month that was given back: to the creator's rewards and exchanges. */
  | { readonly type: 'follow-return'; readonly chargeId: string }
  /** Has the virus scanner look at a file that was attached to a ticket. */
  | { readonly type: 'scan-attachment'; readonly attachmentId: string }
  /** Reads an uploaded track and has it scanned. */
  | { readonly type: 'process-track'; readonly trackId: string }
  /** Deletes a hidden post or comment with everything that depends on it. */
  | { readonly type: 'clear-post'; readonly postId: string }
  | { readonly type: 'clear-comment'; readonly commentId: string }
  /** Runs one step of an export (a part of the document, its end, its mail) and queues the next step. */
  | { readonly type: 'build-export'; readonly exportId: string; readonly step: number }
  /**
   * Notifies a page of a creator's members by mail, push and open rooms, and queues the next page. `at`: when (ms) it
   * was announced. `isMailed`: whether mails are sent too; absent until that is decided.
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
      readonly claim?: NotificationClaim;
    }
  /** `key`: a mail with this key is sent at most once. */
  | {
      readonly type: 'send-notification-mail';
      readonly userId: string;
      readonly key: string;
      readonly title: string;
      readonly body: string;
      /** Of title and body, and so of the rest of the mail. Absent: English. */
      readonly language?: string;
      readonly claim?: NotificationClaim;
    }
  /** Tells a page of those who reported something what became of it: those after this id. */
  | { readonly type: 'tell-reporters'; readonly reportId: string; readonly after: string | null }
  /** Resolves the open case on what staff removed where they saw it, by this decision. */
  | { readonly type: 'resolve-removed'; readonly decisionId: string }
  /** Deletes a page of the smaller images that the user cleared. */
  | { readonly type: 'clear-variants'; readonly userId: string }
  /**
   * Sends a changed maintenance window to a page of the open rooms: those after this one. Only for this revision of the
   * window.
   */
  | {
      readonly type: 'announce-maintenance';
      readonly revision: number;
      readonly after: readonly [status: string, roomId: string] | null;
    }

  /**
   * Carries a user's new name to a page of the places that have the old one (`from`): titles and notifications first,
   * then the rooms after this one.
   */
  | { readonly type: 'follow-name'; readonly userId: string; readonly from: string; readonly after: string | null }
  /** Ends a page of the subscriptions of those who live where the creator is hidden: those after this id. */
  | { readonly type: 'end-hidden-subscriptions'; readonly creatorId: string; readonly after: string | null }

  /** Asks the provider for a refund of an order, and books what it answers. */
  | { readonly type: 'refund-order'; readonly refundId: string }
  /** Notifies the people on a variant's waiting list to whom a piece is offered. */
  | { readonly type: 'tell-offered'; readonly variantId: string }
  /** Continues withdrawing two users' notifications about each other after one blocked the other. */
  | { readonly type: 'withdraw-between'; readonly one: string; readonly other: string };

/** When (ms) the member followed or subscribed, and their id. */
export type MemberPosition = readonly [followedAt: number, followerId: string];

/** The text of a push. */
export interface PushText {
  readonly id: string;
  readonly kind: NotificationKind;
  readonly title: string;
  readonly body: string;
  readonly url?: string;
}
