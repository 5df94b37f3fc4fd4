/** What users are told of, and by which channels unless they choose otherwise. The list is closed: clients show it. */

export const NOTIFICATION_KINDS = [
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
] as const;
export type NotificationKind = (typeof NOTIFICATION_KINDS)[number];

/** Of one kind, what the user chose; where a channel is left out the default holds. */
export interface Channels {
  readonly inApp: boolean;
  readonly email: boolean;
  readonly push: boolean;
}

const QUIET: Channels = { inApp: true, email: false, push: false };
const LOUD: Channels = { inApp: true, email: false, push: true };
/** Of one's own money and standing: a mail stays to be looked up. */
const LASTING: Channels = { inApp: true, email: true, push: true };

export const DEFAULT_CHANNELS: Readonly<Record<NotificationKind, Channels>> = {
  follower: QUIET,
  live: LOUD,
  gift: LOUD,
  subscription: LOUD,
  comment: LOUD,
  like: QUIET,
  application: LASTING,
  payout: LASTING,
  ticket: LASTING,
  purchase: { inApp: true, email: true, push: false },
};
