/**
 * Tables of products, their variants and the people who wait for one. Every product has at least one variant, which has
 * the stock. The generated column `audience` of products is only used in SQL (see migration 0081).
 */
import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import type { ProductCategory, ProductKind, ProductStatus } from '@/contracts/product';

export const products = sqliteTable('products', {
  id: text().primaryKey(),
  sellerId: text('seller_id').notNull(),
  title: text().notNull(),
  description: text().notNull(),
  category: text().$type<ProductCategory>().notNull(),
  kind: text().$type<ProductKind>().notNull(),
  priceMinor: integer('price_minor').notNull(),
  currency: text().notNull(),
  status: text().$type<ProductStatus>().notNull(),
  /** The first is the cover. */
  imageKeys: text('image_keys', { mode: 'json' }).$type<readonly string[]>().notNull(),
  /** What the buyer of a digital product downloads, and what its seller calls it. */
  fileKey: text('file_key'),
  fileName: text('file_name'),
  weightGrams: integer('weight_grams'),
  /** Countries; null: anywhere. */
  shipsTo: text('ships_to', { mode: 'json' }).$type<readonly string[]>(),
  shippingMinor: integer('shipping_minor').notNull().default(0),
  /** A drop: it cannot be bought before this time (ms). */
  availableAt: integer('available_at'),
  /** Pieces that one buyer can buy in one stream. */
  perBuyerMax: integer('per_buyer_max'),
  /** When staff last approved it. */
  approvedAt: integer('approved_at'),
  /** Why staff last refused it. */
  reviewReason: text('review_reason'),
  /** When it began to wait for review. */
  submittedAt: integer('submitted_at'),
  /** While staff look at a report: only its seller and staff see it. */
  hiddenAt: integer('hidden_at'),
  /** Removed by staff, and kept that long (ms), since an appeal may bring it back. */
  keptUntil: integer('kept_until'),
  createdAt: integer('created_at').notNull(),
  updatedAt: integer('updated_at').notNull(),
});

export const productVariants = sqliteTable('product_variants', {
  id: text().primaryKey(),
  productId: text('product_id').notNull(),
  position: integer().notNull(),
  /** For example size and colour. The one variant of a product without options has none. */
  options: text({ mode: 'json' }).$type<Readonly<Record<string, string>>>().notNull(),
  /** Null: the product's price. */
  priceMinor: integer('price_minor'),
  /** Pieces that can be bought now; null: unlimited. */
  stock: integer(),
  /** Pieces in open checkouts. */
  held: integer().notNull().default(0),
  /** Pieces that are offered to people on the waiting list. */
  offered: integer().notNull().default(0),
  sold: integer().notNull().default(0),
  /** When its seller removed it. Orders still name it. */
  retiredAt: integer('retired_at'),
});

export const productWaits = sqliteTable(
  'product_waits',
  {
    variantId: text('variant_id').notNull(),
    userId: text('user_id').notNull(),
    /** A v7 id: first come, first served. */
    id: text().notNull(),
    createdAt: integer('created_at').notNull(),
    /** Until when (ms) a piece is kept for the user; null: it is not their turn. */
    offeredUntil: integer('offered_until'),
    notified: integer({ mode: 'boolean' }).notNull().default(false),
  },
  (table) => [primaryKey({ columns: [table.variantId, table.userId] })],
);

export type ProductRow = typeof products.$inferSelect;
export type VariantRow = typeof productVariants.$inferSelect;
