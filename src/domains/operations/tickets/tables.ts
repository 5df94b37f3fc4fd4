/** Support tickets, their replies and attachments, and the ready-made answers of staff. */
import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';

export const TICKET_CATEGORIES = ['technical', 'billing', 'account', 'safety', 'other'] as const;
export type TicketCategory = (typeof TICKET_CATEGORIES)[number];

/** From the lowest to the highest. */
export const TICKET_PRIORITIES = ['low', 'normal', 'high', 'urgent'] as const;
export type TicketPriority = (typeof TICKET_PRIORITIES)[number];

/** `open`: staff have to act. `pending`: the user has to. */
export const TICKET_STATUSES = ['open', 'pending', 'resolved', 'closed'] as const;
export type TicketStatus = (typeof TICKET_STATUSES)[number];

export const tickets = sqliteTable('tickets', {
  id: text().primaryKey(),
  /** Without prefix and hyphens (see `number.ts`). */
  number: text().notNull(),
  userId: text('user_id').notNull(),
  category: text().$type<TicketCategory>().notNull(),
  priority: text().$type<TicketPriority>().notNull(),
  subject: text().notNull(),
  description: text().notNull(),
  status: text().$type<TicketStatus>().notNull(),
  /** When it got its status. */
  statusAt: integer('status_at').notNull(),
  assigneeId: text('assignee_id'),
  respondBy: integer('respond_by').notNull(),
  resolveBy: integer('resolve_by').notNull(),
  /** When staff must act next; null while the user has to, and once it is resolved. */
  dueAt: integer('due_at'),
  firstRespondedAt: integer('first_responded_at'),
  resolvedAt: integer('resolved_at'),
  rating: integer(),
  mergedInto: text('merged_into'),
  /** The first ticket of a matter that came back long after it was closed. */
  continues: text(),
  createdAt: integer('created_at').notNull(),
  updatedAt: integer('updated_at').notNull(),
});

export const ticketReplies = sqliteTable('ticket_replies', {
  id: text().primaryKey(),
  ticketId: text('ticket_id').notNull(),
  authorId: text('author_id').notNull(),
  authorKind: text('author_kind').$type<'user' | 'staff'>().notNull(),
  text: text().notNull(),
  /** A note that only staff see. */
  internal: integer({ mode: 'boolean' }).notNull(),
  createdAt: integer('created_at').notNull(),
});

/** `none`: no scanner is configured. */
export const SCAN_STATES = ['none', 'waiting', 'clean', 'infected'] as const;
export type ScanState = (typeof SCAN_STATES)[number];

export const ticketAttachments = sqliteTable('ticket_attachments', {
  id: text().primaryKey(),
  ticketId: text('ticket_id').notNull(),
  /** Null: it came with the ticket itself. */
  replyId: text('reply_id'),
  uploaderId: text('uploader_id').notNull(),
  /** Null: the file was deleted. */
  key: text(),
  name: text().notNull(),
  contentType: text('content_type').notNull(),
  bytes: integer().notNull(),
  scan: text().$type<ScanState>().notNull(),
  createdAt: integer('created_at').notNull(),
});

export const cannedAnswers = sqliteTable('canned_answers', {
  id: text().primaryKey(),
  title: text().notNull(),
  text: text().notNull(),
  category: text().$type<TicketCategory>(),
  active: integer({ mode: 'boolean' }).notNull(),
  changedBy: text('changed_by').notNull(),
  createdAt: integer('created_at').notNull(),
  updatedAt: integer('updated_at').notNull(),
});

/** Which staff opened a ticket, and when last. */
export const ticketViewers = sqliteTable(
  'ticket_viewers',
  {
    ticketId: text('ticket_id').notNull(),
    staffId: text('staff_id').notNull(),
    seenAt: integer('seen_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.ticketId, table.staffId] })],
);

export type TicketRow = typeof tickets.$inferSelect;
export type ReplyRow = typeof ticketReplies.$inferSelect;
export type AttachmentRow = typeof ticketAttachments.$inferSelect;
export type CannedAnswerRow = typeof cannedAnswers.$inferSelect;
