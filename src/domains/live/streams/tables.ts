import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import type { ReactionKind, StreamStatus } from '@/contracts/room';

export const VISIBILITIES = ['public', 'followers', 'subscribers', 'private'] as const;
export type Visibility = (typeof VISIBILITIES)[number];

export const streams = sqliteTable('streams', {
  id: text().primaryKey(),
  channelId: text('channel_id').notNull(),
  creatorId: text('creator_id').notNull(),
  title: text().notNull(),
  description: text().notNull().default(''),
  category: text(),
  thumbnailUrl: text('thumbnail_url'),
  visibility: text().$type<Visibility>().notNull().default('public'),
  showViewers: integer('show_viewers', { mode: 'boolean' }).notNull().default(true),
  status: text().$type<StreamStatus>().notNull(),
  scheduledFor: integer('scheduled_for'),
  prepared: integer({ mode: 'boolean' }).notNull().default(false),
  startedAt: integer('started_at'),
  endedAt: integer('ended_at'),
  ingressId: text('ingress_id'),
  ingressLostAt: integer('ingress_lost_at'),
  mediaRoom: text('media_room'),
  publishedAt: integer('published_at'),
  peakViewers: integer('peak_viewers').notNull().default(0),
  rankingPeak: integer('ranking_peak'),
  recordingUrl: text('recording_url'),
  createdAt: integer('created_at').notNull(),
  updatedAt: integer('updated_at').notNull(),
});

export const streamLive = sqliteTable('stream_live', {
  streamId: text('stream_id').primaryKey(),
  viewerCount: integer('viewer_count').notNull().default(0),
  rankingCount: integer('ranking_count'),
  updatedAt: integer('updated_at').notNull(),
});

export const streamAnalytics = sqliteTable('stream_analytics', {
  streamId: text('stream_id').primaryKey(),
  uniqueViewers: integer('unique_viewers').notNull(),
  peakViewers: integer('peak_viewers').notNull(),
  rankingPeak: integer('ranking_peak'),
  watchSeconds: integer('watch_seconds').notNull(),
  rewardedSeconds: integer('rewarded_seconds'),
  messages: integer().notNull(),
  reactions: text({ mode: 'json' }).$type<Partial<Record<ReactionKind, number>>>().notNull(),
  viewerCurve: text('viewer_curve', { mode: 'json' }).$type<(readonly [number, number])[]>().notNull(),
  createdAt: integer('created_at').notNull(),
});

/** Whose words or name a room has, so that they are found when the account ends. */
export const roomTraces = sqliteTable(
  'room_traces',
  {
    userId: text('user_id').notNull(),
    roomId: text('room_id').notNull(),
  },
  (table) => [primaryKey({ columns: [table.userId, table.roomId] })],
);

/** What users watched lately; it says nothing of single streams, and is shown to nobody. */
export const watchedCategories = sqliteTable(
  'watched_categories',
  {
    userId: text('user_id').notNull(),
    category: text().notNull(),
    seenAt: integer('seen_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.userId, table.category] })],
);

export type StreamRow = typeof streams.$inferSelect;
