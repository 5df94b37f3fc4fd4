/** Appeals against decisions, and the public figures of each month. */
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';

export const APPEAL_STATUSES = ['open', 'accepted', 'refused'] as const;
export type AppealStatus = (typeof APPEAL_STATUSES)[number];

/** A decision is appealed once. */
export const appeals = sqliteTable('appeals', {
  id: text().primaryKey(),
  decisionId: text('decision_id').notNull(),
  subjectId: text('subject_id').notNull(),
  text: text().notNull(),
  status: text().$type<AppealStatus>().notNull().default('open'),
  /** For the user. */
  answer: text(),
  createdAt: integer('created_at').notNull(),
  decidedAt: integer('decided_at'),
  /** Null although it was decided: the account ended first. */
  decidedBy: text('decided_by'),
});

/** Written once, after the month has ended. */
export const transparencyMonths = sqliteTable('transparency_months', {
  /** UTC: `2026-11`. */
  month: text().primaryKey(),
  reports: integer().notNull(),
  upheld: integer().notNull(),
  bans: integer().notNull(),
  appeals: integer().notNull(),
  reversed: integer().notNull(),
});

export type AppealRow = typeof appeals.$inferSelect;
