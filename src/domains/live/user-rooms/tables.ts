/** Rooms that users open, and who is who in them. A room has one host, who is always on the stage. */
import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import type { ScreeningControl } from '@/contracts/room-command';

/** Why a room closed: by its host, because nobody was in it, by staff, or because its host's account ended. */
export const CLOSE_REASONS = ['host', 'empty', 'staff', 'account'] as const;

export const userRooms = sqliteTable('user_rooms', {
  id: text().primaryKey(),
  creatorId: text('creator_id').notNull(),
  /** Who runs the room now: the creator, until the room is handed over. */
  hostId: text('host_id').notNull(),
  title: text().notNull(),
  topic: text(),
  /** Who wrote title and topic, and answers for them. */
  titledBy: text('titled_by').notNull(),
  language: text(),
  isPrivate: integer('is_private', { mode: 'boolean' }).notNull().default(false),
  maxMembers: integer('max_members').notNull(),
  stageLocked: integer('stage_locked', { mode: 'boolean' }).notNull().default(false),
  control: text().$type<ScreeningControl>().notNull().default('host'),
  waitForAll: integer('wait_for_all', { mode: 'boolean' }).notNull().default(false),
  status: text({ enum: ['open', 'closed'] })
    .notNull()
    .default('open'),
  closeReason: text('close_reason', { enum: CLOSE_REASONS }),
  /**
   * Hidden by reports, or removed by staff: only its host and staff see it, and whoever opened it, in `GET /rooms/mine`.
   */
  hiddenAt: integer('hidden_at'),
  /** Removed by staff: until when (ms) an appeal may bring it back. */
  keptUntil: integer('kept_until'),
  createdAt: integer('created_at').notNull(),
  updatedAt: integer('updated_at').notNull(),
  closedAt: integer('closed_at'),
});

/** The people that a private room lets in. */
export const roomMembers = sqliteTable(
  'room_members',
  {
    roomId: text('room_id').notNull(),
    userId: text('user_id').notNull(),
    addedBy: text('added_by').notNull(),
    createdAt: integer('created_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.roomId, table.userId] })],
);

/** They moderate. The one who has been co-host the longest takes over when the host is gone. */
export const roomCoHosts = sqliteTable(
  'room_co_hosts',
  {
    roomId: text('room_id').notNull(),
    userId: text('user_id').notNull(),
    createdAt: integer('created_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.roomId, table.userId] })],
);

/** The stage, without the host. */
export const roomSpeakers = sqliteTable(
  'room_speakers',
  {
    roomId: text('room_id').notNull(),
    userId: text('user_id').notNull(),
    muted: integer({ mode: 'boolean' }).notNull().default(false),
    since: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.roomId, table.userId] })],
);

/** The first of two consents: a raised hand, or an invitation. */
export const stageRequests = sqliteTable(
  'stage_requests',
  {
    roomId: text('room_id').notNull(),
    userId: text('user_id').notNull(),
    kind: text({ enum: ['hand', 'invite'] }).notNull(),
    byId: text('by_id').notNull(),
    createdAt: integer('created_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.roomId, table.userId] })],
);

/** Who was on the stage and when, the host included. An open turn has no end. */
export const stageTurns = sqliteTable(
  'stage_turns',
  {
    roomId: text('room_id').notNull(),
    userId: text('user_id').notNull(),
    startedAt: integer('started_at').notNull(),
    endedAt: integer('ended_at'),
  },
  (table) => [primaryKey({ columns: [table.roomId, table.userId, table.startedAt] })],
);

export type UserRoomRow = typeof userRooms.$inferSelect;
