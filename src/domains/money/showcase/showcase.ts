/**
 * Shows one product in a live stream: in D1 for those who read the stream, and in its room. Each change is later than
 * the one before, so that whatever wins in D1 wins in the room, in whatever order it hears of them.
 */
import { eq, type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Showcase } from '@/contracts/product';
import { commit, type Plan, requireThat } from '@/db/commit';
import { int } from '@/db/sql';
import { isActiveUser } from '@/domains/base/visibility/people';
import { isProductOnSale } from '@/domains/base/visibility/products';
import { RACES_TO_READ_AGAIN, untilUnchanged } from '@/domains/live/streams/change-stream';
import { streamError } from '@/domains/live/streams/errors';
import { getOwnStream } from '@/domains/live/streams/sessions';
import { type StreamRow, streams } from '@/domains/live/streams/tables';
import { products } from '@/domains/money/products/tables';
import type { Actor } from '@/shared/actor';
import { showcaseError } from './errors';
import { showcaseEvent } from './events';
import { presentShowcase, type SessionProductRow, sessionProductsOf } from './present';
import { sessionProducts, sessionShowcases } from './tables';

/**
 * Idempotent. Of two at once, the later wins. Throws STREAM_NOT_LIVE, STREAM_ENDED, STREAM_CANCELLED,
 * PRODUCT_NOT_IN_SESSION, PRODUCT_NOT_ON_SALE.
 */
export function showProduct(ctx: Context, actor: Actor, streamId: string, productId: string): Promise<Showcase> {
  return untilUnchanged(async () => {
    const [{ stream }, changedAt, [row]] = await Promise.all([
      getOwnStream(ctx, actor, streamId),
      findChangedAt(ctx, streamId),
      sessionProductsOf(ctx, streamId, eq(sessionProducts.productId, productId)),
    ]);
    requireLive(stream);
    if (!row) throw showcaseError('PRODUCT_NOT_IN_SESSION');
    if (!isProductOnSale(row.product)) throw showcaseError('PRODUCT_NOT_ON_SALE');
    if (row.showcasedAt !== null) return presentShowcase(ctx.config, row, row.showcasedAt);
    const at = changeAfter(ctx, changedAt);
    const showcase = presentShowcase(ctx.config, row, at);
    const others = sql`stream_id = ${streamId} AND showcased_at IS NOT NULL`;
    await commit(
      ctx,
      [
        requireThat(ctx, sql`${isLiveOf(actor.userId, streamId)} AND ${isAsSeen(streamId, changedAt, row)}`),
        stampChange(ctx, streamId, at),
        ctx.db.update(sessionProducts).set({ showcasedAt: null }).where(others),
        ctx.db
          .update(sessionProducts)
          .set({ showcasedAt: at })
          .where(sql`stream_id = ${streamId} AND product_id = ${productId}`),
      ],
      { events: [showcaseEvent(streamId, at, showcase)], refusals: RACES_TO_READ_AGAIN },
    );
    ctx.log.event('showcase.shown', { streamId, productId });
    return showcase;
  });
}

/** Idempotent. Throws STREAM_NOT_LIVE, STREAM_ENDED, STREAM_CANCELLED. */
export function clearShowcase(ctx: Context, actor: Actor, streamId: string): Promise<Record<string, never>> {
  return untilUnchanged(async () => {
    const [{ stream }, changedAt, [shown]] = await Promise.all([
      getOwnStream(ctx, actor, streamId),
      findChangedAt(ctx, streamId),
      sessionProductsOf(ctx, streamId, sql`${sessionProducts.showcasedAt} IS NOT NULL`),
    ]);
    requireLive(stream);
    if (!shown) return {};
    const { statements, events } = clearing(ctx, streamId, changedAt);
    await commit(ctx, statements, { events, refusals: RACES_TO_READ_AGAIN });
    return {};
  });
}

