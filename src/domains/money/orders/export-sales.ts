/** A seller's orders as a CSV file with the addresses to ship them to: those to ship, or all of one status. */
import { and, desc, eq, isNull, lt } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { users } from '@/domains/base/users/tables';
import { csvResponse } from '@/http/csv';
import { decimalOf } from '@/shared/currency';
import { toIso } from '@/shared/time';
import { openAddress, seesAddress } from './present';
import { type OrderRow, type OrderState, orders } from './tables';

const PAGE_ROWS = 500;
/** The states in which an order can wait for its shipment. */
const TO_SHIP: readonly OrderState[] = ['paid', 'partially_refunded'];
const HEADER = [
  ...['number', 'paidAt', 'status', 'title', 'options', 'quantity', 'refundedQuantity'],
  ...['items', 'shipping', 'tax', 'total', 'refunded', 'commission', 'currency'],
  ...['buyer', 'name', 'line1', 'line2', 'city', 'state', 'postalCode', 'country', 'phone', 'carrier', 'tracking'],
];

export function exportSales(ctx: Context, sellerId: string, status: OrderState | undefined): Response {
  return csvResponse('orders.csv', HEADER, csvPages(ctx, sellerId, status));
}

async function* csvPages(ctx: Context, sellerId: string, status: OrderState | undefined) {
  for (const state of status === undefined ? TO_SHIP : [status])
    for (let before: string | undefined; ; ) {
      const rows = await ctx.db
        .select({ order: orders, buyer: users.username })
        .from(orders)
        .leftJoin(users, eq(users.id, orders.userId))
        .where(
          and(
            ...[eq(orders.sellerId, sellerId), eq(orders.state, state)],
            status === undefined ? isNull(orders.fulfilledAt) : undefined,
            before === undefined ? undefined : lt(orders.id, before),
          ),
        )
        .orderBy(desc(orders.id))
        .limit(PAGE_ROWS);
      yield await Promise.all(rows.map(({ order, buyer }) => lineOf(ctx, order, buyer)));
      if (rows.length < PAGE_ROWS) break;
      before = rows.at(-1)?.order.id;
    }
}

async function lineOf(ctx: Context, order: OrderRow, buyer: string | null) {
  const { currency, itemsMinor, shippingMinor, taxMinor, amountMinor, reversedMinor, commissionMinor } = order;
  const address = seesAddress(order, 'seller', ctx.now()) ? await openAddress(ctx, order) : undefined;
  const { name, line1, line2, city, state, postalCode, country, phone } = address ?? {};
  const options = Object.entries(order.options).map(([option, value]) => `${option}: ${value}`);
  return [
    ...[order.number, order.paidAt === null ? null : toIso(order.paidAt), order.state, order.title, options.join(', ')],
    ...[order.quantity, order.refundedQuantity],
    ...[itemsMinor, shippingMinor, taxMinor, amountMinor, reversedMinor, commissionMinor].map((minor) =>
      decimalOf(minor, currency),
    ),
    ...[currency, buyer],
    ...[name, line1, line2, city, state, postalCode, country, phone].map((cell) => cell ?? null),
    ...[order.carrier, order.tracking],
  ];
}
