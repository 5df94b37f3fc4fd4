/**
 * Reports: a case for each target, and the voices of those who reported it. Triggers count the voices. The generated
 * column `priority` is only used in SQL (migration 0063).
 */
import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import type { Rule, TargetType } from '@/domains/base/decisions/tables';

/** What can be reported. */
export const REPORT_TARGETS = [
  'user',
  'stream',
  'post',
  'comment',
  'message',
  'gift',
  'room',
  'track',
  'product',
] as const satisfies TargetType[];
export type ReportTarget = (typeof REPORT_TARGETS)[number];

export const REPORT_STATUSES = ['open', 'assigned', 'resolved'] as const;
export type ReportStatus = (typeof REPORT_STATUSES)[number];

export const REPORT_ACTIONS = ['dismiss', 'warn', 'remove', 'timeout', 'ban'] as const;
export type ReportAction = (typeof REPORT_ACTIONS)[number];

/** A message as it stood in the chat. */
export interface Neighbour {
  readonly id: string;
  readonly userId: string;
  readonly username: string;
  readonly displayName: string;
  readonly text: string;
  /** Milliseconds. */
  readonly at: number;
}

/** The target as it was when it was first reported. */
export interface Evidence {
  readonly text: string;
  /** The messages around a message, oldest first. */
  readonly neighbours: readonly Neighbour[];
  /** Keys of files, which are held. */
  readonly media: readonly string[];
  /** Milliseconds. */
  readonly takenAt: number;
  /** The account that it is about was deleted, and its names were taken out. */
  readonly nameless?: true;
}

export const reports = sqliteTable('reports', {
  id: text().primaryKey(),
  targetType: text('target_type').$type<ReportTarget>().notNull(),
  targetId: text('target_id').notNull(),
  /** The room of a message or gift. */
  streamId: text('stream_id'),
  /** The author of the target. */
  subjectId: text('subject_id').notNull(),
  /** The gravest category that was reported. */
  category: text().$type<Rule>().notNull(),
  /** The gravest voice's priority; the sums of the voices' weights and urgencies. See `weigh.ts`. */
  base: integer().notNull(),
  weight: integer().notNull().default(0),
  urgency: integer().notNull().default(0),
  count: integer().notNull().default(0),
  status: text().$type<ReportStatus>().notNull().default('open'),
  assigneeId: text('assignee_id'),
  /** As the target was at the first report. Null once nobody needs it. */
  evidence: text({ mode: 'json' }).$type<Evidence>(),
  evidenceUntil: integer('evidence_until'),
  /** Tells whether a later report is about the same content. */
  fingerprint: text().notNull(),
  /** When the reports hid the target. Null: they did not, or staff lifted it. */
  hiddenAt: integer('hidden_at'),
  action: text().$type<ReportAction>(),
  decisionId: text('decision_id'),
  /** For staff. */
  note: text(),
  resolvedBy: text('resolved_by'),
  resolvedAt: integer('resolved_at'),
  createdAt: integer('created_at').notNull(),
});

export const reportVoices = sqliteTable(
  'report_voices',
  {
    reportId: text('report_id').notNull(),
    reporterId: text('reporter_id').notNull(),
    category: text().$type<Rule>().notNull(),
    text: text(),
    base: integer().notNull(),
    weight: integer().notNull(),
    urgency: integer().notNull(),
    createdAt: integer('created_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.reportId, table.reporterId] })],
);

export type ReportRow = typeof reports.$inferSelect;
