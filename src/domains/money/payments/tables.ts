/**
 * The columns that make a row a payment, and the claims on payments. Payments have no table of their own: each kind's
 * table (`purchases` for coins) spreads `paymentColumns` beside its own columns.
 */
import type { BuildColumns, InferModelFromColumns } from 'drizzle-orm';
import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import type { PaymentProviderName } from '@/contracts/payments';

/** `disputed`: a dispute is open. `charged_back`: a dispute was lost, and its money is gone for good. */
export const PAYMENT_STATUSES = [
  'pending',
  'processing',
  'paid',
  'refunded',
  'partially_refunded',
  'disputed',
  'charged_back',
  'expired',
  'failed',
] as const;
export type PaymentStatus = (typeof PAYMENT_STATUSES)[number];

/** A refund stands or has failed; a dispute is an inquiry, open, won or lost. */
export type ClaimState = 'stands' | 'failed' | 'inquiry' | 'open' | 'won' | 'lost';

export const paymentColumns = {
  id: text().primaryKey(),
  userId: text('user_id').notNull(),
  amountMinor: integer('amount_minor').notNull(),
  currency: text().notNull(),
  status: text().$type<PaymentStatus>().notNull(),
  provider: text().$type<PaymentProviderName>().notNull(),
  /**
   * The provider's ids of the checkout and, once it exists, of the payment, which refunds and disputes name. Until the
   * money has arrived, the latest attempt to pay.
   */
  checkoutId: text('checkout_id'),
  checkoutUrl: text('checkout_url'),
  paymentId: text('payment_id'),
  successUrl: text('success_url').notNull(),
  cancelUrl: text('cancel_url').notNull(),
  /** The total that refunds and disputes have taken back. */
  reversedMinor: integer('reversed_minor').notNull().default(0),
  /** Increases with every change, so that only one of two concurrent events applies to the row as it was read. */
  version: integer().notNull().default(0),
  createdAt: integer('created_at').notNull(),
  expiresAt: integer('expires_at').notNull(),
  /** When the sweep asks the provider next; null once nothing more is expected. */
  askAt: integer('ask_at'),
  paidAt: integer('paid_at'),
  /** When the provider first said that the money is on its way; null if it never did. */
  processingAt: integer('processing_at'),
  /** When it was counted against the buyer's daily checkouts; null if the provider refused to open it. */
  countedAt: integer('counted_at'),
  /** When the provider first warned that it may be fraud. */
  fraudWarnedAt: integer('fraud_warned_at'),
};

/** The columns of any kind's row that payments reads. */
export type Payment = InferModelFromColumns<BuildColumns<string, typeof paymentColumns, 'sqlite'>>;

/** Refunds and disputes as facts: all of them together decide what is taken back, in whatever order they arrive. */
export const paymentClaims = sqliteTable(
  'purchase_claims',
  {
    /** The payment's id, whatever it pays for. */
    purchaseId: text('purchase_id').notNull(),
    /** The provider's id of the refund or dispute. */
    claimId: text('claim_id').notNull(),
    kind: text().$type<'refund' | 'dispute'>().notNull(),
    provider: text().$type<PaymentProviderName | ''>().notNull().default(''),
    currency: text().notNull().default(''),
    amountMinor: integer('amount_minor').notNull(),
    state: text().$type<ClaimState>().notNull(),
    /** The time of the event that said so, not of its arrival. */
    eventAt: integer('event_at').notNull().default(0),
    createdAt: integer('created_at').notNull(),
    updatedAt: integer('updated_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.purchaseId, table.claimId] })],
);
