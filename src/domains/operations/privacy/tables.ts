import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import type { Place } from './document';

/** Exports too large for a request, from the request until their file goes: one a user. */
export const accountExports = sqliteTable('account_exports', {
  id: text().primaryKey(),
  userId: text('user_id').notNull(),
  /** Of the file in R2. */
  key: text().notNull(),
  uploadId: text('upload_id').notNull(),
  /** Where the document goes on; null: all of it is written. */
  place: text({ mode: 'json' }).$type<Place>(),
  /** What R2 answered for each part that is written. */
  parts: text({ mode: 'json' }).$type<readonly string[]>().notNull().default([]),
  /** The number of the message that comes next. */
  step: integer().notNull().default(0),
  heldUntil: integer('held_until').notNull().default(0),
  requestedAt: integer('requested_at').notNull(),
  readyAt: integer('ready_at'),
  /** When it is given up; once it is ready, when its file goes. */
  expiresAt: integer('expires_at').notNull(),
});
