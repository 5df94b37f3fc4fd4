import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/**
 * Operations that cost money each time. `pictures`: accepted images, not their re-encoded widths. `brokenPictures`:
 * images that could not be decoded. `bytes`: sizes of files. `support`: tickets and replies.
 */
export const BUDGET_KINDS = ['pictures', 'brokenPictures', 'bytes', 'checkouts', 'mails', 'support'] as const;
export type BudgetKind = (typeof BUDGET_KINDS)[number];

export const dailyBudgets = sqliteTable(
  'daily_budgets',
  {
    userId: text('user_id').notNull(),
    kind: text().$type<BudgetKind>().notNull(),
    /** When the budget was first used (ms). It lasts a day from then. */
    startedAt: integer('started_at').notNull(),
    used: integer().notNull(),
    /** The limit at the last use. The database rejects more. */
    allowed: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.userId, table.kind] })],
);
