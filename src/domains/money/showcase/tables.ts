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

/** When what a stream shows last changed (ms). Each change is later than the one before, so it orders them. */
export const sessionShowcases = sqliteTable('session_showcases', {
  streamId: text('stream_id').primaryKey(),
  changedAt: integer('changed_at').notNull(),
});

/** What a room counted of clicks, once its stream is over. */
export const sessionProductClicks = sqliteTable(
  'session_product_clicks',
  {
    streamId: text('stream_id').notNull(),
    productId: text('product_id').notNull(),
    clicks: integer().notNull(),
    /** Distinct viewers. */
    clickers: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.streamId, table.productId] })],
);

export type SessionProductRow = typeof sessionProducts.$inferSelect;
