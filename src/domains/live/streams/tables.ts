/** Streams: one row per broadcast, from plan to end. */
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import type { RoomStatus, Visibility } from '@/contracts/room-command';

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
  status: text().$type<RoomStatus>().notNull(),
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
  /** Hidden by reports, or removed by staff: only its creator and staff see it. */
  hiddenAt: integer('hidden_at'),
  /** Removed by staff: until when (ms) an appeal may bring it back. */
  keptUntil: integer('kept_until'),
  createdAt: integer('created_at').notNull(),
  updatedAt: integer('updated_at').notNull(),
});

export type StreamRow = typeof streams.$inferSelect;
