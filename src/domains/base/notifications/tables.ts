/** What users are told, what of it they have read, and the browsers that it reaches. */
import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import type { NotificationKind } from '@/contracts/notification-kinds';

type Data = Readonly<Record<string, unknown>>;

/** `members` follow or subscribe to the creator. */
const BROADCAST_AUDIENCES = ['members', 'subscribers'] as const;
export type BroadcastAudience = (typeof BROADCAST_AUDIENCES)[number];

export const notifications = sqliteTable('notifications', {
  id: text().primaryKey(),
  userId: text('user_id').notNull(),
  kind: text().$type<NotificationKind>().notNull(),
  title: text().notNull(),
  body: text().notNull(),
  data: text({ mode: 'json' }).$type<Data>().notNull().default({}),
  readAt: integer('read_at'),
  /** When it was last told: of a gathered row, when somebody new came. */
  createdAt: integer('created_at').notNull(),
  groupKey: text('group_key'),
  actorCount: integer('actor_count').notNull().default(0),
  lastActors: text('last_actors', { mode: 'json' }).$type<readonly string[]>().notNull().default([]),
  wokenBy: text('woken_by'),
  /** Ids, from the outside in: `post`, `post/comment`, `post/comment/reply`. */
  about: text(),
  /** 0: told while its kind was off in the app, so it is in no list; what gathers has a row of either. An integer, since indexes and exports go by it. */
  inApp: integer('in_app').notNull().default(1),
});

export const notificationActors = sqliteTable(
  'notification_actors',
  {
    notificationId: text('notification_id').notNull(),
    actorId: text('actor_id').notNull(),
    /** Who is told. */
    userId: text('user_id').notNull().default(''),
    /** Not counted once withdrawn; who is back, or in the other row of what gathers, is no news. */
    state: text().$type<'new' | 'withdrawn' | 'back'>().notNull().default('new'),
  },
  (table) => [primaryKey({ columns: [table.notificationId, table.actorId] })],
);

export const broadcasts = sqliteTable('broadcasts', {
  id: text().primaryKey(),
  creatorId: text('creator_id').notNull(),
  kind: text().$type<NotificationKind>().notNull(),
  title: text().notNull(),
  body: text().notNull(),
  data: text({ mode: 'json' }).$type<Data>().notNull().default({}),
  createdAt: integer('created_at').notNull(),
  audience: text().$type<BroadcastAudience>().notNull().default('members'),
});

export const broadcastReads = sqliteTable(
  'broadcast_reads',
  {
    userId: text('user_id').notNull(),
    broadcastId: text('broadcast_id').notNull(),
    readAt: integer('read_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.userId, table.broadcastId] })],
);

export const notificationMarks = sqliteTable('notification_marks', {
  userId: text('user_id').primaryKey(),
  readThrough: integer('read_through').notNull(),
});

/** Which events a user was mailed or pushed of, within an hour until the last: the database lets go of what is older. */
export const toldOutside = sqliteTable(
  'told_outside',
  {
    userId: text('user_id').notNull(),
    eventId: text('event_id').notNull(),
    toldAt: integer('told_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.userId, table.eventId] })],
);

/** Of each user as many as they may have sockets: the database lets go of the oldest. */
export const lastRooms = sqliteTable(
  'last_rooms',
  {
    userId: text('user_id').notNull(),
    roomId: text('room_id').notNull(),
    enteredAt: integer('entered_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.userId, table.roomId] })],
);

export const pushSubscriptions = sqliteTable('push_subscriptions', {
  id: text().primaryKey(),
  endpoint: text().notNull(),
  userId: text('user_id').notNull(),
  /** That subscribed it: it is reached no longer than that stands. */
  sessionId: text('session_id'),
  p256dh: text().notNull(),
  auth: text().notNull(),
  createdAt: integer('created_at').notNull(),
  lastOkAt: integer('last_ok_at'),
});

export type BroadcastRow = typeof broadcasts.$inferSelect;
