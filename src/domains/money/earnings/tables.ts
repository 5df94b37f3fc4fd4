import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { AUDIENCES } from '@/contracts/economy';
import type { SpendType } from '@/ledger/tables';

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
  /** Whether it took matured diamonds alone and its coins have a lot; false: it is older than the lots. */
  traced: integer({ mode: 'boolean' }).notNull().default(true),
  /** What reversals have undone of it. */
  reversedDiamonds: integer('reversed_diamonds').notNull().default(0),
  reversedCoins: integer('reversed_coins').notNull().default(0),
  /** The number of its transfers so far. */
  legs: integer().notNull().default(2),
});

/** A reached target: one reward per period. */
export const targetRewards = sqliteTable('target_rewards', {
  id: text().primaryKey(),
  userId: text('user_id').notNull(),
  targetId: text('target_id').notNull(),
  /** Whose target it was. Rewards of guides do not mature: they can be exchanged at once. */
  audience: text({ enum: AUDIENCES }).notNull().default('creator'),
  /** The period's first day, or `ever`. */
  period: text().notNull(),
  diamonds: integer().notNull(),
  economyVersion: integer('economy_version').notNull(),
  createdAt: integer('created_at').notNull(),
  /** The number of its transfers so far: the reward, reversals and restorations. */
  legs: integer().notNull().default(1),
});

/** How many of the diamonds that a spend or a target earned are reversed now. */
export const reversedEarnings = sqliteTable(
  'reversed_earnings',
  {
    refType: text('ref_type').$type<SpendType | 'reward'>().notNull(),
    refId: text('ref_id').notNull(),
    userId: text('user_id').notNull(),
    source: text().$type<EarningSource>().notNull(),
    /** When it was earned: UTC, YYYY-MM-DD. */
    day: text().notNull(),
    diamonds: integer().notNull(),
    /** Whether all of the spend's coins are taken back. */
    isWhole: integer('is_whole', { mode: 'boolean' }).notNull(),
    updatedAt: integer('updated_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.refType, table.refId] })],
);

/** What one change of a lot took from each creator, or gave back. Each row has one transfer. */
export const earningReversals = sqliteTable(
  'earning_reversals',
  {
    changeId: text('change_id').notNull(),
    leg: integer().notNull(),
    lotId: integer('lot_id').notNull(),
    userId: text('user_id').notNull(),
    diamonds: integer().notNull(),
    restored: integer({ mode: 'boolean' }).notNull(),
    /** How many diamonds were followed to exchanges: these, and those of rewards that went or came with them. */
    followed: integer().notNull().default(0),
    notified: integer({ mode: 'boolean' }).notNull().default(false),
    createdAt: integer('created_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.changeId, table.leg] })],
);

export type TargetRewardRow = typeof targetRewards.$inferSelect;
export type EarningReversalRow = typeof earningReversals.$inferSelect;
export type ExchangeRow = typeof exchanges.$inferSelect;
