/** What was sold in a session, from its orders and the clicks that its room counted. */
import { sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { ProductClicks } from '@/contracts/room-figures';
import { orders } from '@/domains/money/orders/tables';
import { sessionProductClicks } from '@/domains/money/showcase/tables';
import { addMoney, type Money } from '@/shared/currency';

/** Orders of one product and currency. */
export interface ProductSales {
  readonly productId: string;
  readonly currency: string;
  /** Orders that were begun, whatever became of them. */
  readonly checkouts: number;
  /** Those that sold something, also if it was refunded later; and their buyers, pieces and items. */
  readonly orders: number;
  readonly buyers: number;
  readonly units: number;
  readonly amountMinor: number;
}

/** Paid, and a piece was left for the payment. As in the triggers that write `sales_days`. */
const hasSold = sql`(paid_at IS NOT NULL AND stock_state <> 'none')`;

/** By an index of the stream's orders. Also payments that arrived after the end: their checkout began in the stream. */
export function salesOf({ db }: Pick<Context, 'db'>, streamId: string) {
  return db.all<ProductSales>(sql`
    SELECT product_id AS productId, currency, count(*) AS checkouts, sum(${hasSold}) AS orders,
      count(DISTINCT iif(${hasSold}, user_id, NULL)) AS buyers,
      sum(iif(${hasSold}, quantity, 0)) AS units, sum(iif(${hasSold}, items_minor, 0)) AS amountMinor
    FROM ${orders} WHERE stream_id = ${streamId} GROUP BY product_id, currency`);
}

/** Users who paid for anything. */
export function buyersIn({ db }: Pick<Context, 'db'>, streamId: string) {
  return db.all<{ readonly buyers: number }>(sql`
    SELECT count(DISTINCT user_id) AS buyers FROM ${orders} WHERE stream_id = ${streamId} AND ${hasSold}`);
}

/** As the room reported them, once the stream is over. */
export function clicksIn({ db }: Pick<Context, 'db'>, streamId: string) {
  return db.all<ProductClicks>(sql`
    SELECT product_id AS productId, clicks, clickers FROM ${sessionProductClicks} WHERE stream_id = ${streamId}`);
}

export function presentSales(sales: readonly ProductSales[]): Money[] {
  return addMoney(sales.filter(({ orders: paid }) => paid > 0));
}

/** Hundredths of a per cent; 0 of nothing. */
export function bpsOf(part: number, whole: number): number {
  return whole > 0 ? Math.round((part / whole) * 10_000) : 0;
}

/** The share who bought, in hundredths of a per cent: at most all of them, since a buyer may not have been counted. */
export function conversionBps(buyers: number, people: number): number {
  return Math.min(10_000, bpsOf(buyers, people));
}
