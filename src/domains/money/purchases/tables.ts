import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import type { PaymentProviderName } from '@/contracts/payments';

export const coinPackages = sqliteTable('coin_packages', {
  id: text().primaryKey(),
  name: text().notNull(),
  coins: integer().notNull(),
  bonusCoins: integer('bonus_coins').notNull().default(0),
  priceMinor: integer('price_minor').notNull(),
  currency: text().notNull(),
  active: integer({ mode: 'boolean' }).notNull().default(true),
  createdAt: integer('created_at').notNull(),
  updatedAt: integer('updated_at').notNull(),
});

export const PURCHASE_STATUSES = [
  'pending',
  'paid',
  'refunded',
  'partially_refunded',
  'disputed',
  'expired',
  'failed',
] as const;
export type PurchaseStatus = (typeof PURCHASE_STATUSES)[number];

export const purchases = sqliteTable('purchases', {
  id: text().primaryKey(),
  userId: text('user_id').notNull(),
  packageId: text('package_id').notNull(),
  packageName: text('package_name').notNull(),
  coins: integer().notNull(),
  /** The package's and the code's together. */
  bonusCoins: integer('bonus_coins').notNull(),
  amountMinor: integer('amount_minor').notNull(),
  currency: text().notNull(),
  status: text().$type<PurchaseStatus>().notNull(),
  provider: text().$type<PaymentProviderName>().notNull(),
  checkoutId: text('checkout_id'),
  checkoutUrl: text('checkout_url'),
  paymentId: text('payment_id'),
  discountCode: text('discount_code'),
  codeBonusCoins: integer('code_bonus_coins').notNull().default(0),
  economyVersion: integer('economy_version').notNull(),
  successUrl: text('success_url').notNull(),
  cancelUrl: text('cancel_url').notNull(),
  idempotencyKey: text('idempotency_key').notNull(),
  bodyHash: text('body_hash').notNull(),
  /** What was taken back so far. */
  reversedCoins: integer('reversed_coins').notNull().default(0),
  reversedMinor: integer('reversed_minor').notNull().default(0),
  /** How many transfers it has. */
  legs: integer().notNull().default(0),
  /** Counts its changes: two events at once are told apart by it. */
  version: integer().notNull().default(0),
  createdAt: integer('created_at').notNull(),
  expiresAt: integer('expires_at').notNull(),
  askAt: integer('ask_at'),
  paidAt: integer('paid_at'),
  /** When it was counted among its buyer's checkouts of the day; null if the provider refused to open it. */
  countedAt: integer('counted_at'),
});

/** Refunds and disputes as facts; what is taken back follows from all of them, in whatever order they come. */
export const purchaseClaims = sqliteTable(
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

export type PackageRow = typeof coinPackages.$inferSelect;

export type PurchaseRow = typeof purchases.$inferSelect;
