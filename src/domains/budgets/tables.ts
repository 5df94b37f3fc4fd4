import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/**
 * What an account causes that costs money by the piece. Pictures that were accepted count, not the widths they are drawn
 * at; `brokenPictures` are those that could not be drawn; `bytes` are those of files.
 */
export const BUDGET_KINDS = ['pictures', 'brokenPictures', 'bytes', 'checkouts', 'mails'] as const;
export type BudgetKind = (typeof BUDGET_KINDS)[number];

export const dailyBudgets = sqliteTable(
  'daily_budgets',
  {
    userId: text('user_id').notNull(),
    kind: text().$type<BudgetKind>().notNull(),
    /** When the first of it was used: it lasts a day from then on. */
    startedAt: integer('started_at').notNull(),
    used: integer().notNull(),
    /** As of the last use. The database refuses what goes beyond it. */
    allowed: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.userId, table.kind] })],
);
