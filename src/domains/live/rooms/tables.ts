/** The data of rooms in D1: their counts, and the users they concern. A room has its stream's id. */
import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import type { PollResult } from '@/contracts/poll';
import type { ReactionKind } from '@/contracts/room-figures';

/** Viewer counts of live rooms. Small and without an index, since it changes every few seconds. */
export const streamLive = sqliteTable('stream_live', {
  streamId: text('stream_id').primaryKey(),
  viewerCount: integer('viewer_count').notNull().default(0),
  rankingCount: integer('ranking_count'),
  updatedAt: integer('updated_at').notNull(),
});

/** A room's final figures, written once after its end. */
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

/** Verified users who listened to a stream for a minute or more, written once it is over. Kept for a year. */
export const streamListeners = sqliteTable(
  'stream_listeners',
  {
    userId: text('user_id').notNull(),
    creatorId: text('creator_id').notNull(),
    streamId: text('stream_id').notNull(),
    seconds: integer().notNull(),
    endedAt: integer('ended_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.userId, table.creatorId, table.streamId] })],
);

/** Users with a message that was shown in a stream of the creator, so their next one is not their first. */
export const channelWriters = sqliteTable(
  'channel_writers',
  {
    userId: text('user_id').notNull(),
    creatorId: text('creator_id').notNull(),
  },
  (table) => [primaryKey({ columns: [table.userId, table.creatorId] })],
);

/** Polls of streams with their results. Each is written by its room once it has ended. */
export const streamPolls = sqliteTable('stream_polls', {
  id: text().primaryKey(),
  streamId: text('stream_id').notNull(),
  createdBy: text('created_by').notNull(),
  question: text().notNull(),
  options: text({ mode: 'json' }).$type<PollResult['options']>().notNull(),
  startedAt: integer('started_at').notNull(),
  endsAt: integer('ends_at').notNull(),
  endedAt: integer('ended_at').notNull(),
});

/** Which users wrote in a room or are named there, so that their text can be erased when the account ends. */
export const roomTraces = sqliteTable(
  'room_traces',
  {
    userId: text('user_id').notNull(),
    roomId: text('room_id').notNull(),
  },
  (table) => [primaryKey({ columns: [table.userId, table.roomId] })],
);

/** Which categories a user recently watched. It names no stream, and nobody is shown it. */
export const watchedCategories = sqliteTable(
  'watched_categories',
  {
    userId: text('user_id').notNull(),
    category: text().notNull(),
    seenAt: integer('seen_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.userId, table.category] })],
);

/** A user's last rooms are remembered apart from their chats with support. A user's room counts as a stream's. */
export type RememberedKind = 'stream' | 'support';

/** As many rooms of each kind per user as they may have sockets in: triggers delete the oldest. */
export const lastRooms = sqliteTable(
  'last_rooms',
  {
    userId: text('user_id').notNull(),
    roomId: text('room_id').notNull(),
    enteredAt: integer('entered_at').notNull(),
    kind: text().$type<RememberedKind>().notNull().default('stream'),
  },
  (table) => [primaryKey({ columns: [table.userId, table.roomId] })],
);

/** Bans from a user's room. A ban ends every role there (trigger `room_bans_end_roles`). */
export const roomBans = sqliteTable(
  'room_bans',
  {
    roomId: text('room_id').notNull(),
    userId: text('user_id').notNull(),
    bannedBy: text('banned_by').notNull(),
    reason: text(),
    createdAt: integer('created_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.roomId, table.userId] })],
);

/** How many people, without the host, are in each open room of a user. */
export const userRoomLive = sqliteTable('user_room_live', {
  roomId: text('room_id').primaryKey(),
  viewerCount: integer('viewer_count').notNull().default(0),
  /** The count's number of binary digits, by which lists sort: it changes far less often. */
  crowd: integer().notNull().default(0),
  updatedAt: integer('updated_at').notNull(),
});
