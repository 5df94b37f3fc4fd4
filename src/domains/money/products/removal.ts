/**
 * Plans what staff do with reported products, as a part of one batch: hide them during a review, remove them so that an
 * appeal can bring them back, and bring them back. Only their seller and staff see them meanwhile. Repeating any of it
 * changes nothing. What its seller deletes meanwhile stays deleted.
 */
import { type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { commit, type Plan } from '@/db/commit';
import { int } from '@/db/sql';
import { isRemovalAppealed } from '@/domains/base/decisions/on-target';
import { setPrivacy } from '@/domains/base/media/access';
import { reports } from '@/domains/operations/reports/tables';
import { planDeletion } from './remove';
import { products } from './tables';

const CLEARED_A_RUN = 20;

export function hideProduct(ctx: Context, id: string): Plan {
  const now = int(ctx.now());
  return shown(
    ctx,
    id,
    sql`UPDATE ${products} SET hidden_at = ${now}, updated_at = max(updated_at + 1, ${now})
    WHERE id = ${id} AND hidden_at IS NULL`,
  );
}

/** A removed product stays hidden. */
export function unhideProduct(ctx: Context, id: string): Plan {
  const now = int(ctx.now());
  return shown(
    ctx,
    id,
    sql`UPDATE ${products} SET hidden_at = NULL, updated_at = max(updated_at + 1, ${now})
    WHERE id = ${id} AND hidden_at IS NOT NULL AND kept_until IS NULL`,
  );
}

/** @param until ms: an appeal may bring it back until then */
export function keepRemovedProduct(ctx: Context, id: string, until: number): Plan {
  const now = int(ctx.now());
  return shown(
    ctx,
    id,
    sql`UPDATE ${products} SET hidden_at = coalesce(hidden_at, ${now}), kept_until = ${int(until)},
    updated_at = max(updated_at + 1, ${now}) WHERE id = ${id} AND kept_until IS NULL`,
  );
}

/** It stays hidden while another report that hid it is open. */
export function returnProduct(ctx: Context, id: string): Plan {
  const now = int(ctx.now());
  const isReported = sql`EXISTS (SELECT 1 FROM ${reports}
    WHERE target_type = 'product' AND target_id = ${id} AND status <> 'resolved' AND hidden_at IS NOT NULL)`;
  return shown(
    ctx,
    id,
    sql`UPDATE ${products} SET hidden_at = iif(${isReported}, hidden_at, NULL), kept_until = NULL,
    updated_at = max(updated_at + 1, ${now}) WHERE id = ${id} AND kept_until IS NOT NULL`,
  );
}

/** Its images are as hidden as the product. */
function shown(ctx: Context, id: string, update: SQL): Plan {
  return {
    statements: [ctx.db.run(update), ...imagesFollow(ctx, id)],
    events: [{ kind: 'stock-changed', productId: id }],
  };
}

function imagesFollow(ctx: Context, id: string): Statement[] {
  const images = (
    isHidden: boolean,
  ) => sql`SELECT image.value FROM ${products} CROSS JOIN json_each(image_keys) AS image
    WHERE products.id = ${id} AND (hidden_at IS NOT NULL) = ${isHidden ? sql`1` : sql`0`}`;
  return [setPrivacy(ctx, images(true), true), setPrivacy(ctx, images(false), false)];
}

/**
 * A sweep: deletes removed products that can no longer come back, or archives them if orders name them; these stay
 * hidden. An open appeal keeps them. Returns whether there may be more.
 */
export async function clearKeptProducts(ctx: Context): Promise<boolean> {
  const isDue = sql`kept_until IS NOT NULL AND kept_until <= ${ctx.now()}
    AND NOT ${isRemovalAppealed('product', sql`products.id`)}`;
  const due = await ctx.db.select().from(products).where(isDue).limit(CLEARED_A_RUN);
  for (const product of due) {
    const { statements, events } = planDeletion(ctx, product);
    const end = ctx.db.run(sql`UPDATE ${products} SET kept_until = NULL WHERE id = ${product.id}`);
    await commit(ctx, [...statements, end], { events, evenIfUnchanged: true });
  }
  return due.length === CLEARED_A_RUN;
}
