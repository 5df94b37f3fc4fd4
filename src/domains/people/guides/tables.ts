import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import type { GuideStatus } from '@/shared/actor';

/** At most one of a user's applications is not rejected. `users.guide_status` has the status of the newest. */
export const guideApplications = sqliteTable('guide_applications', {
  id: text().primaryKey(),
  userId: text('user_id').notNull(),
  /** An application that was approved is rejected when the approval is withdrawn. */
  status: text().$type<Exclude<GuideStatus, 'NONE'>>().notNull(),
  motivation: text().notNull(),
  /** BCP 47. */
  languages: text({ mode: 'json' }).$type<string[]>().notNull(),
  experience: text(),
  availability: text(),
  /** Why it was rejected, suspended or withdrawn. */
  reason: text(),
  submittedAt: integer('submitted_at').notNull(),
  /** When it was first approved. */
  approvedAt: integer('approved_at'),
  /** When the suspension ends by itself; null: it does not. */
  suspendedUntil: integer('suspended_until'),
  decidedAt: integer('decided_at'),
  decidedBy: text('decided_by'),
  /** The decision that the status follows from, unless it is an approval. */
  decisionId: text('decision_id'),
});

/** When a guide was approved: from (ms), and until a suspension or a withdrawal. */
export const guideTerms = sqliteTable(
  'guide_terms',
  {
    userId: text('user_id').notNull(),
    fromAt: integer('from_at').notNull(),
    /** Null: it lasts. */
    toAt: integer('to_at'),
  },
  (table) => [primaryKey({ columns: [table.userId, table.fromAt] })],
);

/** What a guide did on the stage of a room on one day (UTC). The room computes it, and writes absolute figures. */
export const guideWork = sqliteTable(
  'guide_work',
  {
    userId: text('user_id').notNull(),
    day: text().notNull(),
    roomId: text('room_id').notNull(),
    /** On the stage with at least two verified others present. */
    seconds: integer().notNull(),
    /** The verified others who were present in those seconds. */
    guests: integer().notNull(),
    /** On the stage with fewer others, and who was present only then. */
    aloneSeconds: integer('alone_seconds').notNull(),
    aloneGuests: integer('alone_guests').notNull(),
    /** On the stage while the approval was suspended or withdrawn. */
    unapprovedSeconds: integer('unapproved_seconds').notNull(),
    updatedAt: integer('updated_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.userId, table.day, table.roomId] })],
);

export type GuideApplicationRow = typeof guideApplications.$inferSelect;
