import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';

export const SUBSCRIPTION_STATUSES = ['active', 'grace', 'ended'] as const;
/** `lapsed`: nobody renewed it for a whole month. `worthless`: its price would earn the creator nothing any more. */
export const ENDED_BECAUSE = [
  'cancelled',
  'unpaid',
  'creator-gone',
  'subscriber-gone',
  'blocked',
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

export const subscriptions = sqliteTable('subscriptions', {
  id: text().primaryKey(),
  subscriberId: text('subscriber_id').notNull(),
  creatorId: text('creator_id').notNull(),
  tierId: text('tier_id').notNull(),
  /** As it was when the subscription began. */
  coinsPerMonth: integer('coins_per_month').notNull(),
  status: text().$type<(typeof SUBSCRIPTION_STATUSES)[number]>().notNull(),
  /** Ends with the period instead of being renewed. */
  cancelledAt: integer('cancelled_at'),
  /** Paid so far; each month is counted from the beginning. */
  months: integer().notNull(),
  startedAt: integer('started_at').notNull(),
  periodEndsAt: integer('period_ends_at').notNull(),
  graceUntil: integer('grace_until'),
  /** When the sweep looks at it next. */
  dueAt: integer('due_at'),
  endedAt: integer('ended_at'),
  endedBecause: text('ended_because').$type<EndedBecause>(),
  idempotencyKey: text('idempotency_key').notNull(),
  bodyHash: text('body_hash').notNull(),
  /** Of the request that took a cancelled one up again. */
  resumedKey: text('resumed_key'),
  resumedHash: text('resumed_hash'),
  createdAt: integer('created_at').notNull(),
});

/** One month, paid. */
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
});

export type TierRow = typeof subscriptionTiers.$inferSelect;
export type SubscriptionRow = typeof subscriptions.$inferSelect;
