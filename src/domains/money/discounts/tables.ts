import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';

export const discountCodes = sqliteTable('discount_codes', {
  id: text().primaryKey(),
  /** Upper case. */
  code: text().notNull(),
  kind: text().$type<'promotional' | 'reward'>().notNull(),
  /** Codes of one promotion share the limit per user. */
  promotion: text().notNull(),
  ownerId: text('owner_id'),
  /** The purchase that earned it. */
  earnedBy: text('earned_by'),
  bonusPercent: integer('bonus_percent'),
  bonusCoins: integer('bonus_coins'),
  startsAt: integer('starts_at'),
  endsAt: integer('ends_at'),
  packageCoinsMin: integer('package_coins_min').notNull().default(0),
  /** Null: all packages. */
  packageIds: text('package_ids', { mode: 'json' }).$type<readonly string[]>(),
  usesMax: integer('uses_max'),
  usesPerUserMax: integer('uses_per_user_max'),
  /** Reserved and redeemed uses; triggers keep the count. */
  uses: integer().notNull().default(0),
  /** The decision of staff. */
  active: integer({ mode: 'boolean' }).notNull().default(true),
  /** Too little of the money that earned this reward code is kept. */
  suspended: integer({ mode: 'boolean' }).notNull().default(false),
  createdBy: text('created_by'),
  createdAt: integer('created_at').notNull(),
  updatedAt: integer('updated_at').notNull(),
});

export const discountRedemptions = sqliteTable('discount_redemptions', {
  purchaseId: text('purchase_id').primaryKey(),
  codeId: text('code_id').notNull(),
  promotion: text().notNull(),
  userId: text('user_id').notNull(),
  state: text().$type<'reserved' | 'redeemed' | 'released'>().notNull(),
  createdAt: integer('created_at').notNull(),
  updatedAt: integer('updated_at').notNull(),
});

export type DiscountRow = typeof discountCodes.$inferSelect;
