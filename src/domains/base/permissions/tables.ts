import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import type { Permission, Rank } from '@/shared/actor';

export const staff = sqliteTable('staff', {
  userId: text('user_id').primaryKey(),
  rank: text().$type<Rank>().notNull(),
  granted: text({ mode: 'json' }).$type<Permission[]>().notNull().default([]),
  denied: text({ mode: 'json' }).$type<Permission[]>().notNull().default([]),
  country: text(),
  createdAt: integer('created_at').notNull(),
  updatedAt: integer('updated_at').notNull(),
});

/** Actions by staff, with the state before and after. Rows are only added, or blanked: see `forget.ts`. */
export const staffLog = sqliteTable('staff_log', {
  id: text().primaryKey(),
  staffId: text('staff_id').notNull(),
  action: text().notNull(),
  targetType: text('target_type').notNull(),
  targetId: text('target_id').notNull(),
  before: text({ mode: 'json' }).$type<unknown>(),
  after: text({ mode: 'json' }).$type<unknown>(),
  reason: text(),
  subjectId: text('subject_id'),
  createdAt: integer('created_at').notNull(),
  outcome: text().$type<'done' | 'refused'>().notNull().default('done'),
  /** Why it was refused. */
  code: text(),
  /** Where the request came from. Both are blanked after 180 days. */
  ip: text(),
  userAgent: text('user_agent'),
  /** The country of the user whom the action is about, at that time. */
  country: text(),
});
