import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
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

export type GuideApplicationRow = typeof guideApplications.$inferSelect;
