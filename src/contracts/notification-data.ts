/**
 * The `data` of each kind of notification: ids to open what it is about, and the names and amounts of its sentence, so
 * that a client can write its own. The text is made of the kind and these fields, so there is one entry for each kind.
 */
import { z } from '@hono/zod-openapi';
import { aDiamondCount } from './economy';
import type { NewNotification, OutboxEvent } from './messages';
import type { NotificationKind } from './notification-kinds';
import { WAITING_NOTES } from './staff-matters';

const id = z.string();
const at = z.iso.datetime();
const count = z.int();
const name = z.string();
const money = z.object({ currency: z.string(), amountMinor: z.int() });

const payout = { payoutId: id, money };
const payoutReturned = { ...payout, diamonds: aDiamondCount.nullable(), reason: z.string() };
const earnings = {
  ...{ diamonds: aDiamondCount, coins: count.optional() },
  ...{ reversalId: id.optional(), exchangeId: id.optional() },
};
const order = {
  orderId: id,
  number: z.string(),
  productTitle: name,
  /** Who did it. Left out on the wire, where `actor` is their card. */
  actorId: id.optional(),
};
const sold = { ...order, quantity: count, goods: z.enum(['digital', 'physical']) };
const waiting = {
  matter: z.string(),
  /** What is special about the newest of them. */
  note: z.enum(WAITING_NOTES).optional(),
  words: z.string().optional(),
};
const ticket = { ticketId: id, number: z.string() };
const track = { trackId: id, trackTitle: name };
const product = { productId: id, productTitle: name };

