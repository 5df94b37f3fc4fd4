import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/** The values that a list goes on behind. */
export type Position = readonly (string | number | null)[];

/** In this list, behind this row of it. Behind none: the list has not been begun. */
export interface ExportPlace {
  readonly list: string;
  readonly after: Position | null;
  /** Of one that has been begun: no row of it is written yet. */
  readonly isEmpty?: true;
}

/** Exports too large for a request, from the request until their file goes: one a user. */
export const accountExports = sqliteTable('account_exports', {
  id: text().primaryKey(),
  userId: text('user_id').notNull(),
  /** Of the file in R2. */
  key: text().notNull(),
  uploadId: text('upload_id').notNull(),
  /** Where the document goes on; null: all of it is written. */
  place: text({ mode: 'json' }).$type<ExportPlace>(),
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

export type ExportRow = typeof accountExports.$inferSelect;
