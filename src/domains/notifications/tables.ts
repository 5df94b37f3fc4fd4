/** What users are told inside the app. */
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';

export const notifications = sqliteTable('notifications', {
  id: text().primaryKey(),
  userId: text('user_id').notNull(),
  kind: text().notNull(),
  title: text().notNull(),
  body: text().notNull(),
  data: text({ mode: 'json' }).$type<Readonly<Record<string, unknown>>>().notNull().default({}),
  readAt: integer('read_at'),
  createdAt: integer('created_at').notNull(),
});