export const NOTIFICATION_DATA = {
  follower: z.object({ userId: id }),
  live: z.object({ streamId: id, creatorId: id, streamTitle: name }),
  gift: z.object({
    gift: z
      .object({ senderId: id, giftId: id.nullable(), name: name.nullable(), quantity: count, coins: count })
      .openapi({ description: 'What the newest sender gave first on that day. `name` null: a tip.' }),
  }),
  subscription: z.object({ subscriptionId: id, subscriberId: id, tierId: id, tierName: name, coinsPerMonth: count }),
  'subscription-short': z.object({ subscriptionId: id, creatorId: id, coinsPerMonth: count, graceUntil: at }),
  'subscription-ended': z.object({
    subscriptionId: id,
    creatorId: id,
    because: z.string(),
    returnedCoins: count.optional().openapi({ description: 'For unused days, if it ended before its month.' }),
  }),
  comment: z.object({
    postId: id,
    commentId: id,
    parentId: id.nullable().openapi({ description: 'Null: a comment on the post. Otherwise, the comment replied to.' }),
    to: z.enum(['post', 'comment']).openapi({ description: 'Which of the reader’s it answers.' }),
    userId: id,
    excerpt: z.string(),
  }),
  like: z.object({ postId: id, commentId: id.optional() }),
  'creator-approved': z.object({ applicationId: id }),
  'creator-rejected': z.object({ applicationId: id, decisionId: id, reason: z.string() }),
  'guide-approved': z.object({ applicationId: id, isBack: z.boolean() }),
  'payout-approved': z.object(payout),
  'payout-paid': z.object(payout),
  'payout-rejected': z.object(payoutReturned),
  'payout-failed': z.object(payoutReturned),
  'payout-returned': z.object(payoutReturned),
  'payout-details-accepted': z.object({ payoutDetailsId: id, accountLast4: z.string(), usableAt: at }),
  'payout-details-refused': z.object({ payoutDetailsId: id, reason: z.string() }),
  'earnings-reversed': z.object(earnings),
  'earnings-restored': z.object(earnings),
  'target-reached': z.object({ targetId: id, period: z.string(), diamonds: aDiamondCount }),
  ticket: z.object({
    ...ticket,
    event: z.enum(['open', 'pending', 'resolved', 'closed', 'merged', 'file-removed']),
    subject: z.string().optional(),
    into: z.string().optional().openapi({ description: 'The number of the ticket that it was merged into.' }),
    file: name.optional(),
  }),
  'ticket-reply': z.object({ ...ticket, replyId: id, excerpt: z.string() }),
  'purchase-processing': z.object({ purchaseId: id, coins: count }),
  'purchase-failed': z.object({ purchaseId: id }),
  'purchase-paid': z.object({
    purchaseId: id,
    coins: count,
    lostCode: z.string().optional().openapi({ description: 'A discount code that could no longer be used.' }),
    rewardCode: z.string().optional(),
  }),
  'purchase-reversed': z.object({ purchaseId: id, coins: count }),
  'purchase-restored': z.object({ purchaseId: id, coins: count }),
  'webhook-waiting': z.object({ ...waiting, webhookEventId: id }),
  'payouts-stuck': z.object({}),
  'report-waiting': z.object({ ...waiting, reportId: id }),
  'appeal-waiting': z.object({ ...waiting, appealId: id }),
  'ticket-waiting': z.object({ ...waiting, ticketId: id }),
  'application-waiting': z.object({ ...waiting, applicationId: id }),
  'payout-waiting': z.object({ ...waiting, payoutId: id.optional(), payoutDetailsId: id.optional() }),
  health: z.object({ ...waiting, part: name }),
  'ticket-assigned': z.object({ ...ticket, event: z.enum(['assigned', 'replied', 'merged', 'file-removed']) }),
  decision: z.object({
    decisionId: id.nullable(),
    appealId: id.optional(),
    outcome: z
      .enum(['warn', 'remove', 'timeout', 'ban', 'lift', 'reject', 'withdraw'])
      .or(z.enum(['suspension-over', 'guide-suspended', 'appeal-accepted', 'appeal-rejected'])),
    reason: z.string(),
  }),
  'report-outcome': z.object({ reportId: id, outcome: z.enum(['upheld', 'dismissed']) }),
  'support-message': z.object({ threadId: id }),
  'chat-waiting': z.object({ ...waiting, messageId: id }),
  'stream-stopped': z.object({
    streamId: id.optional(),
    roomId: id.optional(),
    event: z.enum(['ended', 'cancelled', 'room-closed']),
    what: name.openapi({ description: 'The title of the stream or room.' }),
    reason: z.string().optional(),
  }),
  'track-ready': z.object(track),
  'track-rejected': z.object({ ...track, because: z.string() }),
  'track-infected': z.object({ ...track, because: z.string() }),
  'order-paid': z.object(sold),
  'order-received': z.object(sold),
  'order-fulfilled': z.object({ ...order, carrier: name.nullable(), tracking: z.string().nullable() }),
  'order-reminder': z.object(order),
  'order-cancelled': z.object({
    ...order,
    to: z.enum(['buyer', 'seller']),
    by: z.enum(['buyer', 'seller', 'staff', 'system', 'no-stock']),
    quantity: count.optional(),
  }),
  'order-refunded': z.object({ ...order, money, reason: z.string() }),
  'order-refund-failed': z.object({ ...order, money }),
  'order-problem': z.object(order),
  'order-problem-answered': z.object(order),
  'order-problem-resolved': z.object({
    ...order,
    resolution: z.string().nullable().openapi({ description: 'Null: the buyer confirmed the order.' }),
  }),
  'sale-reversed': z.object({ ...order, money, amountMinor: count, currency: z.string() }),
  'sale-restored': z.object({ ...order, money, amountMinor: count, currency: z.string() }),
  'stock-offered': z.object({ ...product, variantId: id, until: at }),
  'product-approved': z.object(product),
  'product-refused': z.object({ ...product, reason: z.string() }),
  'product-waiting': z.object({ ...waiting, productId: id.optional(), orderId: id.optional() }),
  'moderator-named': z.object({ creatorId: id }),
  'unban-request': z.object({ userId: id, requestId: id, streamId: id, excerpt: z.string() }),
  'unban-decided': z.object({
    requestId: id,
    streamId: id,
    outcome: z.enum(['accepted', 'refused']),
    answer: z.string().optional().openapi({ description: 'What the moderators wrote.' }),
  }),
} as const satisfies Readonly<Record<NotificationKind, z.ZodObject>>;

export type DataOf<K extends NotificationKind> = z.output<(typeof NOTIFICATION_DATA)[K]>;

/** The event that notifies a user, for the batch that makes it true. */
export function noticeTo<K extends NotificationKind>(
  userId: string,
  kind: K,
  data: DataOf<K>,
  more: Pick<NewNotification, 'about' | 'gather'> = {},
): Extract<OutboxEvent, { kind: 'notify' }> {
  return { kind: 'notify', notification: { userId, kind, data, ...more } };
}
