/** The outbox table and the row that a batch puts into it; `queues/outbox.ts` delivers. */
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import type { OutboxEvent } from '@/queues/messages';

export const outbox = sqliteTable('outbox', {
  id: text().primaryKey(),
  event: text({ mode: 'json' }).$type<OutboxEvent>().notNull(),
  createdAt: integer('created_at').notNull(),
  attempts: integer().notNull().default(0),
  nextAttemptAt: integer('next_attempt_at').notNull(),
});
