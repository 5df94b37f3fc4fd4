/** What a stream's room reads of its products and writes about them. */
import { sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { ProductClicks } from '@/contracts/room-figures';
import { isOnSale } from '@/domains/base/visibility/products';
import { products, productVariants } from '@/domains/money/products/tables';
import { sessionProductClicks, sessionProducts } from './tables';

type RoomDatabase = Pick<Context, 'db' | 'now'>;

interface Numbers {
  /** Pieces that can be bought now; null: unlimited. */
  readonly stock: number | null;
  /** Pieces in open checkouts. */
  readonly held: number;
  readonly sold: number;
}

export interface Stock extends Numbers {
  readonly productId: string;
  /** Empty if the product has no options. */
  readonly variants: readonly (Numbers & { readonly id: string })[];
}

interface VariantNumbers extends Numbers {
  readonly id: string;
  readonly productId: string;
  /** 0 for the one variant of a product without options. */
  readonly hasOptions: number;
  readonly isRetired: number;
}

/** The products of a stream that viewers can buy. */
export async function readOfferedIds({ db }: RoomDatabase, streamId: string): Promise<string[]> {
  const rows = await db.all<{ id: string }>(sql`
    SELECT offered.product_id AS id FROM ${sessionProducts} offered
    CROSS JOIN ${products} product ON product.id = offered.product_id
    WHERE offered.stream_id = ${streamId} AND ${isOnSale(sql`product`)}`);
  return rows.map(({ id }) => id);
}

/** One statement for all of these products. */
export async function readStock({ db }: RoomDatabase, productIds: readonly string[]): Promise<Stock[]> {
  const rows = await db.all<VariantNumbers>(sql`
    SELECT variant.id, variant.product_id AS productId, variant.stock, variant.held, variant.sold,
      variant.options <> '{}' AS hasOptions, variant.retired_at IS NOT NULL AS isRetired
    FROM json_each(${JSON.stringify(productIds)}) AS asked
    CROSS JOIN ${productVariants} variant ON variant.product_id = asked.value
    ORDER BY asked.key, variant.position, variant.id`);
  const byProduct = Map.groupBy(rows, ({ productId }) => productId);
  return [...byProduct].map(([productId, variants]) => ({ productId, ...sumUp(variants) }));
}

/** Pieces of a removed variant were sold all the same, but can no longer be bought. */
function sumUp(variants: readonly VariantNumbers[]): Omit<Stock, 'productId'> {
  const offered = variants.filter(({ isRetired }) => isRetired === 0);
  return {
    stock: offered.reduce<number | null>((sum, { stock }) => (sum === null || stock === null ? null : sum + stock), 0),
    held: variants.reduce((sum, { held }) => sum + held, 0),
    sold: variants.reduce((sum, { sold }) => sum + sold, 0),
    variants: offered.flatMap(({ id, stock, held, sold, hasOptions }) =>
      hasOptions === 1 ? [{ id, stock, held, sold }] : [],
    ),
  };
}

/** Keeps the first report of a room; later ones change nothing. */
export async function recordClicks({ db }: RoomDatabase, streamId: string, clicks: readonly ProductClicks[]) {
  if (clicks.length === 0) return;
  await db.run(sql`
    INSERT INTO ${sessionProductClicks} (stream_id, product_id, clicks, clickers)
    SELECT ${streamId}, value ->> 'productId', value ->> 'clicks', value ->> 'clickers'
    FROM json_each(${JSON.stringify(clicks)}) WHERE true
    ON CONFLICT DO NOTHING`);
}
