import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/** Every object in R2 that belongs to a user. */
export const mediaFiles = sqliteTable('media_files', {
  key: text().primaryKey(),
  ownerId: text('owner_id').notNull(),
  kind: text().$type<'thumbnail' | 'identity-document'>().notNull(),
  contentType: text('content_type').notNull(),
  bytes: integer().notNull(),
  private: integer({ mode: 'boolean' }).notNull(),
  createdAt: integer('created_at').notNull(),
});
