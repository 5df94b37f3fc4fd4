/** The part of `HOLDINGS` that is about money: what a user bought, gave, earned and was paid. */

import { eq } from 'drizzle-orm';
import { literal } from '@/db/sql';
import { isOpenSubscription } from '@/domains/base/visibility/members';
import { discountCodes, discountRedemptions } from '@/domains/money/discounts/tables';
import {
  earningDays,
  earningReversals,
  exchanges,
  reversedEarnings,
  targetRewards,
} from '@/domains/money/earnings/tables';
import { giftsSent, roomGiftDays } from '@/domains/money/gifts/tables';
import { orderProblems, orderRefunds, orders, salesHeld } from '@/domains/money/orders/tables';
import { paymentClaims } from '@/domains/money/payments/tables';
import { formerPayoutAccounts, payoutAccounts, payoutDetails, payouts } from '@/domains/money/payouts/tables';
import { products, productVariants, productWaits } from '@/domains/money/products/tables';
import { purchases } from '@/domains/money/purchases/tables';
import { receipts } from '@/domains/money/receipts/tables';
import { subscriptionCharges, subscriptions, subscriptionTiers } from '@/domains/money/subscriptions/tables';
import { coinLots } from '@/ledger/tables';
import { type Holding, mine } from './holding';

/** Keys that only detect repeated requests. */
const REPEATS = ['idempotencyKey', 'bodyHash', 'resumedKey', 'resumedHash'];

/** The address is encrypted: `orderAddresses` has it. The rest follows from other columns. */
const ORDER_WITHOUT = ['address', 'legs', 'version', 'state', 'proceedsMinor', 'heldMinor'];
const BOUGHT = [...REPEATS, ...ORDER_WITHOUT, 'commissionMinor', 'reversedCommissionMinor', 'remindedAt'];
/** Without what belongs to the buyer alone. */
const SOLD = [...REPEATS, ...ORDER_WITHOUT, 'checkoutId', 'checkoutUrl', 'successUrl', 'cancelUrl', 'fraudWarnedAt'];

