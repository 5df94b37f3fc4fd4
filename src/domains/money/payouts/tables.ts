import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';

export const PAYOUT_STATUSES = [
  'requested',
  'approved',
  'processing',
  'paid',
  'failed',
  'rejected',
  'returned',
] as const;
export type PayoutStatus = (typeof PAYOUT_STATUSES)[number];
/** The creator has back everything that the payout took. */
export const GIVEN_BACK: PayoutStatus[] = ['rejected', 'failed', 'returned'];
/** Neither paid nor given back. */
export const OPEN: PayoutStatus[] = ['requested', 'approved', 'processing'];

/** A cash-out. A trigger allows only the moves of its status that `docs/guides/money.md` names. */
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
  /** Why the creator has it back, in our own or staff's words. */
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
  /** When a paid one came back. */
  returnedAt: integer('returned_at'),
  /** The provider's own words, for staff alone. */
  providerReason: text('provider_reason'),
  /**
   * How often the provider refused because of the platform's own account. Each attempt after that has its own
   * idempotency key.
   */
  refusals: integer().notNull().default(0),
  /** The provider's account that it is sent to, from when the provider is first asked. */
  accountId: text('account_id'),
  /** When it was stopped while the provider had it; of an approved bank transfer: since when staff must not send it. */
  stoppedAt: integer('stopped_at'),
  /** The exchange of the same batch that paid the creator's debt in coins. */
  setOffExchangeId: text('set_off_exchange_id'),
});

/** Where the provider sends a creator's money. */
export const payoutAccounts = sqliteTable('payout_accounts', {
  userId: text('user_id').primaryKey(),
  provider: text().$type<'stripe'>().notNull(),
  accountId: text('account_id').notNull(),
  payoutsEnabled: integer('payouts_enabled', { mode: 'boolean' }).notNull().default(false),
  createdAt: integer('created_at').notNull(),
  updatedAt: integer('updated_at').notNull(),
  /** ISO 3166-1 alpha-2, as it was asked; null: the account is from before that. */
  country: text(),
});

/** Accounts that a creator replaced. */
export const formerPayoutAccounts = sqliteTable('former_payout_accounts', {
  accountId: text('account_id').primaryKey(),
  userId: text('user_id').notNull(),
  provider: text().$type<'stripe'>().notNull(),
  country: text(),
  createdAt: integer('created_at').notNull(),
  replacedAt: integer('replaced_at').notNull(),
});

export const DETAILS_STATUSES = ['pending', 'accepted', 'refused'] as const;

/** Requests for other bank details. A creator has at most one pending. */
export const payoutDetails = sqliteTable('payout_details', {
  id: text().primaryKey(),
  userId: text('user_id').notNull(),
  status: text().$type<(typeof DETAILS_STATUSES)[number]>().notNull(),
  /** Encrypted for the creator's application, which gets them once they are accepted; null once it is decided. */
  financial: text(),
  accountLast4: text('account_last4').notNull(),
  reason: text(),
  requestedAt: integer('requested_at').notNull(),
  decidedAt: integer('decided_at'),
  decidedBy: text('decided_by'),
  /** When money may first be sent to accepted details. */
  usableAt: integer('usable_at'),
});

export type PayoutRow = typeof payouts.$inferSelect;
export type PayoutDetailsRow = typeof payoutDetails.$inferSelect;
