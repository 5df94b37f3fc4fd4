import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import type { FileKind, LargeFileKind, LargeFileType } from '@/contracts/file-kinds';

/**
 * Readers get `free` at `typeAt`, and zeros from `contentAt` to `end`. Positions are bytes from the file's beginning.
 */
export type Blank = readonly [typeAt: number, contentAt: number, end: number];

/** Every file in R2 that belongs to a user. An image is one row, including its variants. */
export const mediaFiles = sqliteTable('media_files', {
  key: text().primaryKey(),
  ownerId: text('owner_id').notNull(),
  kind: text().$type<FileKind>().notNull(),
  contentType: text('content_type').notNull(),
  bytes: integer().notNull(),
  private: integer({ mode: 'boolean' }).notNull(),
  /** For videos: the parts that are not shown. Null if never inspected, as before this column existed. */
  blanks: text({ mode: 'json' }).$type<readonly Blank[]>(),
  createdAt: integer('created_at').notNull(),
  /** Deleted by its owner, but held as evidence: only a signed link opens it. The database sets it (migration 0063). */
  droppedAt: integer('dropped_at'),
  /** When the last hold of a dropped file ended. A sweep deletes it. The database sets it (migration 0070). */
  releasedAt: integer('released_at'),
});

/** Files held as evidence of a report, which `holderId` names. A held file cannot be deleted. */
export const mediaHolds = sqliteTable(
  'media_holds',
  {
    holderId: text('holder_id').notNull(),
    key: text().notNull(),
  },
  (table) => [primaryKey({ columns: [table.holderId, table.key] })],
);

/** Announced large files, until they are claimed or expire. */
export const mediaUploads = sqliteTable('media_uploads', {
  id: text().primaryKey(),
  ownerId: text('owner_id').notNull(),
  key: text().notNull(),
  kind: text().$type<LargeFileKind>().notNull(),
  contentType: text('content_type').$type<LargeFileType>().notNull(),
  bytes: integer().notNull(),
  expiresAt: integer('expires_at').notNull(),
  completedAt: integer('completed_at'),
  /** R2's id of a multipart upload. All parts have `partBytes`, except for the last. */
  uploadId: text('upload_id'),
  partBytes: integer('part_bytes'),
  /** What its sender calls the file. */
  name: text(),
});

/** The smaller sizes of an image, which are drawn again from the image at its key when they are missing. */
export const mediaVariants = sqliteTable(
  'media_variants',
  {
    key: text().notNull(),
    width: integer().notNull(),
    ownerId: text('owner_id').notNull(),
    bytes: integer().notNull(),
    /** When somebody last began to draw it. */
    drawnAt: integer('drawn_at').notNull(),
    /** Its owner cleared it: the object is about to be deleted. */
    clearedAt: integer('cleared_at'),
  },
  (table) => [primaryKey({ columns: [table.key, table.width] })],
);

/** How often a user cleared the cache within a day. */
export const cacheClears = sqliteTable('cache_clears', {
  userId: text('user_id').primaryKey(),
  startedAt: integer('started_at').notNull(),
  used: integer().notNull(),
});

/** A single row: how far the search for orphans has come in the bucket. */
export const mediaSweep = sqliteTable('media_sweep', {
  id: integer().primaryKey(),
  afterName: text('after_name').notNull(),
});

export type FileRow = typeof mediaFiles.$inferSelect;

export type UploadRow = typeof mediaUploads.$inferSelect;
