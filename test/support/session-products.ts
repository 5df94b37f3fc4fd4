/** Products in streams, put straight into the database, and their stock as checkouts move it. */
import { eq, sql } from 'drizzle-orm';
import type { OutboxEvent } from '@/contracts/messages';
import { commit, type Plan } from '@/db/commit';
import { products, productVariants } from '@/domains/money/products/tables';
import { sessionProducts } from '@/domains/money/showcase/tables';
import { newId } from '@/shared/ids';
import { clientWith } from './app';
import { testContext } from './context';
import { anOpenStream } from './streams';
import { asCreator, type Person } from './users';

interface Variant {
  readonly options: Record<string, string>;
  readonly stock?: number | null;
  readonly priceMinor?: number;
}

type Given = Partial<typeof products.$inferInsert> & { stock?: number | null; variants?: readonly Variant[] };

/** On sale for ten euros, ten pieces, unless it says otherwise. */
export async function aProductOf(sellerId: string, { stock = 10, variants, ...given }: Given = {}) {
  const ctx = testContext();
  const id = newId();
  const now = ctx.now();
  await ctx.db.insert(products).values({
    ...{ id, sellerId, title: 'A shirt', description: 'It is blue.', category: 'fashion', kind: 'physical' },
    ...{ priceMinor: 1_000, currency: 'EUR', status: 'active', imageKeys: [], createdAt: now, updatedAt: now },
    ...given,
  });
  const rows = (variants ?? [{ options: {}, stock }]).map((variant, position) => ({
    ...{ id: newId(), productId: id, position, stock: 10 },
    ...variant,
  }));
  await ctx.db.insert(productVariants).values(rows);
  return { id, variantId: rows[0]?.id ?? '', variantIds: rows.map((row) => row.id) };
}

/** A creator who is live with a product. Their answers come when the room has heard. */
export async function aShopShow(given: Given = {}) {
  const creator = await asCreator();
  const streamId = await anOpenStream(creator);
  const product = await aProductOf(creator.userId, given);
  const heard = { ...creator, ...clientWith({}, creator.headers) };
  await takeIn(heard, streamId, product.id);
  return { creator: heard, streamId, product };
}

/** Adds a product over the API. */
export function takeIn(creator: Pick<Person, 'post'>, streamId: string, productId: string, more: object = {}) {
  return creator.post(`sessions/${streamId}/products`, { products: [{ productId, ...more }] });
}

export const placeOf = async (streamId: string, productId: string) =>
  testContext()
    .db.select()
    .from(sessionProducts)
    .where(sql`stream_id = ${streamId} AND product_id = ${productId}`)
    .get();

/** As a use case of another domain writes it: answers when its events are delivered. */
export async function moved(plan: Plan): Promise<void> {
  const ctx = testContext();
  await commit(ctx, plan.statements, { events: plan.events });
  await ctx.settle();
}

/** As its seller or staff change a product. */
export async function changeProductRow(id: string, changes: Partial<typeof products.$inferInsert>): Promise<void> {
  const ctx = testContext();
  const event: OutboxEvent = { kind: 'stock-changed', productId: id };
  const updatedAt = ctx.now() + 1_000;
  await commit(
    ctx,
    [
      ctx.db
        .update(products)
        .set({ updatedAt, ...changes })
        .where(eq(products.id, id)),
    ],
    {
      events: [event],
    },
  );
  await ctx.settle();
}
