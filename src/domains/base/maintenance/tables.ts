import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/** One row. Start, end (ms) and message are null if no maintenance is planned. */
export const maintenance = sqliteTable('maintenance', {
  id: integer().primaryKey(),
  revision: integer().notNull(),
  startsAt: integer('starts_at'),
  endsAt: integer('ends_at'),
  message: text(),
});

export type MaintenanceRow = typeof maintenance.$inferSelect;
