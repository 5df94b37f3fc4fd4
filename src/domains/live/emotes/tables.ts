/** The emotes of creators, which their rooms show in chat. */
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';

export const emotes = sqliteTable('emotes', {
  id: text().primaryKey(),
  creatorId: text('creator_id').notNull(),
  /** 3 to 25 letters and digits; the case counts. */
  name: text().notNull(),
  key: text().notNull(),
  subscribersOnly: integer('subscribers_only', { mode: 'boolean' }).notNull(),
  createdAt: integer('created_at').notNull(),
  /** Removed: older messages show it until a sweep deletes its file, with this row. */
  removedAt: integer('removed_at'),
});

export type EmoteRow = typeof emotes.$inferSelect;
