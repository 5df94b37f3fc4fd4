import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import type { Channels, NotificationGroup } from '@/contracts/notification-kinds';

export const MESSAGES_FROM = ['everyone', 'followed', 'nobody'] as const;

/** Users have no row until they choose something. */
export const userSettings = sqliteTable('user_settings', {
  userId: text('user_id').primaryKey(),
  language: text().notNull().default('en'),
  notifications: text({ mode: 'json' })
    .$type<Readonly<Partial<Record<NotificationGroup, Partial<Channels>>>>>()
    .notNull()
    .default({}),
  messagesFrom: text('messages_from').$type<(typeof MESSAGES_FROM)[number]>().notNull().default('everyone'),
  showActivity: integer('show_activity', { mode: 'boolean' }).notNull().default(true),
  autoplay: integer({ mode: 'boolean' }).notNull().default(true),
  matureContent: integer('mature_content', { mode: 'boolean' }).notNull().default(false),
  updatedAt: integer('updated_at').notNull(),
});

export type SettingsRow = typeof userSettings.$inferSelect;
