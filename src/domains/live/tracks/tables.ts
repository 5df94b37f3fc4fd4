/** A DJ's tracks, and the set lists of streams. */
import { integer, real, sqliteTable, text } from 'drizzle-orm/sqlite-core';

export const TRACK_STATUSES = ['uploading', 'scanning', 'ready', 'rejected'] as const;
export type TrackStatus = (typeof TRACK_STATUSES)[number];

/** Why a track was rejected. */
export const REJECTION_REASONS = [
  'duplicate',
  'mislabelled',
  'damaged',
  'truncated',
  'no-duration',
  'tags-too-large',
  'infected',
  'too-large-to-scan',
  'claimed',
] as const;
export type RejectionReason = (typeof REJECTION_REASONS)[number];

/** `none`: no scanner is configured. `too-large`: the scanner refuses files of this size. */
export const SCAN_VERDICTS = ['clean', 'infected', 'too-large', 'none'] as const;
export type ScanVerdict = (typeof SCAN_VERDICTS)[number];

/** What a DJ may set, and the file's tags fill if they have not. */
export const EDITABLE = ['title', 'artist', 'album', 'genre', 'bpm', 'musicKey', 'cover'] as const;
export type Editable = (typeof EDITABLE)[number];

/** What the file says about its sound. Every field is bounded where it is read. */
export interface TrackMetadata {
  readonly container: string | null;
  readonly codec: string | null;
  readonly lossless: boolean | null;
  /** Bits per second. */
  readonly bitrate: number | null;
  /** Hertz. */
  readonly sampleRate: number | null;
  readonly channels: number | null;
  readonly year: number | null;
  readonly trackNumber: number | null;
}

export const tracks = sqliteTable('tracks', {
  id: text().primaryKey(),
  djId: text('dj_id').notNull(),
  /** Null: the track was rejected, and its file was deleted. */
  key: text(),
  contentType: text('content_type').notNull(),
  bytes: integer().notNull(),
  sha256: text(),
  title: text().notNull(),
  artist: text(),
  album: text(),
  genre: text(),
  /** The genre, folded. */
  genreKey: text('genre_key'),
  bpm: real(),
  musicKey: text('music_key'),
  durationMs: integer('duration_ms'),
  coverKey: text('cover_key'),
  edited: text({ mode: 'json' }).$type<readonly Editable[]>().notNull().default([]),
  metadata: text({ mode: 'json' }).$type<TrackMetadata>(),
  status: text().$type<TrackStatus>().notNull(),
  reason: text().$type<RejectionReason>(),
  /** The DJ's track with the same file. */
  duplicateOf: text('duplicate_of'),
  scan: text().$type<ScanVerdict>(),
  scannedAt: integer('scanned_at'),
  /** When its processing was last queued. */
  queuedAt: integer('queued_at').notNull(),
  plays: integer().notNull().default(0),
  /** Nobody hears it: because of reports, or until `keptUntil` because staff removed it. */
  mutedAt: integer('muted_at'),
  /** Removed by staff: until when (ms) an appeal may bring it back. */
  keptUntil: integer('kept_until'),
  /** Its DJ deleted it while it was muted: the row and its hash stay until the case ends. */
  deletedAt: integer('deleted_at'),
  createdAt: integer('created_at').notNull(),
  updatedAt: integer('updated_at').notNull(),
});

export const setList = sqliteTable('set_list', {
  id: text().primaryKey(),
  streamId: text('stream_id').notNull(),
  /** From 1. */
  position: integer().notNull(),
  /** Null: its title was typed, or the track was deleted. */
  trackId: text('track_id'),
  title: text().notNull(),
  artist: text(),
  startedAt: integer('started_at').notNull(),
  /** Null while it plays. */
  endedAt: integer('ended_at'),
  /** Only the DJ and staff see it. */
  hidden: integer({ mode: 'boolean' }).notNull(),
  /** Staff hid it, as `hidden`. Only staff show it again. */
  withheld: integer({ mode: 'boolean' }).notNull().default(false),
  /** When what the room shows of it last changed. It only rises within a stream. */
  changedAt: integer('changed_at').notNull(),
});

export type TrackRow = typeof tracks.$inferSelect;
export type SetListRow = typeof setList.$inferSelect;
