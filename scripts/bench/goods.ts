/** Puts products on sale for the bench, by rows with ids that are the same in every database. */
const PRODUCTS = 5;
/** A buyer has at most two open checkouts of each product. */
export const CHECKOUTS_EACH = PRODUCTS * 2;
export const PRICE_MINOR = 1_900;

const productId = (n: number) => `01900000-0000-7000-8011-${String(n).padStart(12, '0')}`;
export const PRODUCT_IDS: readonly string[] = Array.from({ length: PRODUCTS }, (_, n) => productId(n));

/** The one variant of a product. */
export function variantIdOf(product: string): string {
  return product.replace('-8011-', '-8012-');
}

export async function putOnSale(database: D1Database, sellerId: string): Promise<void> {
  const product = database.prepare(`
    INSERT INTO products (id, seller_id, title, description, category, kind, price_minor, currency, status, image_keys,
      approved_at, created_at, updated_at)
    VALUES (?, ?, 'Shirt', 'Of the bench.', 'fashion', 'physical', ${PRICE_MINOR}, 'USD', 'active', '[]', 1, 1, 1)`);
  const variant = database.prepare(
    `INSERT INTO product_variants (id, product_id, position, options, stock) VALUES (?, ?, 0, '{}', 1000000)`,
  );
  await database.batch(PRODUCT_IDS.flatMap((id) => [product.bind(id, sellerId), variant.bind(variantIdOf(id), id)]));
}
