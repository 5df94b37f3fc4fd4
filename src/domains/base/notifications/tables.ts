/** Users' notifications and which of them are read, the rooms they entered last, and the browsers that get pushes. */
import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import type { NotificationKind } from '@/contracts/notification-kinds';

type Data = Readonly<Record<string, unknown>>;

/** `members`: followers and subscribers of the creator. */
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
  /** When it was last announced: a grouped row moves up with each new actor. */
  createdAt: integer('created_at').notNull(),
  groupKey: text('group_key'),
  actorCount: integer('actor_count').notNull().default(0),
  lastActors: text('last_actors', { mode: 'json' }).$type<readonly string[]>().notNull().default([]),
  wokenBy: text('woken_by'),
  /** Ids from the outermost to the innermost: `post`, `post/comment`, `post/comment/reply`. */
  about: text(),
  /**
   * 0: its kind was turned off in the app, so no list shows it. A group may have one row of each. An integer, because
   * indexes and exports use it.
   */
  inApp: integer('in_app').notNull().default(1),
  /** 1: its text is made of kind and data when it is read. 0: it is `title` and `body`, as an older version wrote them. */
  textMade: integer('text_made').notNull().default(0),
});

export const notificationActors = sqliteTable(
  'notification_actors',
  {
    notificationId: text('notification_id').notNull(),
    actorId: text('actor_id').notNull(),
    /** The user who gets the notification. */
    userId: text('user_id').notNull().default(''),
    /** `withdrawn` is not counted. `back` is counted but not announced again; see `gather.ts`. */
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

/** When each creator's members, or only the subscribers, were last notified that the creator is live. */
export const announcements = sqliteTable(
  'announcements',
  {
    creatorId: text('creator_id').notNull(),
    audience: text().$type<BroadcastAudience>().notNull(),
    announcedAt: integer('announced_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.creatorId, table.audience] })],
);

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

/** The events that a user was mailed or pushed about. A trigger deletes those over an hour older than the newest. */
export const notifiedOutside = sqliteTable(
  'told_outside',
  {
    userId: text('user_id').notNull(),
    eventId: text('event_id').notNull(),
    notifiedAt: integer('told_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.userId, table.eventId] })],
);

/** When a member of staff was last mailed what waits for them. */
export const staffDigests = sqliteTable('staff_digests', {
  userId: text('user_id').primaryKey(),
  sentAt: integer('sent_at').notNull(),
});

export const pushSubscriptions = sqliteTable('push_subscriptions', {
  id: text().primaryKey(),
  endpoint: text().notNull(),
  userId: text('user_id').notNull(),
  /** The session that subscribed the browser. No push is sent once it has ended. */
  sessionId: text('session_id'),
  p256dh: text().notNull(),
  auth: text().notNull(),
  createdAt: integer('created_at').notNull(),
  lastOkAt: integer('last_ok_at'),
});

export type BroadcastRow = typeof broadcasts.$inferSelect;
