/** Shops for tests: sellers whom staff have approved a product of, and products put straight into the database. */
import { sql } from 'drizzle-orm';
import { productsByIds, variantsOf } from '@/domains/money/products/present';
import { type ProductRow, products, productVariants, type VariantRow } from '@/domains/money/products/tables';
import { newId } from '@/shared/ids';
import { testContext } from './context';
import { asCreator, type asUser, type Person } from './users';

/** A creator whose products need no first review. */
export async function asSeller(traits: Parameters<typeof asUser>[0] = {}): Promise<Person & { channelId: string }> {
  const seller = await asCreator(traits);
  await aProduct(seller.userId, { status: 'archived', approvedAt: 1 });
  return seller;
}

type Variants = readonly Partial<Omit<VariantRow, 'productId'>>[];

/** On sale, with ten pieces. @returns its id */
export async function aProduct(
  sellerId: string,
  changes: Partial<ProductRow> = {},
  variants: Variants = [{ stock: 10 }],
): Promise<string> {
  const { db, now } = testContext();
  const id = changes.id ?? newId();
  const row: typeof products.$inferInsert = {
    ...{ id, sellerId, title: 'A shirt', description: 'Of cotton.', category: 'fashion', kind: 'physical' },
    ...{ priceMinor: 2_000, currency: 'USD', status: 'active', imageKeys: [], createdAt: now(), updatedAt: now() },
    ...changes,
  };
  await db.insert(products).values(row);
  for (const [index, variant] of variants.entries())
    await db
      .insert(productVariants)
      .values({ id: newId(), productId: id, position: index + 1, options: {}, stock: 10, ...variant });
  return id;
}

/** The product as it is stored; its variants without those that were removed. */
export async function productOf(id: string): Promise<{ product: ProductRow; variants: VariantRow[] } | undefined> {
  const [row] = await productsByIds(testContext(), [id]);
  return row && { product: row.product, variants: variantsOf(row) };
}

interface Given {
  readonly buyerId: string;
  readonly isPaid?: boolean;
  /** Its money can be cashed out. */
  readonly isMatured?: boolean;
  readonly imageKey?: string | null;
}

/** An order of one piece, unpaid or paid, as far as products look at it. @returns its id */
export async function anOrderOf(
  productId: string,
  { buyerId, isPaid = true, isMatured = false, imageKey = null }: Given,
): Promise<string> {
  const found = await productOf(productId);
  const [variant] = found?.variants ?? [];
  if (!found || !variant) throw new Error(`There is no product ${productId}`);
  const { sellerId, title, kind, priceMinor, currency } = found.product;
  const id = newId();
  const at = Date.now();
  await testContext().db.run(sql`INSERT INTO orders (id, number, user_id, seller_id, product_id, variant_id, title, image_key,
      options, kind, unit_minor, quantity, items_minor, shipping_minor, shipping_full_minor, commission_minor,
      economy_version, amount_minor, currency, status, provider, success_url, cancel_url, idempotency_key, body_hash,
      created_at, expires_at, hold_until, stock_state, paid_at, fulfilled_at, matures_at, matured_at)
    VALUES (${id}, ${id}, ${buyerId}, ${sellerId}, ${productId}, ${variant.id}, ${title}, ${imageKey}, '{}', ${kind},
      ${priceMinor}, 1, ${priceMinor}, 0, 0, 0, 1, ${priceMinor}, ${currency}, ${isPaid ? 'paid' : 'pending'}, 'sandbox',
      '', '', ${id}, '', ${at}, ${at}, ${at}, ${isPaid ? 'sold' : 'held'}, ${isPaid ? at : null},
      ${isMatured ? at : null}, ${isMatured ? at : null}, ${isMatured ? at : null})`);
  return id;
}
