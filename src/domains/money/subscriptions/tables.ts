import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { lotColumns } from '@/ledger/tables';

export const SUBSCRIPTION_STATUSES = ['active', 'grace', 'ended'] as const;
/**
 * `lapsed`: no sweep renewed it for a whole month. `worthless`: its price would no longer earn the creator anything.
 * `creator-hidden`: the creator is not shown in the country where the subscriber lives.
 */
export const ENDED_BECAUSE = [
  'cancelled',
  'unpaid',
  'creator-gone',
  'subscriber-gone',
  'blocked',
  'creator-hidden',
  'lapsed',
  'worthless',
] as const;
export type EndedBecause = (typeof ENDED_BECAUSE)[number];

export const subscriptionTiers = sqliteTable('subscription_tiers', {
  id: text().primaryKey(),
  creatorId: text('creator_id').notNull(),
  name: text().notNull(),
  description: text().notNull().default(''),
  coinsPerMonth: integer('coins_per_month').notNull(),
  active: integer({ mode: 'boolean' }).notNull().default(true),
  createdAt: integer('created_at').notNull(),
  updatedAt: integer('updated_at').notNull(),
});

/** Every price that a tier has had: triggers add them. */
export const subscriptionTierPrices = sqliteTable(
  'subscription_tier_prices',
  {
    tierId: text('tier_id').notNull(),
    coinsPerMonth: integer('coins_per_month').notNull(),
  },
  (table) => [primaryKey({ columns: [table.tierId, table.coinsPerMonth] })],
);

export const subscriptions = sqliteTable('subscriptions', {
  id: text().primaryKey(),
  subscriberId: text('subscriber_id').notNull(),
  creatorId: text('creator_id').notNull(),
  tierId: text('tier_id').notNull(),
  /** The tier's price when the subscription began: the most that a month costs. */
  coinsPerMonth: integer('coins_per_month').notNull(),
  status: text().$type<(typeof SUBSCRIPTION_STATUSES)[number]>().notNull(),
  /** If set, it ends with the period instead of renewing. */
  cancelledAt: integer('cancelled_at'),
  /** Months paid so far; each month's end is counted from the start. */
  months: integer().notNull(),
  startedAt: integer('started_at').notNull(),
  periodEndsAt: integer('period_ends_at').notNull(),
  graceUntil: integer('grace_until'),
  /** When the sweep handles it next. */
  dueAt: integer('due_at'),
  endedAt: integer('ended_at'),
  endedBecause: text('ended_because').$type<EndedBecause>(),
  idempotencyKey: text('idempotency_key').notNull(),
  bodyHash: text('body_hash').notNull(),
  /** NOTE: No longer written; `subscription_resumptions` has them. A later migration drops both columns. */
  resumedKey: text('resumed_key'),
  resumedHash: text('resumed_hash'),
  createdAt: integer('created_at').notNull(),
  /** Since when a suspension of either party pauses it. Only while null does the sweep handle it. */
  pausedAt: integer('paused_at'),
  /** How long it was paused in all: each month ends later by that. */
  pausedMs: integer('paused_ms').notNull().default(0),
});

/** The requests that resumed a cancelled subscription: their keys are kept for ever, one row for each. */
export const subscriptionResumptions = sqliteTable(
  'subscription_resumptions',
  {
    subscriberId: text('subscriber_id').notNull(),
    idempotencyKey: text('idempotency_key').notNull(),
    bodyHash: text('body_hash').notNull(),
    subscriptionId: text('subscription_id').notNull(),
    createdAt: integer('created_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.subscriberId, table.idempotencyKey] })],
);

/** One paid month. */
export const subscriptionCharges = sqliteTable('subscription_charges', {
  id: text().primaryKey(),
  subscriptionId: text('subscription_id').notNull(),
  month: integer().notNull(),
  subscriberId: text('subscriber_id').notNull(),
  creatorId: text('creator_id').notNull(),
  coins: integer().notNull(),
  diamonds: integer().notNull(),
  economyVersion: integer('economy_version').notNull(),
  createdAt: integer('created_at').notNull(),
  ...lotColumns,
  /** Given back for days of the month that were not used. */
  returnedCoins: integer('returned_coins').notNull().default(0),
  returnedDiamonds: integer('returned_diamonds').notNull().default(0),
  /** When the creator withdrew before the month's end; the days left may have been worth nothing. */
  returnedAt: integer('returned_at'),
  /** How many of the returned diamonds were followed to exchanges that had spent them. */
  returnFollowed: integer('return_followed').notNull().default(0),
});

export type TierRow = typeof subscriptionTiers.$inferSelect;
export type SubscriptionRow = typeof subscriptions.$inferSelect;
export type SubscriptionChargeRow = typeof subscriptionCharges.$inferSelect;
