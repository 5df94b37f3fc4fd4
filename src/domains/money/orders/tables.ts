/** Tables of orders, their refunds and problems, and what sellers cannot cash out yet. */

import { sql } from 'drizzle-orm';
import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import type { ProductKind } from '@/contracts/product';
import { paymentColumns } from '@/domains/money/payments/tables';

export const ORDER_STATES = [
  'pending',
  'paid',
  'fulfilled',
  'completed',
  'cancelled',
  'expired',
  'partially_refunded',
  'refunded',
  'disputed',
] as const;
export type OrderState = (typeof ORDER_STATES)[number];

/** The expressions stand in migration 0081 alone. */
const DERIVED = sql``;

/** Who cancelled an order, or asked for a refund; the platform is `system`. */
export type OrderParty = 'buyer' | 'seller' | 'staff' | 'system';

/**
 * An order is a payment for one product, so its only line is on its row. `userId` is the buyer. The row has no names of
 * people: buyer and seller are read from `users`.
 */
export const orders = sqliteTable('orders', {
  ...paymentColumns,
  /** As people write it. */
  number: text().notNull(),
  sellerId: text('seller_id').notNull(),
  streamId: text('stream_id'),
  productId: text('product_id').notNull(),
  variantId: text('variant_id').notNull(),
  /** The product as it was bought. */
  title: text().notNull(),
  imageKey: text('image_key'),
  options: text({ mode: 'json' }).$type<Readonly<Record<string, string>>>().notNull(),
  kind: text().$type<ProductKind>().notNull(),
  unitMinor: integer('unit_minor').notNull(),
  quantity: integer().notNull(),
  itemsMinor: integer('items_minor').notNull(),
  shippingMinor: integer('shipping_minor').notNull(),
  /** What shipping would cost without other orders of the show. */
  shippingFullMinor: integer('shipping_full_minor').notNull(),
  /** Known once it is paid; `amountMinor` then includes it. */
  taxMinor: integer('tax_minor').notNull().default(0),
  commissionMinor: integer('commission_minor').notNull(),
  economyVersion: integer('economy_version').notNull(),
  /** Whether the room is told who bought. */
  showName: integer('show_name', { mode: 'boolean' }).notNull().default(false),
  idempotencyKey: text('idempotency_key').notNull(),
  bodyHash: text('body_hash').notNull(),
  /** The parts of `reversedMinor` by refunds and of tax, and the commission that came back with it. */
  refundedMinor: integer('refunded_minor').notNull().default(0),
  reversedTaxMinor: integer('reversed_tax_minor').notNull().default(0),
  reversedCommissionMinor: integer('reversed_commission_minor').notNull().default(0),
  /** The number of its transfers so far. */
  legs: integer().notNull().default(0),
  /** Until when (ms) the stock is held for an unpaid order. */
  holdUntil: integer('hold_until').notNull(),
  /** `none`: nothing was left for a payment that came late. */
  stockState: text('stock_state').$type<'held' | 'sold' | 'returned' | 'none'>().notNull(),
  /** Encrypted JSON of a `PostalAddress`, bound to the order's id. */
  address: text(),
  fulfilledAt: integer('fulfilled_at'),
  carrier: text(),
  tracking: text(),
  /** When the seller was reminded to ship. */
  remindedAt: integer('reminded_at'),
  /** When the buyer confirmed that it arrived. */
  confirmedAt: integer('confirmed_at'),
  cancelledAt: integer('cancelled_at'),
  cancelledBy: text('cancelled_by').$type<OrderParty>(),
  /** When the seller's money matures, and when a sweep found that it has. */
  maturesAt: integer('matures_at'),
  maturedAt: integer('matured_at'),
  hasOpenProblem: integer('has_open_problem', { mode: 'boolean' }).notNull().default(false),
  /** Pieces and shipping that refunds were asked for. */
  refundedQuantity: integer('refunded_quantity').notNull().default(0),
  refundedShippingMinor: integer('refunded_shipping_minor').notNull().default(0),
  /** The part of refunds that the provider was asked for and that is not booked yet. */
  refundingMinor: integer('refunding_minor').notNull().default(0),
  /** The database derives these three from the columns above (see migration 0081). */
  state: text().$type<OrderState>().notNull().generatedAlwaysAs(DERIVED),
  /** What the seller has of it: items and shipping, less commission and what was taken back. */
  proceedsMinor: integer('proceeds_minor').notNull().generatedAlwaysAs(DERIVED),
  /** What of that cannot be cashed out: it matures, has an open problem, or is being refunded. */
  heldMinor: integer('held_minor').notNull().generatedAlwaysAs(DERIVED),
});

export const orderRefunds = sqliteTable('order_refunds', {
  id: text().primaryKey(),
  orderId: text('order_id').notNull(),
  quantity: integer().notNull(),
  shippingMinor: integer('shipping_minor').notNull(),
  /** What the provider is asked for, tax included. */
  amountMinor: integer('amount_minor').notNull(),
  restock: integer({ mode: 'boolean' }).notNull(),
  reason: text().notNull(),
  by: text().$type<OrderParty>().notNull(),
  /** Null: the platform. */
  requestedBy: text('requested_by'),
  state: text().$type<'requested' | 'done' | 'failed'>().notNull(),
  /** The provider's id of the refund. */
  claimId: text('claim_id'),
  idempotencyKey: text('idempotency_key').notNull(),
  bodyHash: text('body_hash').notNull(),
  createdAt: integer('created_at').notNull(),
  doneAt: integer('done_at'),
  /** When the sweep sends it again; null once it is done. */
  sendAt: integer('send_at'),
});

export const orderProblems = sqliteTable('order_problems', {
  orderId: text('order_id').primaryKey(),
  kind: text().$type<'not_received' | 'damaged' | 'not_as_described' | 'other'>().notNull(),
  text: text().notNull(),
  status: text().$type<'open' | 'answered' | 'resolved'>().notNull(),
  answer: text(),
  answeredAt: integer('answered_at'),
  resolution: text(),
  /** Null: its buyer confirmed the order. */
  resolvedBy: text('resolved_by'),
  resolvedAt: integer('resolved_at'),
  openedAt: integer('opened_at').notNull(),
  /** When staff were asked to decide. */
  staffAskedAt: integer('staff_asked_at'),
});

/** What of a seller's sales cannot be cashed out: the sum of `heldMinor`. Only a trigger writes it. */
export const salesHeld = sqliteTable(
  'sales_held',
  {
    sellerId: text('seller_id').notNull(),
    currency: text().notNull(),
    amountMinor: integer('amount_minor').notNull(),
  },
  (table) => [primaryKey({ columns: [table.sellerId, table.currency] })],
);

export type OrderRow = typeof orders.$inferSelect;
export type RefundRow = typeof orderRefunds.$inferSelect;
export type ProblemRow = typeof orderProblems.$inferSelect;
