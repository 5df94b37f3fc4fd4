import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';

export const UNBAN_STATUSES = ['open', 'accepted', 'refused', 'closed'] as const;
/** `closed`: the ban was lifted without a decision about the request. */
export type UnbanStatus = (typeof UNBAN_STATUSES)[number];

/** A user has at most one open request to a place. */
export const unbanRequests = sqliteTable('unban_requests', {
  id: text().primaryKey(),
  /** The channel, or the room that a user opened. */
  placeId: text('place_id').notNull(),
  /** Where they asked. */
  roomId: text('room_id').notNull(),
  userId: text('user_id').notNull(),
  text: text().notNull(),
  status: text().$type<UnbanStatus>().notNull().default('open'),
  answer: text(),
  decidedBy: text('decided_by'),
  createdAt: integer('created_at').notNull(),
  decidedAt: integer('decided_at'),
});

export type UnbanRequestRow = typeof unbanRequests.$inferSelect;
