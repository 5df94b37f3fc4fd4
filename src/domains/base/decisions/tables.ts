/** Decisions of staff about users. */
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/** `lift` ends a ban early; `reject` and `withdraw` concern an application and its approval. */
export const DECISION_ACTIONS = ['warn', 'remove', 'timeout', 'ban', 'lift', 'reject', 'withdraw'] as const;
export type DecisionAction = (typeof DECISION_ACTIONS)[number];

/** What a decision can be about. */
export const TARGET_TYPES = [
  'user',
  'stream',
  'post',
  'comment',
  'message',
  'gift',
  'room',
  'track',
  'product',
  'creator-application',
  'guide-application',
] as const;
export type TargetType = (typeof TARGET_TYPES)[number];

/** The rules of the house. Reports and decisions name one of them. */
export const RULES = [
  'spam',
  'harassment',
  'hate',
  'sexual',
  'minor',
  'violence',
  'self_harm',
  'illegal_goods',
  'copyright',
  'impersonation',
  'fraud',
  'other',
] as const;
export type Rule = (typeof RULES)[number];

export const decisions = sqliteTable('decisions', {
  id: text().primaryKey(),
  subjectId: text('subject_id').notNull(),
  action: text().$type<DecisionAction>().notNull(),
  rule: text().$type<Rule>().notNull(),
  reason: text().notNull(),
  /** What was looked at, such as the removed text. */
  facts: text(),
  targetType: text('target_type').$type<TargetType>().notNull(),
  targetId: text('target_id').notNull(),
  /** The room of a message. */
  streamId: text('stream_id'),
  reportId: text('report_id'),
  staffId: text('staff_id').notNull(),
  /** When it ends by itself; null: never, or nothing to end. */
  until: integer(),
  createdAt: integer('created_at').notNull(),
  /** Null if there is nothing to appeal. */
  appealUntil: integer('appeal_until'),
  reversedAt: integer('reversed_at'),
  reversedBy: text('reversed_by'),
});

export type DecisionRow = typeof decisions.$inferSelect;