/** Shows the product as it is now, if it is shown; or clears the showcase, if it is not on sale any longer. */
export function followProduct(ctx: Context, streamId: string, productId: string): Promise<void> {
  return untilUnchanged(async () => {
    const [changedAt, [row]] = await Promise.all([
      findChangedAt(ctx, streamId),
      sessionProductsOf(ctx, streamId, eq(sessionProducts.productId, productId)),
    ]);
    if (!row || row.showcasedAt === null || row.isLive === 0) return;
    const plan = isProductOnSale(row.product)
      ? showingAgain(ctx, streamId, changedAt, row)
      : clearing(ctx, streamId, changedAt);
    await commit(ctx, plan.statements, { events: plan.events, refusals: RACES_TO_READ_AGAIN });
  });
}

/** The end of a showcase as a part of a batch, which aborts with DEMAND_NOT_MET if it has changed. */
export function clearing(ctx: Context, streamId: string, changedAt: number): Plan {
  const at = changeAfter(ctx, changedAt);
  return {
    statements: [
      requireThat(ctx, isUnchanged(streamId, changedAt)),
      stampChange(ctx, streamId, at),
      ctx.db
        .update(sessionProducts)
        .set({ showcasedAt: null })
        .where(sql`stream_id = ${streamId} AND showcased_at IS NOT NULL`),
    ],
    events: [showcaseEvent(streamId, at, null)],
  };
}

/** The same for a product that is shown with other facts, such as a new price. @param row as the batch leaves it */
export function showingAgain(ctx: Context, streamId: string, changedAt: number, row: SessionProductRow): Plan {
  const at = changeAfter(ctx, changedAt);
  const showcase = presentShowcase(ctx.config, row, row.showcasedAt ?? at);
  return {
    statements: [requireThat(ctx, isAsSeen(streamId, changedAt, row)), stampChange(ctx, streamId, at)],
    events: [showcaseEvent(streamId, at, showcase)],
  };
}

/** When (ms) what the stream shows last changed; 0: never. */
export async function findChangedAt(ctx: Context, streamId: string): Promise<number> {
  const row = await ctx.db
    .select({ changedAt: sessionShowcases.changedAt })
    .from(sessionShowcases)
    .where(eq(sessionShowcases.streamId, streamId))
    .get();
  return row?.changedAt ?? 0;
}

/** Throws STREAM_NOT_LIVE, STREAM_ENDED, STREAM_CANCELLED. */
function requireLive({ status }: Pick<StreamRow, 'status'>): void {
  if (status === 'ended') throw streamError('STREAM_ENDED');
  if (status === 'cancelled') throw streamError('STREAM_CANCELLED');
  if (status !== 'live') throw streamError('STREAM_NOT_LIVE');
}

function changeAfter(ctx: Context, changedAt: number): number {
  return Math.max(ctx.now(), changedAt + 1);
}

function stampChange(ctx: Context, streamId: string, at: number) {
  return ctx.db
    .insert(sessionShowcases)
    .values({ streamId, changedAt: at })
    .onConflictDoUpdate({ target: sessionShowcases.streamId, set: { changedAt: at } });
}

/** For `requireThat`: what the stream shows has not changed since. */
export function isUnchanged(streamId: string, changedAt: number): SQL {
  return sql`ifnull((SELECT changed_at FROM ${sessionShowcases} WHERE stream_id = ${streamId}), 0) = ${int(changedAt)}`;
}

/** Also the product: it is in the stream, and neither it nor its place there has changed. */
function isAsSeen(streamId: string, changedAt: number, row: SessionProductRow): SQL {
  const { product, showcasedAt, livePriceMinor } = row;
  return sql`${isUnchanged(streamId, changedAt)}
    AND EXISTS (SELECT 1 FROM ${sessionProducts} WHERE stream_id = ${streamId} AND product_id = ${product.id}
      AND showcased_at IS ${showcasedAt} AND live_price_minor IS ${livePriceMinor})
    AND EXISTS (SELECT 1 FROM ${products} WHERE id = ${product.id} AND updated_at = ${product.updatedAt}
      AND status = ${product.status} AND hidden_at IS ${product.hiddenAt})`;
}

function isLiveOf(creatorId: string, streamId: string): SQL {
  return sql`(${isActiveUser(creatorId)}
    AND EXISTS (SELECT 1 FROM ${streams} WHERE id = ${streamId} AND status = 'live'))`;
}
