import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import type { FileKind, LargeFileKind, VideoType } from '@/contracts/file-kinds';

/** From `typeAt` on stands `free`, and nothing from `contentAt` to `end`: bytes from the file's beginning. */
export type Blank = readonly [typeAt: number, contentAt: number, end: number];

/** Every file in R2 that belongs to a user. A picture is one row, its variants included. */
export const mediaFiles = sqliteTable('media_files', {
  key: text().primaryKey(),
  ownerId: text('owner_id').notNull(),
  kind: text().$type<FileKind>().notNull(),
  contentType: text('content_type').notNull(),
  bytes: integer().notNull(),
  private: integer({ mode: 'boolean' }).notNull(),
  /** Of videos: what of them is not shown. Null where nobody has looked, as before there was this column. */
  blanks: text({ mode: 'json' }).$type<readonly Blank[]>(),
  createdAt: integer('created_at').notNull(),
});

/** Large files that were announced, until they are claimed or expire. */
export const mediaUploads = sqliteTable('media_uploads', {
  id: text().primaryKey(),
  ownerId: text('owner_id').notNull(),
  key: text().notNull(),
  kind: text().$type<LargeFileKind>().notNull(),
  contentType: text('content_type').$type<VideoType>().notNull(),
  bytes: integer().notNull(),
  expiresAt: integer('expires_at').notNull(),
  completedAt: integer('completed_at'),
  /** R2's, of what is sent in parts: all of `partBytes`, but for the last. */
  uploadId: text('upload_id'),
  partBytes: integer('part_bytes'),
});

/** One row: how far through the bucket the search for orphans is. */
export const mediaSweep = sqliteTable('media_sweep', {
  id: integer().primaryKey(),
  afterName: text('after_name').notNull(),
});

export type FileRow = typeof mediaFiles.$inferSelect;

export type UploadRow = typeof mediaUploads.$inferSelect;
