/**
 * Reads products together with their variants in one statement, and turns them into wire products. A seller's own
 * fields, such as the reason for a refusal, are added elsewhere.
 */
import { inArray, sql } from 'drizzle-orm';
import type { Config } from '@/contracts/config';
import type { Context } from '@/contracts/context';
import type { Product } from '@/contracts/product';
import { mediaUrl } from '@/domains/base/media/keys';
import { toIso } from '@/shared/time';
import { type ProductRow, products, productVariants, type VariantRow } from './tables';

/** A row of `productColumns`. */
export interface ProductWithVariants {
  readonly product: ProductRow;
  /** JSON, read by `variantsOf`. */
  readonly variants: string;
}

/**
 * For a SELECT that has `products` without an alias. NOTE: D1 returns the rows of a batch as objects, so in a batch such a
 * SELECT must have no other column with a name of `products`.
 */
export const productColumns = {
  product: products,
  variants: sql<string>`(SELECT json_group_array(json_object('id', id, 'productId', product_id, 'position', position,
      'options', json(options), 'priceMinor', price_minor, 'stock', stock, 'held', held, 'offered', offered, 'sold', sold,
      'retiredAt', retired_at))
    FROM (SELECT * FROM ${productVariants} WHERE product_variants.product_id = products.id AND retired_at IS NULL
      ORDER BY position, id))`.as('variants'),
};

/** The products with these ids, in no order, whatever their status. One statement, for a batch too. */
export function productsByIds(ctx: Pick<Context, 'db'>, ids: readonly string[]) {
  const listed = sql`(SELECT value FROM json_each(${JSON.stringify(ids)}))`;
  return ctx.db.select(productColumns).from(products).where(inArray(products.id, listed));
}

/** The variants of a row that `productColumns` selected: in their order, and without those that were removed. */
export function variantsOf({ variants }: Pick<ProductWithVariants, 'variants'>): VariantRow[] {
  return JSON.parse(variants) as VariantRow[]; // written by productColumns
}

/** What the variants have in stock together; null: one of them is unlimited. */
export function stockOf(variants: readonly Pick<VariantRow, 'stock'>[]): number | null {
  return variants.reduce<number | null>((sum, { stock }) => (sum === null || stock === null ? null : sum + stock), 0);
}

/** A product without options has one variant, which has none. */
export function hasOptions(variants: readonly Pick<VariantRow, 'options'>[]): boolean {
  return variants.some(({ options }) => Object.keys(options).length > 0);
}

/** The price of one piece, apart from any live price. */
export function priceOf(product: Pick<ProductRow, 'priceMinor'>, variant: Pick<VariantRow, 'priceMinor'>): number {
  return variant.priceMinor ?? product.priceMinor;
}

/** @param variants as `variantsOf` returns them */
export function presentProduct(config: Config, product: ProductRow, variants: readonly VariantRow[]): Product {
  const { id, sellerId, title, description, priceMinor, currency, category, kind, status } = product;
  return {
    ...{ id, sellerId, title, description, priceMinor, currency },
    stock: stockOf(variants),
    images: product.imageKeys.map((key) => mediaUrl(config, key)),
    ...{ category, kind },
    variants: hasOptions(variants) ? variants.map(presentVariant) : [],
    status,
    ...(kind === 'physical' ? { shipping: presentShipping(product) } : {}),
    ...(product.availableAt === null ? {} : { availableAt: toIso(product.availableAt) }),
    ...(product.perBuyerMax === null ? {} : { perBuyerMax: product.perBuyerMax }),
    createdAt: toIso(product.createdAt),
  };
}

function presentVariant({ id, options, priceMinor, stock }: VariantRow): Product['variants'][number] {
  return { id, options: { ...options }, ...(priceMinor === null ? {} : { priceMinor }), stock };
}

function presentShipping({ weightGrams, shipsTo, shippingMinor }: ProductRow): NonNullable<Product['shipping']> {
  return { weightGrams, shipsTo: shipsTo && [...shipsTo], priceMinor: shippingMinor };
}
