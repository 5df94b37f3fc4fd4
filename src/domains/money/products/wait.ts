/**
 * Joins and leaves the waiting list of a variant that is out of stock. One batch decides: what it writes and what it
 * answers are of the same moment.
 */
import type { z } from '@hono/zod-openapi';
import { and, eq, inArray, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { commit, type Plan } from '@/db/commit';
import { int, literal } from '@/db/sql';
import { isOnSale } from '@/domains/base/visibility/products';
import { isOpen } from '@/domains/base/visibility/streams';
import { streams } from '@/domains/live/streams/tables';
import { orders } from '@/domains/money/orders/tables';
import { requireActive } from '@/domains/people/auth/active';
import { BANNED_MEANWHILE } from '@/domains/people/auth/errors';
import { invalid } from '@/http/validation';
import type { Actor } from '@/shared/actor';
import { newId } from '@/shared/ids';
import { toIso } from '@/shared/time';
import { productError } from './errors';
import { getProduct } from './find';
import { variantsOf } from './present';
import type { Wait } from './schemas';
import { offerStock } from './stock';
import { products, productVariants, productWaits } from './tables';
import { giveBack } from './waiting-list';

/** A user can wait for this many variants. */
export const WAITS_MAX = 20;
/** Places beyond are all called the last. */
const POSITION_MAX = 1_000;

interface Facts {
  readonly position: number | null;
  readonly offeredUntil: number | null;
  readonly isOnSale: number;
  readonly stock: number | null;
  readonly isBought: number;
  readonly waits: number;
}

/**
 * Repeating it answers the same. Throws as `getProduct` does, VALIDATION_FAILED, VARIANT_NOT_FOUND, OWN_PRODUCT_WAIT,
 * PRODUCT_NOT_WAITABLE, PRODUCT_IN_STOCK, PER_BUYER_MAX, TOO_MANY_WAITS.
 */
export async function waitForProduct(
  ctx: Context,
  actor: Actor,
  productId: string,
  asked: string | undefined,
): Promise<z.input<typeof Wait>> {
  const found = await getProduct(ctx, actor, productId);
  if (found.product.sellerId === actor.userId) throw productError('OWN_PRODUCT_WAIT');
  const variants = variantsOf(found);
  const [only, ...others] = variants;
  if (asked === undefined && others.length > 0) throw invalid('variantId', 'is required: this product has options');
  const variantId = asked ?? only?.id;
  if (variantId === undefined || !variants.some(({ id }) => id === variantId)) throw productError('VARIANT_NOT_FOUND');
  const results = await commit(
    ctx,
    [requireActive(ctx, actor.userId), join(ctx, actor.userId, variantId), readFacts(ctx, actor.userId, variantId)],
    { refusals: BANNED_MEANWHILE },
  );
  const [facts] = results.at(-1) as Facts[]; // what `readFacts` selects
  if (!facts) throw productError('VARIANT_NOT_FOUND');
  if (facts.position === null) throw refusalOf(facts);
  const { position, offeredUntil } = facts;
  return offeredUntil === null
    ? { variantId, position }
    : { variantId, position: 0, offeredUntil: toIso(offeredUntil) };
}

function refusalOf({ isOnSale, stock, isBought }: Facts) {
  if (isOnSale === 0) return productError('PRODUCT_NOT_WAITABLE');
  if (stock === null || stock > 0) return productError('PRODUCT_IN_STOCK');
  return productError(isBought === 1 ? 'PER_BUYER_MAX' : 'TOO_MANY_WAITS');
}

const FROM = sql`${productVariants} v CROSS JOIN ${products} p ON p.id = v.product_id`;
const ownWaits = (userId: string) => sql`(SELECT count(*) FROM ${productWaits} WHERE user_id = ${userId})`;

function isOffered(now: number) {
  return sql`(v.retired_at IS NULL AND ${isOnSale(sql`p`)} AND coalesce(p.available_at, 0) <= ${int(now)})`;
}

/** In the seller's stream of now, or outside of streams. */
function isBought(userId: string) {
  return sql`coalesce(p.per_buyer_max <= (SELECT sum(bought.quantity - bought.refunded_quantity) FROM ${orders} bought
    WHERE bought.user_id = ${userId} AND bought.product_id = p.id
      AND bought.stream_id IS (SELECT id FROM ${streams}
        WHERE creator_id = p.seller_id AND status = 'live' AND ${isOpen()})
      AND bought.state NOT IN ('expired', 'cancelled', 'refunded')), 0)`;
}

function join(ctx: Context, userId: string, variantId: string): Statement {
  return ctx.db.run(sql`INSERT INTO ${productWaits} (variant_id, user_id, id, created_at)
    SELECT v.id, ${userId}, ${newId()}, ${int(ctx.now())} FROM ${FROM}
    WHERE v.id = ${variantId} AND v.stock = 0 AND ${isOffered(ctx.now())} AND NOT ${isBought(userId)}
      AND ${ownWaits(userId)} < ${literal(WAITS_MAX)}
    ON CONFLICT DO NOTHING`);
}

function readFacts(ctx: Context, userId: string, variantId: string) {
  const place = sql`(SELECT count(*) FROM (SELECT 1 FROM ${productWaits} ahead
    WHERE ahead.variant_id = own.variant_id AND ahead.offered_until IS NULL AND ahead.id <= own.id
    LIMIT ${literal(POSITION_MAX)}))`;
  return ctx.db.all<Facts>(sql`
    SELECT CASE WHEN own.id IS NOT NULL THEN ${place} END AS position, own.offered_until AS offeredUntil,
      ${isOffered(ctx.now())} AS isOnSale, v.stock AS stock, ${isBought(userId)} AS isBought, ${ownWaits(userId)} AS waits
    FROM ${FROM} LEFT JOIN ${productWaits} own ON own.variant_id = v.id AND own.user_id = ${userId}
    WHERE v.id = ${variantId}`);
}

/** Leaves the lists of the product's variants, or of one. Repeating it changes nothing. Throws as `getProduct` does. */
export async function leaveWaitingList(ctx: Context, actor: Actor, productId: string, variantId: string | undefined) {
  const own = await ctx.db
    .select({ variantId: productWaits.variantId, productId: productVariants.productId })
    .from(productWaits)
    .innerJoin(productVariants, eq(productVariants.id, productWaits.variantId))
    .where(
      and(
        eq(productWaits.userId, actor.userId),
        eq(productVariants.productId, productId),
        variantId === undefined ? undefined : eq(productVariants.id, variantId),
      ),
    );
  // A list can be left also after its product was hidden from the user.
  if (own.length === 0) await getProduct(ctx, actor, productId);
  const plan = planLeaving(ctx, actor.userId, own);
  await commit(ctx, plan.statements, { events: plan.events });
}

/** A piece that was kept for the user is offered to the next. */
function planLeaving(
  ctx: Context,
  userId: string,
  waits: readonly { readonly variantId: string; readonly productId: string }[],
): Plan {
  if (waits.length === 0) return { statements: [], events: [] };
  const ids = waits.map(({ variantId }) => variantId);
  const offers = waits.map((wait) => offerStock(ctx, wait));
  return {
    statements: [
      ctx.db.delete(productWaits).where(and(eq(productWaits.userId, userId), inArray(productWaits.variantId, ids))),
      ...ids.map((id) => giveBack(ctx, id)),
      ...offers.flatMap(({ statements }) => statements),
    ],
    events: offers.flatMap(({ events }) => events),
  };
}

/** For the end of an account. Returns how many it found; 0 means that none is left. */
export async function forgetWaits(ctx: Context, userId: string): Promise<number> {
  const waits = await ctx.db
    .select({ variantId: productWaits.variantId, productId: productVariants.productId })
    .from(productWaits)
    .innerJoin(productVariants, eq(productVariants.id, productWaits.variantId))
    .where(eq(productWaits.userId, userId))
    .limit(WAITS_MAX);
  const plan = planLeaving(ctx, userId, waits);
  await commit(ctx, plan.statements, { events: plan.events });
  return waits.length;
}
