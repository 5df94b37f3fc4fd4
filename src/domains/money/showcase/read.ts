/** Reads a stream with its products, as one reader sees them. */
import type { z } from '@hono/zod-openapi';
import type { Context } from '@/contracts/context';
import type { SessionProduct } from '@/contracts/product';
import { countRows } from '@/db/count-rows';
import { isInsider } from '@/domains/base/visibility/streams';
import { endedPolls, presentResult } from '@/domains/live/rooms/poll-results';
import { getStream } from '@/domains/live/streams/find';
import { presentStream } from '@/domains/live/streams/present';
import type { Stream } from '@/domains/live/streams/schemas';
import { limitAndOffset, type PageQuery, presentPage } from '@/http/envelope';
import type { Viewer } from '@/shared/actor';
import {
  presentSessionProduct,
  type SessionProductRow,
  showcaseAmong,
  shownProductIds,
  shownProductsOf,
} from './present';
import { PRODUCTS_MAX } from './schemas';

/** Three statements at once. Throws STREAM_NOT_FOUND, NOT_IN_YOUR_COUNTRY. */
export async function readSession(ctx: Context, viewer: Viewer, id: string): Promise<z.input<typeof Stream>> {
  const [found, rows, polls] = await Promise.all([
    getStream(ctx, { id }, viewer),
    shownProductsOf(ctx, id, viewer),
    endedPolls(ctx, id),
  ]);
  const { creatorId } = found.stream;
  return {
    ...presentStream(found, viewer),
    polls: polls.map(presentResult),
    products: await presentProducts(ctx, { id, creatorId }, viewer, rows),
    showcase: showcaseAmong(ctx.config, rows),
  };
}

/** Three statements at once. Throws STREAM_NOT_FOUND, NOT_IN_YOUR_COUNTRY. */
export async function listSessionProducts(ctx: Context, viewer: Viewer, id: string, query: PageQuery) {
  const { limit, offset } = limitAndOffset(query);
  const [{ stream }, rows, [{ total = 0 } = {}]] = await Promise.all([
    getStream(ctx, { id }, viewer),
    shownProductsOf(ctx, id, viewer).limit(limit).offset(offset),
    countRows(ctx, shownProductIds(ctx, id, viewer), PRODUCTS_MAX),
  ]);
  return presentPage(await presentProducts(ctx, stream, viewer, rows), total, query);
}

/** While the stream is live, its room has the clicks. */
async function presentProducts(
  ctx: Context,
  { id, creatorId }: { readonly id: string; readonly creatorId: string },
  viewer: Viewer,
  rows: readonly SessionProductRow[],
): Promise<SessionProduct[]> {
  if (!isInsider(viewer, creatorId)) return rows.map((row) => presentSessionProduct(ctx.config, row));
  const live = rows.some(({ isLive }) => isLive === 1) ? await countLiveClicks(ctx, id) : new Map<string, number>();
  return rows.map((row) => presentSessionProduct(ctx.config, row, live.get(row.product.id) ?? row.clicks));
}

/** If the room does not answer, there are none. */
async function countLiveClicks(ctx: Context, streamId: string): Promise<ReadonlyMap<string, number>> {
  try {
    const counted = await ctx.rooms(streamId).productClicks();
    return new Map(counted.map(({ productId, clicks }) => [productId, clicks]));
  } catch (error) {
    ctx.log.fault('session.clicks', error);
    return new Map();
  }
}
