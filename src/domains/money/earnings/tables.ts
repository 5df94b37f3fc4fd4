import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';

export const EARNING_SOURCES = ['gift', 'tip', 'subscription', 'reward'] as const;
export type EarningSource = (typeof EARNING_SOURCES)[number];

/** Diamonds by day and source, written with the transfer that earned them. */
export const earningDays = sqliteTable(
  'earning_days',
  {
    userId: text('user_id').notNull(),
    /** UTC, YYYY-MM-DD. */
    day: text().notNull(),
    source: text().$type<EarningSource>().notNull(),
    diamonds: integer().notNull(),
    count: integer().notNull(),
    /** Where this day's part of the account's history begins, walking backwards. */
    lastTransferId: integer('last_transfer_id').notNull(),
  },
  (table) => [primaryKey({ columns: [table.userId, table.day, table.source] })],
);

/** Diamonds that were exchanged for coins. */
export const exchanges = sqliteTable('exchanges', {
  id: text().primaryKey(),
  userId: text('user_id').notNull(),
  diamonds: integer().notNull(),
  coins: integer().notNull(),
  economyVersion: integer('economy_version').notNull(),
  idempotencyKey: text('idempotency_key').notNull(),
  bodyHash: text('body_hash').notNull(),
  createdAt: integer('created_at').notNull(),
});

/** A reached target: one reward per period. */
export const targetRewards = sqliteTable('target_rewards', {
  id: text().primaryKey(),
  userId: text('user_id').notNull(),
  targetId: text('target_id').notNull(),
  /** The period's first day, or `ever`. */
  period: text().notNull(),
  diamonds: integer().notNull(),
  economyVersion: integer('economy_version').notNull(),
  createdAt: integer('created_at').notNull(),
});

export type ExchangeRow = typeof exchanges.$inferSelect;
