/**
 * Every kind of notification and the channels that deliver it. Both lists are closed: an unknown kind does not compile,
 * and clients show the groups as settings.
 */
import { WAITING_KINDS, type WaitingKind } from './staff-matters';

/** Where a notification is delivered. */
export interface Channels {
  readonly inApp: boolean;
  readonly email: boolean;
  readonly push: boolean;
}

/** The groups for which a user chooses channels, in the order and by the names of `GET /user/settings`. */
export const NOTIFICATION_GROUPS = [
  'follower',
  'live',
  'gift',
  'subscription',
  'comment',
  'like',
  'application',
  'payout',
  'ticket',
  'purchase',
  'staff',
  'decision',
  'report',
  'track',
  'order',
  'product',
  'moderation',
] as const;
export type NotificationGroup = (typeof NOTIFICATION_GROUPS)[number];

interface GroupRules {
  /** The default. A user's settings may override each channel. */
  readonly channels: Channels;
  /** Concerns the user's own money or account: always sent, regardless of limits on mails and pushes. */
  readonly isLasting: boolean;
}

const QUIET: GroupRules = { channels: { inApp: true, email: false, push: false }, isLasting: false };
const LOUD: GroupRules = { channels: { inApp: true, email: false, push: true }, isLasting: false };
/** Mailed by default, because people search their mail for it later. */
const LASTING: GroupRules = { channels: { inApp: true, email: true, push: true }, isLasting: true };

export const GROUP_RULES: Readonly<Record<NotificationGroup, GroupRules>> = {
  follower: QUIET,
  live: LOUD,
  gift: LOUD,
  subscription: LOUD,
  comment: LOUD,
  like: QUIET,
  application: LASTING,
  payout: LASTING,
  ticket: LASTING,
  purchase: { channels: { inApp: true, email: true, push: false }, isLasting: true },
  /** Work that waits for staff. */
  staff: QUIET,
  /** What staff decided about the user. */
  decision: LASTING,
  /** What became of the user's reports. */
  report: QUIET,
  /** What became of a DJ's uploads. */
  track: LOUD,
  /** Bought and sold goods, and their money. */
  order: LASTING,
  /** Products that can be bought now, and what staff decided about a seller's own. */
  product: LOUD,
  /** Being a moderator, and bans: requests to lift them and what became of these. */
  moderation: LOUD,
};

/** Each kind, as `kind` on the wire and in D1, with the group whose settings apply. */
export const NOTIFICATION_KINDS = {
  follower: 'follower',
  live: 'live',
  gift: 'gift',
  subscription: 'subscription',
  'subscription-short': 'subscription',
  'subscription-ended': 'subscription',
  comment: 'comment',
  like: 'like',
  'creator-approved': 'application',
  'creator-rejected': 'application',
  'guide-approved': 'application',
  'payout-approved': 'payout',
  'payout-paid': 'payout',
  'payout-rejected': 'payout',
  'payout-failed': 'payout',
  'payout-returned': 'payout',
  'payout-details-accepted': 'payout',
  'payout-details-refused': 'payout',
  'earnings-reversed': 'payout',
  'earnings-restored': 'payout',
  'target-reached': 'payout',
  ticket: 'ticket',
  'ticket-reply': 'ticket',
  'purchase-processing': 'purchase',
  'purchase-failed': 'purchase',
  'purchase-paid': 'purchase',
  'purchase-reversed': 'purchase',
  'purchase-restored': 'purchase',
  'webhook-waiting': 'staff',
  /** No longer sent: `payout-waiting` took its place. Rows of it exist. */
  'payouts-stuck': 'staff',
  'report-waiting': 'staff',
  'appeal-waiting': 'staff',
  'ticket-waiting': 'staff',
  'application-waiting': 'staff',
  'payout-waiting': 'staff',
  health: 'staff',
  'ticket-assigned': 'staff',
  decision: 'decision',
  'report-outcome': 'report',
  'support-message': 'ticket',
  'chat-waiting': 'staff',
  'stream-stopped': 'decision',
  'track-ready': 'track',
  'track-rejected': 'track',
  'track-infected': 'track',
  'order-paid': 'order',
  'order-received': 'order',
  'order-fulfilled': 'order',
  'order-reminder': 'order',
  'order-cancelled': 'order',
  'order-refunded': 'order',
  'order-refund-failed': 'order',
  'order-problem': 'order',
  'order-problem-answered': 'order',
  'order-problem-resolved': 'order',
  'sale-reversed': 'order',
  'sale-restored': 'order',
  'stock-offered': 'product',
  'product-approved': 'product',
  'product-refused': 'product',
  'product-waiting': 'staff',
  'moderator-named': 'moderation',
  'unban-request': 'moderation',
  'unban-decided': 'moderation',
} as const satisfies Readonly<Record<string, NotificationGroup>>;
export type NotificationKind = keyof typeof NOTIFICATION_KINDS;

/** A grouped row of these kinds counts things, such as events that wait: `gather.actorId` is the thing's id. */
const COUNTING_KINDS: ReadonlySet<string> = new Set<NotificationKind>([
  ...WAITING_KINDS,
  'report-outcome',
  'support-message',
]);

export function countsThings(kind: string): boolean {
  return COUNTING_KINDS.has(kind);
}

/** They have one row for many people, such as the likes of a post: it names the latest and says how many more. */
const GROUPED_KINDS: ReadonlySet<string> = new Set<NotificationKind>(['like', 'gift']);

export function groupsPeople(kind: string): boolean {
  return GROUPED_KINDS.has(kind);
}

/** It counts things that wait for staff, and loses those that no longer do. */
export function waitsForStaff(kind: string): kind is WaitingKind {
  return (WAITING_KINDS as readonly string[]).includes(kind);
}
