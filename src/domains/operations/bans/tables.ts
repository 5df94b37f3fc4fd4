import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/** What staff note about a user, for other staff. Rows are only added, and deleted when the account ends. */
export const staffNotes = sqliteTable('staff_notes', {
  id: text().primaryKey(),
  userId: text('user_id').notNull(),
  staffId: text('staff_id').notNull(),
  text: text().notNull(),
  createdAt: integer('created_at').notNull(),
});
