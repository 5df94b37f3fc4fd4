import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';

export const PAYOUT_STATUSES = ['requested', 'approved', 'processing', 'paid', 'failed', 'rejected'] as const;
export type PayoutStatus = (typeof PAYOUT_STATUSES)[number];

/** A cash-out. A trigger lets its status move only forward. */
export const payouts = sqliteTable('payouts', {
  id: text().primaryKey(),
  userId: text('user_id').notNull(),
  source: text().$type<'diamonds' | 'sales'>().notNull(),
  diamonds: integer(),
  /** The amount sent to the creator; the platform keeps the fee. */
  amountMinor: integer('amount_minor').notNull(),
  feeMinor: integer('fee_minor').notNull(),
  currency: text().notNull(),
  method: text().$type<'stripe' | 'bank'>().notNull(),
  status: text().$type<PayoutStatus>().notNull(),
  reason: text(),
  /** The bank's reference, or the provider's id of the transfer. */
  reference: text(),
  economyVersion: integer('economy_version').notNull(),
  idempotencyKey: text('idempotency_key').notNull(),
  bodyHash: text('body_hash').notNull(),
  requestedAt: integer('requested_at').notNull(),
  decidedAt: integer('decided_at'),
  decidedBy: text('decided_by'),
  /** When the provider was first asked to send it. */
  processingAt: integer('processing_at'),
  /** When the sweep queues it again. */
  sendAt: integer('send_at'),
  paidAt: integer('paid_at'),
});

/** Where the provider sends a creator's money. */
export const payoutAccounts = sqliteTable('payout_accounts', {
  userId: text('user_id').primaryKey(),
  provider: text().$type<'stripe'>().notNull(),
  accountId: text('account_id').notNull(),
  payoutsEnabled: integer('payouts_enabled', { mode: 'boolean' }).notNull().default(false),
  createdAt: integer('created_at').notNull(),
  updatedAt: integer('updated_at').notNull(),
});

export type PayoutRow = typeof payouts.$inferSelect;
