/** Figures of sessions and sales. */
import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/** [step's start (ms), messages, reactions, gifts and tips, their coins, new followers] */
export type EngagementStep = readonly [number, number, number, number, number, number];

/** What a session's analytics show beyond `streamAnalytics`, written with it once the stream is over. */
export const sessionAnalytics = sqliteTable('session_analytics', {
  streamId: text('stream_id').primaryKey(),
  users: integer().notNull(),
  guests: integer().notNull(),
  followers: integer().notNull(),
  newUsers: integer('new_users').notNull(),
  returningUsers: integer('returning_users').notNull(),
  fromFollowing: integer('from_following').notNull(),
  fromSearch: integer('from_search').notNull(),
  fromRecommended: integer('from_recommended').notNull(),
  fromLink: integer('from_link').notNull(),
  peakAt: integer('peak_at'),
  chatters: integer().notNull(),
  gifts: integer().notNull(),
  coins: integer().notNull(),
  diamonds: integer().notNull(),
  newFollowers: integer('new_followers').notNull(),
  newSubscribers: integer('new_subscribers').notNull(),
  stepMinutes: integer('step_minutes').notNull(),
  retained: text({ mode: 'json' }).$type<readonly number[]>().notNull(),
  engagement: text({ mode: 'json' }).$type<readonly EngagementStep[]>().notNull(),
  createdAt: integer('created_at').notNull(),
});

/** What a seller sold on a day (UTC): paid orders, and their items before refunds. Only triggers of `orders` write it. */
export const salesDays = sqliteTable(
  'sales_days',
  {
    sellerId: text('seller_id').notNull(),
    day: text().notNull(),
    currency: text().notNull(),
    orders: integer().notNull(),
    amountMinor: integer('amount_minor').notNull(),
  },
  (table) => [primaryKey({ columns: [table.sellerId, table.day, table.currency] })],
);
