import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';

export const FEEDBACK_CATEGORIES = ['bug', 'idea', 'praise', 'other'] as const;
export type FeedbackCategory = (typeof FEEDBACK_CATEGORIES)[number];

export const feedback = sqliteTable('feedback', {
  id: text().primaryKey(),
  userId: text('user_id').notNull(),
  category: text().$type<FeedbackCategory>().notNull(),
  rating: integer(),
  text: text().notNull(),
  appVersion: text('app_version'),
  /** SHA-256 of what was sent: the same feedback counts once. */
  digest: text().notNull(),
  createdAt: integer('created_at').notNull(),
});

export const PLATFORMS = ['ios', 'android', 'web'] as const;
export type Platform = (typeof PLATFORMS)[number];

export const appVersions = sqliteTable('app_versions', {
  platform: text().$type<Platform>().primaryKey(),
  latest: text().notNull(),
  minimum: text().notNull(),
  notes: text(),
  url: text(),
  updatedAt: integer('updated_at').notNull(),
});

/** The queues that do not move, and when staff were last notified. */
export const healthAlerts = sqliteTable('health_alerts', {
  part: text().primaryKey(),
  alertedAt: integer('alerted_at').notNull(),
});

export type AppVersionRow = typeof appVersions.$inferSelect;
