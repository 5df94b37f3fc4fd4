import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/** The values of a row's ordering columns; a list continues after them. */
export type Position = readonly (string | number | null)[];

/** A place in this list, after this row of it. Null: the list has not been started. */
export interface ExportPlace {
  readonly list: string;
  readonly after: Position | null;
  /** Set if the list was started but none of its rows is written yet. */
  readonly isEmpty?: true;
}

/** Exports too large for one response, one per user, until their file is deleted. */
export const accountExports = sqliteTable('account_exports', {
  id: text().primaryKey(),
  userId: text('user_id').notNull(),
  /** The key of the file in R2. */
  key: text().notNull(),
  uploadId: text('upload_id').notNull(),
  /** Where the document continues; null once all of it is written. */
  place: text({ mode: 'json' }).$type<ExportPlace>(),
  /** R2's etag of each part that is written. */
  parts: text({ mode: 'json' }).$type<readonly string[]>().notNull().default([]),
  /** The step of the next message. */
  step: integer().notNull().default(0),
  heldUntil: integer('held_until').notNull().default(0),
  requestedAt: integer('requested_at').notNull(),
  readyAt: integer('ready_at'),
  /** When it is given up; once it is ready, when its file is deleted. */
  expiresAt: integer('expires_at').notNull(),
});

export type ExportRow = typeof accountExports.$inferSelect;
