import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/** The products of a stream. */
export const sessionProducts = sqliteTable(
  'session_products',
  {
    streamId: text('stream_id').notNull(),
    productId: text('product_id').notNull(),
    position: integer().notNull(),
    /** A price that ends with the stream. */
    livePriceMinor: integer('live_price_minor'),
    /** When (ms) it was put into the showcase; at most one of a stream is there. */
    showcasedAt: integer('showcased_at'),
    createdAt: integer('created_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.streamId, table.productId] })],
);

export type SessionProductRow = typeof sessionProducts.$inferSelect;