export const MONEY_HOLDINGS: readonly Holding[] = [
  { as: 'purchases', table: purchases, tie: purchases.userId, order: [purchases.id], without: REPEATS },
  {
    as: 'purchaseClaims',
    table: paymentClaims,
    tie: paymentClaims.purchaseId,
    things: mine(purchases.userId),
    order: [paymentClaims.purchaseId, paymentClaims.claimId],
  },
  {
    as: 'purchaseReceipts',
    table: receipts,
    tie: receipts.refId,
    things: mine(purchases.userId),
    order: [receipts.kind, receipts.refId],
    only: eq(receipts.kind, literal('purchase')),
  },
  { as: 'orders', table: orders, tie: orders.userId, order: [orders.id], without: BOUGHT },
  { as: 'sales', table: orders, tie: orders.sellerId, order: [orders.id], without: SOLD },
  ...[
    { side: 'order', owner: orders.userId },
    { side: 'sale', owner: orders.sellerId },
  ].flatMap(({ side, owner }): Holding[] => [
    {
      as: `${side}Claims`,
      table: paymentClaims,
      tie: paymentClaims.purchaseId,
      things: mine(owner),
      order: [paymentClaims.purchaseId, paymentClaims.claimId],
    },
    {
      as: `${side}Refunds`,
      table: orderRefunds,
      tie: orderRefunds.orderId,
      things: mine(owner),
      order: [orderRefunds.orderId, orderRefunds.id],
      without: [...REPEATS, 'requestedBy', 'sendAt'],
    },
    {
      as: `${side}Problems`,
      table: orderProblems,
      tie: orderProblems.orderId,
      things: mine(owner),
      order: [orderProblems.orderId],
      without: ['resolvedBy', 'staffAskedAt'],
    },
    {
      as: `${side}Receipts`,
      table: receipts,
      tie: receipts.refId,
      things: mine(owner),
      order: [receipts.kind, receipts.refId],
      only: eq(receipts.kind, literal('order')),
    },
  ]),
  { as: 'salesHeld', table: salesHeld, tie: salesHeld.sellerId, order: [salesHeld.currency] },
  { as: 'discountCodes', table: discountCodes, tie: discountCodes.ownerId, order: [discountCodes.id] },
  {
    as: 'discountsUsed',
    table: discountRedemptions,
    tie: discountRedemptions.purchaseId,
    things: mine(purchases.userId),
    order: [discountRedemptions.purchaseId],
  },
  { as: 'giftsSent', table: giftsSent, tie: giftsSent.senderId, order: [giftsSent.id], without: REPEATS },
  {
    as: 'giftsReceived',
    table: giftsSent,
    tie: giftsSent.recipientId,
    order: [giftsSent.id],
    without: [...REPEATS, 'lotId', 'lotCoins'],
  },
  { as: 'tiers', table: subscriptionTiers, tie: subscriptionTiers.creatorId, order: [subscriptionTiers.id] },
  {
    as: 'subscriptions',
    table: subscriptions,
    tie: subscriptions.subscriberId,
    order: [subscriptions.id],
    without: REPEATS,
  },
  {
    as: 'subscribers',
    table: subscriptions,
    tie: subscriptions.creatorId,
    order: [subscriptions.id],
    only: isOpenSubscription(),
    without: REPEATS,
  },
  {
    as: 'subscriptionCharges',
    table: subscriptionCharges,
    tie: subscriptionCharges.subscriptionId,
    things: mine(subscriptions.subscriberId),
    order: [subscriptionCharges.subscriptionId, subscriptionCharges.month],
  },
  {
    as: 'earningDays',
    table: earningDays,
    tie: earningDays.userId,
    order: [earningDays.day, earningDays.source],
    without: ['lastTransferId'],
  },
  {
    as: 'roomGiftDays',
    table: roomGiftDays,
    tie: roomGiftDays.userId,
    order: [roomGiftDays.day, roomGiftDays.asGuide],
  },
  {
    as: 'products',
    table: products,
    tie: products.sellerId,
    order: [products.id],
    without: ['keptUntil'],
  },
  {
    as: 'productVariants',
    table: productVariants,
    tie: productVariants.productId,
    things: mine(products.sellerId),
    order: [productVariants.productId, productVariants.position, productVariants.id],
  },
  {
    as: 'productWaits',
    table: productWaits,
    tie: productWaits.userId,
    order: [productWaits.id],
    without: ['notified'],
  },
  { as: 'exchanges', table: exchanges, tie: exchanges.userId, order: [exchanges.id], without: REPEATS },
  {
    as: 'targetRewards',
    table: targetRewards,
    tie: targetRewards.userId,
    order: [targetRewards.targetId, targetRewards.period],
  },
  { as: 'coinLots', table: coinLots, tie: coinLots.userId, order: [coinLots.id] },
  {
    as: 'reversedEarnings',
    table: reversedEarnings,
    tie: reversedEarnings.userId,
    order: [reversedEarnings.refType, reversedEarnings.refId],
  },
  {
    as: 'earningReversals',
    table: earningReversals,
    tie: earningReversals.userId,
    order: [earningReversals.changeId, earningReversals.leg],
    without: ['lotId', 'followed', 'notified'],
  },
  {
    as: 'payouts',
    table: payouts,
    tie: payouts.userId,
    order: [payouts.id],
    without: [...REPEATS, 'decidedBy', 'providerReason', 'refusals'],
  },
  {
    as: 'payoutReceipts',
    table: receipts,
    tie: receipts.refId,
    things: mine(payouts.userId),
    order: [receipts.kind, receipts.refId],
    only: eq(receipts.kind, literal('payout')),
  },
  { as: 'payoutAccounts', table: payoutAccounts, tie: payoutAccounts.userId, order: [payoutAccounts.userId] },
  {
    as: 'formerPayoutAccounts',
    table: formerPayoutAccounts,
    tie: formerPayoutAccounts.userId,
    order: [formerPayoutAccounts.accountId],
  },
  {
    as: 'payoutDetails',
    table: payoutDetails,
    tie: payoutDetails.userId,
    order: [payoutDetails.id],
    without: ['financial', 'decidedBy'],
  },
];
