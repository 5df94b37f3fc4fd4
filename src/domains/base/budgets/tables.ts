import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/**
 * What an account causes that costs money by the piece. `pictures` are those accepted, not the widths they are drawn
 * at; `brokenPictures` could not be drawn; `bytes` are the sizes of files.
 */
export const BUDGET_KINDS = ['pictures', 'brokenPictures', 'bytes', 'checkouts', 'mails'] as const;
export type BudgetKind = (typeof BUDGET_KINDS)[number];

export const dailyBudgets = sqliteTable(
  'daily_budgets',
  {
    userId: text('user_id').notNull(),
    kind: text().$type<BudgetKind>().notNull(),
    /** When the first of it was used (ms). The budget lasts a day from then on. */
    startedAt: integer('started_at').notNull(),
    used: integer().notNull(),
    /** The limit at the last use. The database refuses more. */
    allowed: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.userId, table.kind] })],
);
