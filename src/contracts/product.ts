/** Products as clients see them, over HTTP and in a room's frames. */
import { z } from '@hono/zod-openapi';

export const PRODUCT_KINDS = ['physical', 'digital'] as const;
export type ProductKind = (typeof PRODUCT_KINDS)[number];

/** `review`: staff must approve it before it is on sale. */
export const PRODUCT_STATUSES = ['draft', 'review', 'active', 'archived'] as const;
export type ProductStatus = (typeof PRODUCT_STATUSES)[number];

/** Staff review every product of a category that is `reviewed`. */
export const PRODUCT_CATEGORIES = {
  fashion: { reviewed: false },
  beauty: { reviewed: false },
  accessories: { reviewed: false },
  home: { reviewed: false },
  electronics: { reviewed: false },
  art: { reviewed: false },
  collectibles: { reviewed: false },
  books: { reviewed: false },
  music: { reviewed: false },
  games: { reviewed: false },
  toys: { reviewed: false },
  sports: { reviewed: false },
  food: { reviewed: true },
  health: { reviewed: true },
  alcohol: { reviewed: true },
  tobacco: { reviewed: true },
  knives: { reviewed: true },
  adult: { reviewed: true },
  services: { reviewed: false },
  other: { reviewed: false },
} as const;
export type ProductCategory = keyof typeof PRODUCT_CATEGORIES;
export const PRODUCT_CATEGORY_NAMES = Object.keys(PRODUCT_CATEGORIES) as [ProductCategory, ...ProductCategory[]]; // by its type

const minor = z.int().describe('In minor units of `currency`.');
const stock = z.int().nullable().describe('Pieces that can be bought now; null: unlimited.');

export const ProductVariant = z
  .object({
    id: z.uuid(),
    options: z.record(z.string(), z.string()).describe('Such as `size` and `colour`.'),
    priceMinor: minor.optional().describe("Instead of the product's price."),
    stock,
  })
  .openapi('ProductVariant');

export const Product = z
  .object({
    id: z.uuid(),
    sellerId: z.uuid(),
    title: z.string(),
    description: z.string(),
    priceMinor: minor,
    currency: z.string().describe('ISO 4217.'),
    stock: stock.describe('Pieces that can be bought now, of all variants; null: unlimited.'),
    images: z.array(z.string()).describe('URLs; the first is the cover.'),
    category: z.enum(PRODUCT_CATEGORY_NAMES),
    kind: z.enum(PRODUCT_KINDS),
    variants: z.array(ProductVariant).describe('Empty if it has no options.'),
    status: z.enum(PRODUCT_STATUSES),
    shipping: z
      .object({ weightGrams: z.int().nullable(), shipsTo: z.array(z.string()).nullable(), priceMinor: minor })
      .optional()
      .describe('Of a physical product. `shipsTo`: countries; null: anywhere.'),
    availableAt: z.iso.datetime().optional().describe('It can be bought from then on.'),
    perBuyerMax: z.int().optional().describe('Pieces that one buyer can buy in one stream.'),
    createdAt: z.iso.datetime(),
  })
  .openapi('Product');
export type Product = z.input<typeof Product>;

export const SessionProduct = z
  .object({
    product: Product,
    position: z.int().describe('Smaller ones come first.'),
    livePriceMinor: minor.optional().describe('The price in the stream, instead of any other, until it ends.'),
    sold: z.int().describe('Pieces that were ever sold.'),
    clicks: z.int().optional().describe("Once per viewer and minute. Only for the stream's creator and staff."),
  })
  .openapi('SessionProduct');
export type SessionProduct = z.input<typeof SessionProduct>;

/** What a room shows now. */
export const Showcase = z
  .object({
    product: Product,
    livePriceMinor: minor.optional().describe('Instead of its price, until the stream ends.'),
    stock,
    held: z.int().describe('Pieces in open checkouts.'),
    sold: z.int(),
    since: z.iso.datetime(),
  })
  .openapi('Showcase');
export type Showcase = z.input<typeof Showcase>;
