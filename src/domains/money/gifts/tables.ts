import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { lotColumns } from '@/ledger/tables';

/** The gift catalogue. */
export const gifts = sqliteTable('gifts', {
  id: text().primaryKey(),
  name: text().notNull(),
  /** An emoji or short text, or the URL of an image in the platform's own media. */
  icon: text().notNull(),
  animationUrl: text('animation_url'),
  coins: integer().notNull(),
  active: integer({ mode: 'boolean' }).notNull().default(true),
  createdAt: integer('created_at').notNull(),
  updatedAt: integer('updated_at').notNull(),
  /** Since when it is no longer sold. */
  retiredAt: integer('retired_at'),
});

/** Gifts and tips. Each writes five rows, with its indexes: sender's key, sender, recipient, lot. */
export const giftsSent = sqliteTable('gifts_sent', {
  id: text().primaryKey(),
  /** Null: a tip. */
  giftId: text('gift_id'),
  quantity: integer().notNull(),
  coins: integer().notNull(),
  diamonds: integer().notNull(),
  senderId: text('sender_id').notNull(),
  recipientId: text('recipient_id').notNull(),
  streamId: text('stream_id'),
  /** The user's room in which it was given to somebody on the stage. */
  roomId: text('room_id'),
  message: text(),
  /** Why the message was left out; shown only to the sender. */
  messageRefused: text('message_refused'),
  /** Hidden by reports, or removed by staff: only the sender still sees the message. */
  wordsHiddenAt: integer('words_hidden_at'),
  /** Removed by staff: until when (ms) an appeal may bring it back. */
  wordsKeptUntil: integer('words_kept_until'),
  economyVersion: integer('economy_version').notNull(),
  idempotencyKey: text('idempotency_key').notNull(),
  bodyHash: text('body_hash').notNull(),
  createdAt: integer('created_at').notNull(),
  ...lotColumns,
});

/** What a stream has earned, updated with each gift. */
export const streamEarnings = sqliteTable('stream_earnings', {
  streamId: text('stream_id').primaryKey(),
  diamonds: integer().notNull(),
  /** Gifts and tips; each counts once, whatever its quantity. */
  gifts: integer().notNull(),
});

/** What a user received in rooms on a day (UTC): while they were approved as a guide, and otherwise. */
export const roomGiftDays = sqliteTable(
  'room_gift_days',
  {
    userId: text('user_id').notNull(),
    day: text().notNull(),
    /** 1: while they were approved. */
    asGuide: integer('as_guide').notNull(),
    diamonds: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.userId, table.day, table.asGuide] })],
);

/** Without the lot, which the database chooses. */
export type GiftSentRow = Omit<typeof giftsSent.$inferSelect, keyof typeof lotColumns>;

export type GiftRow = typeof gifts.$inferSelect;
