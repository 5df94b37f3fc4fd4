import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { paymentColumns } from '@/domains/money/payments/tables';

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
  /** Since when it is no longer sold. */
  retiredAt: integer('retired_at'),
});

/** Purchases of coins; each is also a payment. */
export const purchases = sqliteTable('purchases', {
  ...paymentColumns,
  packageId: text('package_id').notNull(),
  packageName: text('package_name').notNull(),
  coins: integer().notNull(),
  /** The bonuses of the package and of the code together. */
  bonusCoins: integer('bonus_coins').notNull(),
  discountCode: text('discount_code'),
  codeBonusCoins: integer('code_bonus_coins').notNull().default(0),
  economyVersion: integer('economy_version').notNull(),
  idempotencyKey: text('idempotency_key').notNull(),
  bodyHash: text('body_hash').notNull(),
  /** The coins that refunds and disputes have taken back so far. */
  reversedCoins: integer('reversed_coins').notNull().default(0),
  /** The number of its transfers so far. */
  legs: integer().notNull().default(0),
  /** Whether its coins have a lot once they are credited; false: they were credited before the lots. */
  traced: integer({ mode: 'boolean' }).notNull().default(true),
});

export type PackageRow = typeof coinPackages.$inferSelect;

export type PurchaseRow = typeof purchases.$inferSelect;
