import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/**
 * The numbers of receipts. Triggers of the database issue one in the batch that makes a purchase, a cash-out or an order
 * paid, without gaps by kind and year, and refuse to change it.
 */
export const receipts = sqliteTable(
  'receipts',
  {
    kind: text().$type<'purchase' | 'payout' | 'order'>().notNull(),
    refId: text('ref_id').notNull(),
    /** In UTC. */
    year: integer().notNull(),
    number: integer().notNull(),
    issuedAt: integer('issued_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.kind, table.refId] })],
);

export type ReceiptRow = typeof receipts.$inferSelect;
