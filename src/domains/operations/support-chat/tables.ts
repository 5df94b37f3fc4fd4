/** Chats of users with support: one thread a user. Triggers keep the thread in step with its messages. */
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';

export const supportThreads = sqliteTable('support_threads', {
  id: text().primaryKey(),
  userId: text('user_id').notNull(),
  /** The first member of staff who answered. */
  assigneeId: text('assignee_id'),
  /** Also the number of the last message. */
  messageCount: integer('message_count').notNull().default(0),
  lastMessageAt: integer('last_message_at').notNull(),
  /** Null: the last message is an answer. */
  waitingSince: integer('waiting_since'),
  /** The message that the thread waits for, or last waited for, an answer to. */
  waitingId: text('waiting_id'),
  createdAt: integer('created_at').notNull(),
});

export const supportMessages = sqliteTable('support_messages', {
  id: text().primaryKey(),
  threadId: text('thread_id').notNull(),
  /** 1, 2, 3 … within the thread: the `seq` of its event. */
  number: integer().notNull(),
  authorId: text('author_id').notNull(),
  fromStaff: integer('from_staff', { mode: 'boolean' }).notNull(),
  text: text().notNull(),
  clientId: text('client_id').notNull(),
  at: integer().notNull(),
  /** When the other side read it. */
  readAt: integer('read_at'),
});
