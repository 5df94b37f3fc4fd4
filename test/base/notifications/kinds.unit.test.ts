import { describe, expect, it } from 'vitest';
import {
  type Channels,
  GROUP_RULES,
  NOTIFICATION_GROUPS,
  NOTIFICATION_KINDS,
  type NotificationGroup,
  type NotificationKind,
} from '@/contracts/notification-kinds';
import { groupOf, isLasting } from '@/domains/base/notifications/kinds';

const IN_APP = { inApp: true, email: false, push: false };
const PUSHED = { inApp: true, email: false, push: true };
const MAILED = { inApp: true, email: true, push: false };
const EVERYWHERE = { inApp: true, email: true, push: true };

type Expected = readonly [group: NotificationGroup, channels: Channels, isLasting: boolean];

const EXPECTED: Readonly<Record<NotificationKind, Expected>> = {
  follower: ['follower', IN_APP, false],
  live: ['live', PUSHED, false],
  gift: ['gift', PUSHED, false],
  subscription: ['subscription', PUSHED, false],
  'subscription-short': ['subscription', PUSHED, false],
  'subscription-ended': ['subscription', PUSHED, false],
  comment: ['comment', PUSHED, false],
  like: ['like', IN_APP, false],
  'creator-approved': ['application', EVERYWHERE, true],
  'creator-rejected': ['application', EVERYWHERE, true],
  'guide-approved': ['application', EVERYWHERE, true],
  'payout-approved': ['payout', EVERYWHERE, true],
  'payout-paid': ['payout', EVERYWHERE, true],
  'payout-rejected': ['payout', EVERYWHERE, true],
  'payout-failed': ['payout', EVERYWHERE, true],
  'payout-returned': ['payout', EVERYWHERE, true],
  'payout-details-accepted': ['payout', EVERYWHERE, true],
  'payout-details-refused': ['payout', EVERYWHERE, true],
  'earnings-reversed': ['payout', EVERYWHERE, true],
  'earnings-restored': ['payout', EVERYWHERE, true],
  'target-reached': ['payout', EVERYWHERE, true],
  ticket: ['ticket', EVERYWHERE, true],
  'ticket-reply': ['ticket', EVERYWHERE, true],
  'purchase-processing': ['purchase', MAILED, true],
  'purchase-failed': ['purchase', MAILED, true],
  'purchase-paid': ['purchase', MAILED, true],
  'webhook-waiting': ['staff', IN_APP, false],
  'purchase-reversed': ['purchase', MAILED, true],
  'purchase-restored': ['purchase', MAILED, true],
  'payouts-stuck': ['staff', IN_APP, false],
  'report-waiting': ['staff', IN_APP, false],
  'appeal-waiting': ['staff', IN_APP, false],
  'ticket-waiting': ['staff', IN_APP, false],
  'application-waiting': ['staff', IN_APP, false],
  'payout-waiting': ['staff', IN_APP, false],
  health: ['staff', IN_APP, false],
  'ticket-assigned': ['staff', IN_APP, false],
  decision: ['decision', EVERYWHERE, true],
  'report-outcome': ['report', IN_APP, false],
  'support-message': ['ticket', EVERYWHERE, true],
  'chat-waiting': ['staff', IN_APP, false],
  'stream-stopped': ['decision', EVERYWHERE, true],
  'track-ready': ['track', PUSHED, false],
  'track-rejected': ['track', PUSHED, false],
  'track-infected': ['track', PUSHED, false],
  'order-paid': ['order', EVERYWHERE, true],
  'order-received': ['order', EVERYWHERE, true],
  'order-fulfilled': ['order', EVERYWHERE, true],
  'order-reminder': ['order', EVERYWHERE, true],
  'order-cancelled': ['order', EVERYWHERE, true],
  'order-refunded': ['order', EVERYWHERE, true],
  'order-refund-failed': ['order', EVERYWHERE, true],
  'order-problem': ['order', EVERYWHERE, true],
  'order-problem-answered': ['order', EVERYWHERE, true],
  'order-problem-resolved': ['order', EVERYWHERE, true],
  'sale-reversed': ['order', EVERYWHERE, true],
  'sale-restored': ['order', EVERYWHERE, true],
  'stock-offered': ['product', PUSHED, false],
  'product-approved': ['product', PUSHED, false],
  'product-refused': ['product', PUSHED, false],
  'product-waiting': ['staff', IN_APP, false],
  'moderator-named': ['moderation', PUSHED, false],
  'unban-request': ['moderation', PUSHED, false],
  'unban-decided': ['moderation', PUSHED, false],
};

describe('the kinds of notification', () => {
  it('each have a group of settings, default channels, and a place inside or outside the limits', () => {
    const kinds = Object.keys(NOTIFICATION_KINDS) as NotificationKind[];
    const found = kinds.map((kind) => [kind, [groupOf(kind), GROUP_RULES[groupOf(kind)].channels, isLasting(kind)]]);
    expect(Object.fromEntries(found)).toEqual(EXPECTED);
  });

  it('leave no group of settings without a kind', () => {
    expect(new Set(Object.values(NOTIFICATION_KINDS))).toEqual(new Set(NOTIFICATION_GROUPS));
  });

  it('are mailed by default exactly if they are lasting, so that no important one is only in the app', () => {
    for (const group of NOTIFICATION_GROUPS)
      expect([group, GROUP_RULES[group].isLasting]).toEqual([group, GROUP_RULES[group].channels.email]);
  });

  it('that only a newer version knows are refused, so that their message comes back', () => {
    const kind = 'of-tomorrow' as NotificationKind; // what a newer version left behind
    expect(() => groupOf(kind)).toThrow('Unknown notification kind of-tomorrow');
  });
});
