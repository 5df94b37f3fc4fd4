/** The products that a creator takes into a stream: their own, in an order, and with prices for the show alone. */
import type { z } from '@hono/zod-openapi';
import { and, eq, type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import type { SessionProduct } from '@/contracts/product';
import { commit, NOTHING, type Plan, requireThat } from '@/db/commit';
import { int } from '@/db/sql';
import { type Economy, economyOf, economyQuery } from '@/domains/base/economy/read';
import { users } from '@/domains/base/users/tables';
import { isActiveUser } from '@/domains/base/visibility/people';
import { productVisibleElsewhere } from '@/domains/base/visibility/products';
import { shownTo } from '@/domains/base/visibility/regions';
import { isOpen } from '@/domains/base/visibility/streams';
import { RACES_TO_READ_AGAIN, untilUnchanged } from '@/domains/live/streams/change-stream';
import { streamError } from '@/domains/live/streams/errors';
import { getOwnStream } from '@/domains/live/streams/sessions';
import { type StreamRow, streams } from '@/domains/live/streams/tables';
import { productError } from '@/domains/money/products/errors';
import { type ProductWithVariants, priceOf, productColumns, variantsOf } from '@/domains/money/products/present';
import { products } from '@/domains/money/products/tables';
import { invalid } from '@/http/validation';
import type { Actor } from '@/shared/actor';
import { isChange } from '@/shared/is-change';
import { showcaseError } from './errors';
import { productsEvent } from './events';
import { findLivePriceProblem } from './live-price';
import { presentSessionProduct, type SessionProductRow, sessionProductsOf } from './present';
import { type NewSessionProducts, POSITION_MAX, type SessionProductChanges } from './schemas';
import { clearing, findChangedAt, isUnchanged, showingAgain } from './showcase';
import { sessionProducts } from './tables';

/** What the trigger says. */
const TOO_MANY = 'SESSION_PRODUCTS_MAX';

type Added = z.output<typeof NewSessionProducts>['products'];

/** A product's place in the stream. */
interface Place {
  readonly productId: string;
  readonly position: number;
  readonly livePriceMinor: number | null;
}

/**
 * Idempotent: of a product that is already there, it changes what is sent. Returns all products of the stream. Throws
 * STREAM_ENDED, STREAM_CANCELLED, PRODUCT_NOT_FOUND, NOT_YOUR_PRODUCT, PRODUCT_ARCHIVED, SESSION_PRODUCTS_MAX,
 * VALIDATION_FAILED.
 */
export function addProducts(ctx: Context, actor: Actor, streamId: string, added: Added) {
  return untilUnchanged(async () => {
    const [{ stream }, rows, newest, changedAt, before] = await Promise.all([
      getOwnStream(ctx, actor, streamId),
      ownOrVisible(ctx, actor, added),
      economyQuery(ctx),
      findChangedAt(ctx, streamId),
      sessionProductsOf(ctx, streamId),
    ]);
    requireOpen(stream);
    const found = new Map(rows.map((row) => [row.product.id, row]));
    added.forEach(({ productId, livePriceMinor }, index) => {
      const own = requireOwn(actor, found.get(productId));
      if (own.product.status === 'archived') throw showcaseError('PRODUCT_ARCHIVED');
      requirePrice(ctx, economyOf(newest), own, livePriceMinor, `products.${index}.livePriceMinor`);
    });
    const places = placesOf(added, before);
    const again = shownAgain(ctx, streamId, changedAt, before, places);
    const results = await commit(
      ctx,
      [
        requireThat(ctx, isAsSeen(actor.userId, streamId, changedAt, rows)),
        putIn(ctx, streamId, places),
        ...again.statements,
        sessionProductsOf(ctx, streamId),
      ],
      {
        events: [productsEvent(streamId), ...again.events],
        refusals: { ...RACES_TO_READ_AGAIN, [TOO_MANY]: () => showcaseError('SESSION_PRODUCTS_MAX') },
      },
    );
    const after = results.at(-1) as SessionProductRow[]; // the rows of the last statement
    return { items: after.map((row) => presentSessionProduct(ctx.config, row)) };
  });
}

interface ByProduct {
  readonly id: string;
  readonly productId: string;
}

/** Throws STREAM_ENDED, STREAM_CANCELLED, PRODUCT_NOT_IN_SESSION, VALIDATION_FAILED. */
export function changeProduct(
  ctx: Context,
  actor: Actor,
  { id: streamId, productId }: ByProduct,
  changes: z.output<typeof SessionProductChanges>,
): Promise<SessionProduct> {
  return untilUnchanged(async () => {
    const [{ stream }, [row], newest, changedAt] = await Promise.all([
      getOwnStream(ctx, actor, streamId),
      sessionProductsOf(ctx, streamId, eq(sessionProducts.productId, productId)),
      economyQuery(ctx),
      findChangedAt(ctx, streamId),
    ]);
    requireOpen(stream);
    if (!row) throw showcaseError('PRODUCT_NOT_IN_SESSION');
    requirePrice(ctx, economyOf(newest), row, changes.livePriceMinor ?? undefined, 'livePriceMinor');
    const { position = row.position, livePriceMinor = row.livePriceMinor } = changes;
    const place = { productId, position, livePriceMinor };
    if (isChange(row, { position, livePriceMinor })) {
      const again = shownAgain(ctx, streamId, changedAt, [row], [place]);
      const isThere = sql`EXISTS (SELECT 1 FROM ${sessionProducts} WHERE stream_id = ${streamId} AND product_id = ${productId})`;
      await commit(
        ctx,
        [
          requireThat(ctx, sql`${isThere} AND ${isAsSeen(actor.userId, streamId, changedAt, [row])}`),
          putIn(ctx, streamId, [place]),
          ...again.statements,
        ],
        { events: again.events, refusals: RACES_TO_READ_AGAIN },
      );
    }
    return presentSessionProduct(ctx.config, { ...row, ...place });
  });
}

/** If it is shown, the showcase ends. Throws STREAM_ENDED, STREAM_CANCELLED, PRODUCT_NOT_IN_SESSION. */
export function removeProduct(
  ctx: Context,
  actor: Actor,
  { id: streamId, productId }: ByProduct,
): Promise<Record<string, never>> {
  return untilUnchanged(async () => {
    const [{ stream }, [row], changedAt] = await Promise.all([
      getOwnStream(ctx, actor, streamId),
      sessionProductsOf(ctx, streamId, eq(sessionProducts.productId, productId)),
      findChangedAt(ctx, streamId),
    ]);
    requireOpen(stream);
    if (!row) throw showcaseError('PRODUCT_NOT_IN_SESSION');
    const end = row.showcasedAt === null ? NOTHING : clearing(ctx, streamId, changedAt);
    await commit(
      ctx,
      [
        requireThat(ctx, isAsSeen(actor.userId, streamId, changedAt, [])),
        ctx.db.delete(sessionProducts).where(sql`stream_id = ${streamId} AND product_id = ${productId}`),
        ...end.statements,
      ],
      { events: [productsEvent(streamId), ...end.events], refusals: RACES_TO_READ_AGAIN },
    );
    return {};
  });
}

/** Theirs, and those of others that they can see. */
function ownOrVisible(ctx: Context, actor: Actor, added: Added): Promise<ProductWithVariants[]> {
  const reader = { ...actor, staff: null };
  const ids = JSON.stringify(added.map(({ productId }) => productId));
  return ctx.db
    .select(productColumns)
    .from(products)
    .innerJoin(users, eq(users.id, products.sellerId))
    .where(
      and(
        sql`${products.id} IN (SELECT value FROM json_each(${ids}))`,
        productVisibleElsewhere(reader),
        shownTo(reader),
      ),
    );
}

/** Throws PRODUCT_NOT_FOUND, NOT_YOUR_PRODUCT. */
function requireOwn({ userId }: Actor, row: ProductWithVariants | undefined): ProductWithVariants {
  if (!row) throw productError('PRODUCT_NOT_FOUND');
  if (row.product.sellerId !== userId) throw productError('NOT_YOUR_PRODUCT');
  return row;
}

/** Throws STREAM_ENDED, STREAM_CANCELLED. */
function requireOpen({ status }: Pick<StreamRow, 'status'>): void {
  if (status === 'ended') throw streamError('STREAM_ENDED');
  if (status === 'cancelled') throw streamError('STREAM_CANCELLED');
}

/** @param path the field's name in the request. Throws VALIDATION_FAILED. */
function requirePrice(
  ctx: Context,
  { limits }: Economy,
  row: ProductWithVariants,
  livePriceMinor: number | undefined,
  path: string,
): void {
  if (livePriceMinor === undefined) return;
  const { product } = row;
  const prices = [product.priceMinor, ...variantsOf(row).map((variant) => priceOf(product, variant))];
  const { findPriceProblem } = ctx.payments.current;
  const problem = findLivePriceProblem(livePriceMinor, { ...product, prices }, limits.shop, findPriceProblem);
  if (problem !== undefined) throw invalid(path, problem);
}

/** New products without a position come last, in the order in which they were sent. */
function placesOf(added: Added, before: readonly SessionProductRow[]): Place[] {
  const known = new Map(before.map((row) => [row.product.id, row]));
  let last = Math.max(-1, ...before.map(({ position }) => position));
  return added.map(({ productId, position, livePriceMinor }) => {
    const row = known.get(productId);
    const given = position ?? row?.position;
    if (given === undefined) last = Math.min(last + 1, POSITION_MAX);
    return { productId, position: given ?? last, livePriceMinor: livePriceMinor ?? row?.livePriceMinor ?? null };
  });
}

/** Changes only what is different. */
function putIn(ctx: Context, streamId: string, places: readonly Place[]): Statement {
  return ctx.db.run(sql`
    INSERT INTO ${sessionProducts} (stream_id, product_id, position, live_price_minor, created_at)
    SELECT ${streamId}, value ->> 'productId', value ->> 'position', value ->> 'livePriceMinor', ${int(ctx.now())}
    FROM json_each(${JSON.stringify(places)}) WHERE true
    ON CONFLICT (stream_id, product_id) DO UPDATE
    SET position = excluded.position, live_price_minor = excluded.live_price_minor
    WHERE (position, live_price_minor) IS NOT (excluded.position, excluded.live_price_minor)`);
}

/** The room is told if the product that is shown gets another price. */
function shownAgain(
  ctx: Context,
  streamId: string,
  changedAt: number,
  before: readonly SessionProductRow[],
  places: readonly Place[],
): Plan {
  const shown = before.find(({ showcasedAt, isLive }) => showcasedAt !== null && isLive === 1);
  const place = shown && places.find(({ productId }) => productId === shown.product.id);
  if (!shown || !place || place.livePriceMinor === shown.livePriceMinor) return NOTHING;
  return showingAgain(ctx, streamId, changedAt, { ...shown, livePriceMinor: place.livePriceMinor });
}

/** The creator is active, the stream is open, and neither the showcase nor these products have changed. */
function isAsSeen(creatorId: string, streamId: string, changedAt: number, rows: readonly ProductWithVariants[]): SQL {
  const seen = JSON.stringify(rows.map(({ product: { id, updatedAt, status } }) => ({ id, updatedAt, status })));
  return sql`(${isActiveUser(creatorId)}
    AND EXISTS (SELECT 1 FROM ${streams} WHERE id = ${streamId} AND ${isOpen()})
    AND ${isUnchanged(streamId, changedAt)}
    AND NOT EXISTS (SELECT 1 FROM json_each(${seen}) seen WHERE NOT EXISTS (
      SELECT 1 FROM ${products} product WHERE product.id = seen.value ->> 'id'
        AND product.updated_at = seen.value ->> 'updatedAt' AND product.status = seen.value ->> 'status')))`;
}
