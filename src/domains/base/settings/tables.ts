import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import type { NotificationKind } from './kinds';

export const MESSAGES_FROM = ['everyone', 'followed', 'nobody'] as const;

/** Of one kind, what the user chose; where a channel is left out the default holds. */
export interface Channels {
  readonly inApp: boolean;
  readonly email: boolean;
  readonly push: boolean;
}

/** A row once a user has chosen something. */
export const userSettings = sqliteTable('user_settings', {
  userId: text('user_id').primaryKey(),
  language: text().notNull().default('en'),
  notifications: text({ mode: 'json' })
    .$type<Readonly<Partial<Record<NotificationKind, Partial<Channels>>>>>()
    .notNull()
    .default({}),
  messagesFrom: text('messages_from').$type<(typeof MESSAGES_FROM)[number]>().notNull().default('everyone'),
  showActivity: integer('show_activity', { mode: 'boolean' }).notNull().default(true),
  autoplay: integer({ mode: 'boolean' }).notNull().default(true),
  matureContent: integer('mature_content', { mode: 'boolean' }).notNull().default(false),
  updatedAt: integer('updated_at').notNull(),
});
