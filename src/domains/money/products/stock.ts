/**
 * Moves pieces of a variant between the stock, open checkouts and the waiting list. Each function returns a part of a
 * batch. What comes back is offered to those who wait before anyone else can take it.
 *
 * A batch that takes more than is left fails with the constraint OUT_OF_STOCK.
 */
import { and, eq, type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import type { Plan } from '@/db/commit';
import { int } from '@/db/sql';
import { isOnSale } from '@/domains/base/visibility/products';
import { MINUTE_MS } from '@/shared/time';
import { products, productVariants, productWaits } from './tables';

/** The name of the constraint, for `refusals`. */
export const OUT_OF_STOCK = 'product_in_stock';
/** How long a piece is kept for someone on the waiting list. */
const OFFER_MS = 2 * MINUTE_MS;

export interface Pieces {
  readonly productId: string;
  readonly variantId: string;
  readonly quantity: number;
}

/** For a checkout. A buyer to whom a piece is offered takes that one first, and leaves the waiting list. */
export function holdStock(ctx: Context, pieces: Pieces, buyerId: string): Plan {
  const { variantId, quantity } = pieces;
  const taken = and(eq(productWaits.variantId, variantId), eq(productWaits.userId, buyerId));
  const ownOffer = sql`(SELECT count(*) FROM ${productWaits}
    WHERE variant_id = ${variantId} AND user_id = ${buyerId} AND offered_until IS NOT NULL)`;
  const q = int(quantity);
  return {
    statements: [
      move(ctx, variantId, {
        stock: sql`stock - ${q} + ${ownOffer}`,
        offered: sql`offered - ${ownOffer}`,
        held: sql`held + ${q}`,
      }),
      ctx.db.delete(productWaits).where(taken),
    ],
    events: [changed(pieces)],
  };
}

/** An order was paid in time: what it held is sold. */
export function sellHeld(ctx: Context, pieces: Pieces): Plan {
  const q = int(pieces.quantity);
  return {
    statements: [move(ctx, pieces.variantId, { held: sql`held - ${q}`, sold: sql`sold + ${q}` })],
    events: [changed(pieces)],
  };
}

/** An order was paid after its hold had ended: it takes what is left. */
export function sellFromStock(ctx: Context, pieces: Pieces): Plan {
  const q = int(pieces.quantity);
  return {
    statements: [move(ctx, pieces.variantId, { stock: sql`stock - ${q}`, sold: sql`sold + ${q}` })],
    events: [changed(pieces)],
  };
}

/** An unpaid order is over. */
export function releaseHeld(ctx: Context, pieces: Pieces): Plan {
  const q = int(pieces.quantity);
  return comesBack(ctx, pieces, { held: sql`held - ${q}`, stock: sql`stock + ${q}` });
}

/** Sold pieces that were refunded are for sale again. */
export function restock(ctx: Context, pieces: Pieces): Plan {
  const q = int(pieces.quantity);
  return comesBack(ctx, pieces, { sold: sql`sold - ${q}`, stock: sql`stock + ${q}` });
}

function comesBack(ctx: Context, pieces: Pieces, columns: Partial<Record<'stock' | 'held' | 'sold', SQL>>): Plan {
  const offers = offerStock(ctx, pieces);
  return {
    statements: [move(ctx, pieces.variantId, columns), ...offers.statements],
    events: [changed(pieces), ...offers.events],
  };
}

/**
 * Offers what is in stock to those who wait, in their turn, for two minutes. For every batch that adds to the stock, and
 * for the sweep that ends offers. A variant with unlimited stock offers nothing: everybody who waits can buy. Neither does
 * one that nobody can buy now.
 */
export function offerStock(ctx: Context, { productId, variantId }: Omit<Pieces, 'quantity'>): Plan {
  const until = int(ctx.now() + OFFER_MS);
  const nobodyWaits = sql`NOT EXISTS (SELECT 1 FROM ${productWaits} WHERE variant_id = ${variantId})`;
  const offered = sql`(SELECT count(*) FROM ${productWaits}
    WHERE variant_id = ${variantId} AND offered_until IS NOT NULL)`;
  const canBeBought = sql`retired_at IS NULL AND EXISTS (SELECT 1 FROM ${products}
    WHERE products.id = product_id AND ${isOnSale()})`;
  return {
    statements: [
      ctx.db.run(sql`
        UPDATE ${productWaits} SET offered_until = ${until}
        WHERE variant_id = ${variantId} AND id IN (
          SELECT id FROM ${productWaits} WHERE variant_id = ${variantId} AND offered_until IS NULL ORDER BY id
          LIMIT (SELECT coalesce(sum(stock), 0) FROM ${productVariants} WHERE id = ${variantId} AND ${canBeBought}))`),
      ctx.db.run(sql`
        UPDATE ${productVariants} SET stock = stock + offered - ${offered}, offered = ${offered}
        WHERE id = ${variantId} AND NOT (offered = 0 AND ${nobodyWaits})`),
    ],
    events: [
      { kind: 'task', task: { type: 'tell-offered', variantId } },
      { kind: 'stock-changed', productId },
    ],
  };
}

function move(
  ctx: Context,
  variantId: string,
  columns: Partial<Record<'stock' | 'held' | 'offered' | 'sold', SQL>>,
): Statement {
  return ctx.db.update(productVariants).set(columns).where(eq(productVariants.id, variantId));
}

function changed({ productId }: Pieces) {
  return { kind: 'stock-changed', productId } as const;
}
