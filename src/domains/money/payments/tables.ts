/**
 * The columns that make a row a payment, and the claims to payments. A payment has no table of its own: its row stands in
 * the table of the kind that it pays for (`purchases` for coins), which spreads `paymentColumns` beside its own columns.
 */
import type { BuildColumns, InferModelFromColumns } from 'drizzle-orm';
import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import type { PaymentProviderName } from '@/contracts/payments';

export const PAYMENT_STATUSES = [
  'pending',
  'paid',
  'refunded',
  'partially_refunded',
  'disputed',
  'expired',
  'failed',
] as const;
export type PaymentStatus = (typeof PAYMENT_STATUSES)[number];

export const paymentColumns = {
  id: text().primaryKey(),
  userId: text('user_id').notNull(),
  amountMinor: integer('amount_minor').notNull(),
  currency: text().notNull(),
  status: text().$type<PaymentStatus>().notNull(),
  provider: text().$type<PaymentProviderName>().notNull(),
  /** The provider's ids: of the checkout, and of the payment once there is one. Refunds and disputes name the payment. */
  checkoutId: text('checkout_id'),
  checkoutUrl: text('checkout_url'),
  paymentId: text('payment_id'),
  successUrl: text('success_url').notNull(),
  cancelUrl: text('cancel_url').notNull(),
  /** The money that refunds and disputes took back so far. */
  reversedMinor: integer('reversed_minor').notNull().default(0),
  /** Grows with every change, so that of two events at once only one is applied to the row as it was read. */
  version: integer().notNull().default(0),
  createdAt: integer('created_at').notNull(),
  expiresAt: integer('expires_at').notNull(),
  /** When the sweep asks the provider next; null once nothing more is to come. */
  askAt: integer('ask_at'),
  paidAt: integer('paid_at'),
  /** When it was counted among its buyer's checkouts of the day; null if the provider refused to open it. */
  countedAt: integer('counted_at'),
};

/** A row of any kind's table, as far as payments read it. */
export type Payment = InferModelFromColumns<BuildColumns<string, typeof paymentColumns, 'sqlite'>>;

/**
 * Refunds and disputes as facts: what is taken back follows from all of them, in whatever order they come.
 * NOTE: `purchase_id` refers to `purchases` in the database. The migration that makes a second kind lifts that.
 */
export const paymentClaims = sqliteTable(
  'purchase_claims',
  {
    purchaseId: text('purchase_id').notNull(),
    claimId: text('claim_id').notNull(),
    kind: text().$type<'refund' | 'dispute'>().notNull(),
    amountMinor: integer('amount_minor').notNull(),
    state: text().$type<'stands' | 'open' | 'won' | 'lost'>().notNull(),
    createdAt: integer('created_at').notNull(),
    updatedAt: integer('updated_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.purchaseId, table.claimId] })],
);
