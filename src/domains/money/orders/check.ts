/**
 * Checks orders against the ledger: nothing before the payment, and then the parts of its price. Later transfers add up
 * to what the order says was taken back, and that follows from its claims, as its status does. The stock of each variant
 * and what sellers cannot cash out are sums over orders.
 */
import { type SQL, sql } from 'drizzle-orm';
import { commissionDue } from '@/domains/base/economy/entitlement';
import { claimedIn, claimedMinor, claimedStatus } from '@/domains/money/payments/check';
import { paymentClaims } from '@/domains/money/payments/tables';
import { productVariants, productWaits } from '@/domains/money/products/tables';
import type { TransferKind } from '@/ledger/chart';
import { checkRows, isInRange, type MoneyCheck, nextRange, type Range } from '@/ledger/check';
import type { Finding } from '@/ledger/tables';
import { ledgerAccounts, ledgerTransfers } from '@/ledger/tables';
import { shareInSql } from './money-in-sql';
import { orderRefunds, orders, salesHeld } from './tables';

const page = sql`page`;
const legsThere = sql`(SELECT count(*) FROM ${ledgerTransfers} WHERE ref_type = 'order' AND ref_id = page.id)`;
const standing = sql`coalesce((SELECT sum(amount_minor) FROM ${paymentClaims}
  WHERE purchase_id = page.id AND kind = 'refund' AND state = 'stands'), 0)`;
/** As `reversalOf` in money-of-order.ts. */
const refunded = sql`iif(page.paid_at IS NULL, 0, min(page.reversed_minor, ${standing}))`;
const shareOf = (part: SQL, taken: SQL) => shareInSql(part, taken, sql`page.amount_minor`);
const reversedTax = shareOf(sql`page.tax_minor`, sql`page.reversed_minor`);
const refundedTax = shareOf(sql`page.tax_minor`, sql`page.refunded_minor`);
const reversedCommission = shareOf(sql`page.commission_minor`, sql`page.reversed_minor`);
const sellersRefunds = sql`(page.refunded_minor - ${refundedTax})`;
const sellersDisputes = sql`(page.reversed_minor - page.reversed_tax_minor - ${sellersRefunds})`;
const dueCommission = commissionDue(sql`page.items_minor`, sql`page.currency`, sql`page.economy_version`);

const sumOfRefunds = (amount: SQL, where: SQL) =>
  sql`(SELECT coalesce(sum(${amount}), 0) FROM ${orderRefunds} WHERE order_id = page.id AND ${where})`;
const refunding = sumOfRefunds(sql`amount_minor`, sql`state = 'requested'`);
/** A refund that failed days later leaves the pieces that it put back into stock. See failed-later.ts. */
const refundedPieces = sumOfRefunds(sql`quantity`, sql`(state <> 'failed' OR restock = 1 AND claim_id IS NOT NULL)`);
const refundedShipping = sumOfRefunds(sql`shipping_minor`, sql`state <> 'failed'`);
const ofPayment = (amount: SQL) => sql`iif(page.paid_at IS NULL, 0, ${amount})`;

/** What the transfers of each kind come to, together with the kind that undoes them. */
const SUMS: readonly { name: string; plus: TransferKind; minus?: TransferKind; expected: SQL }[] = [
  { name: 'shipping', plus: 'sale_shipping', expected: ofPayment(sql`page.shipping_minor`) },
  { name: 'tax', plus: 'sale_tax', expected: ofPayment(sql`page.tax_minor`) },
  { name: 'commission', plus: 'commission', expected: ofPayment(sql`page.commission_minor`) },
  { name: 'refunds', plus: 'sale_refund', minus: 'sale_refund_failed', expected: sellersRefunds },
  { name: 'disputes', plus: 'sale_reversal', minus: 'sale_restored', expected: sellersDisputes },
  { name: 'returned_tax', plus: 'tax_reversal', minus: 'tax_restored', expected: sql`page.reversed_tax_minor` },
  {
    name: 'returned_commission',
    plus: 'commission_reversal',
    minus: 'commission_restored',
    expected: sql`page.reversed_commission_minor`,
  },
];

const booked = ({ name }: { name: string }) => sql`coalesce(later.${sql.raw(name)}, 0)`;
const sums = sql.join(
  SUMS.map(
    ({ name, plus, minus = null }) =>
      sql`sum(CASE t.kind WHEN ${plus} THEN t.amount WHEN ${minus} THEN -t.amount ELSE 0 END) AS ${sql.raw(name)}`,
  ),
  sql`, `,
);
const differences = sql.join(
  SUMS.map(
    (sum) => sql`WHEN ${booked(sum)} <> ${sum.expected}
      THEN ${`its transfers of ${sum.name.replace('_', ' ')} come to `} || ${booked(sum)} || ', not to ' || ${sum.expected}`,
  ),
  sql` `,
);

/** The first leg is the sale; which others there are depends on the order. */
const LEGS_ALIKE = 1;
const KINDS = JSON.stringify(SUMS.flatMap(({ plus, minus }) => [plus, ...(minus ? [minus] : [])]));

export const orderCheck = checkRows({
  name: 'order',
  refType: 'order',
  table: orders,
  legs: [
    {
      ...{ leg: 1, kind: 'sale', holder: sql`'platform:' || provider`, unit: sql`currency`, amount: sql`items_minor` },
      where: sql`paid_at IS NOT NULL`,
    },
  ],
  legsThrough: LEGS_ALIKE,
  also: (range) => sql`,
    later AS (
      SELECT t.ref_id AS id, count(*) AS legs, ${sums}, sum(NOT coalesce(${isOfOrder}, 0)) AS strange
      FROM ${ledgerTransfers} t
      LEFT JOIN page o ON o.id = t.ref_id
      LEFT JOIN ${ledgerAccounts} debit ON debit.id = t.debit_id
      LEFT JOIN ${ledgerAccounts} credit ON credit.id = t.credit_id
      WHERE t.ref_type = 'order' AND ${isInRange(sql`t.ref_id`, range)} AND NOT (t.leg = 1 AND t.kind = 'sale'
        AND credit.owner IS o.seller_id)
      GROUP BY t.ref_id),
    ${claimedIn(range)}
    SELECT id, problem FROM (
      SELECT page.id AS id, CASE
        WHEN coalesce(later.strange, 0) <> 0 THEN 'has a leg after its sale that is of another kind, user or currency'
        WHEN page.legs <> ${legsThere}
          THEN 'says ' || page.legs || ' transfers, but has ' || ${legsThere}
        WHEN page.reversed_minor <> ${claimedMinor(page)}
          THEN 'says that ' || page.reversed_minor || ' ' || page.currency || ' were taken back, and its claims come to '
            || ${claimedMinor(page)}
        WHEN page.refunded_minor <> ${refunded}
          THEN 'says that ' || page.refunded_minor || ' were refunded, and its refunds come to ' || ${refunded}
        WHEN page.reversed_tax_minor <> ${reversedTax}
          THEN 'says that ' || page.reversed_tax_minor || ' of tax were taken back, not ' || ${reversedTax}
        WHEN page.reversed_commission_minor <> ${reversedCommission}
          THEN 'says that ' || page.reversed_commission_minor || ' of commission came back, not ' || ${reversedCommission}
        ${differences}
        WHEN page.status <> ${claimedStatus(page)}
          THEN 'is ' || page.status || ', and its facts come to ' || ${claimedStatus(page)}
        WHEN page.commission_minor IS NOT ${dueCommission}
          THEN 'says that the commission is ' || page.commission_minor || ', not ' || coalesce(${dueCommission}, 'known')
            || ' in version ' || page.economy_version || ' of the economy'
        WHEN page.refunded_quantity <> ${refundedPieces}
          THEN 'says that ' || page.refunded_quantity || ' pieces were refunded, and its refunds are of ' || ${refundedPieces}
        WHEN page.refunded_shipping_minor <> ${refundedShipping}
          THEN 'says that ' || page.refunded_shipping_minor || ' of shipping were refunded, and its refunds come to '
            || ${refundedShipping}
        WHEN page.refunding_minor <> ${refunding}
          THEN 'says that ' || page.refunding_minor || ' are being refunded, and its open refunds come to ' || ${refunding}
        WHEN iif(page.paid_at IS NULL, page.stock_state IN ('sold', 'none'), page.stock_state = 'held')
          THEN 'has stock that is ' || page.stock_state
      END AS problem
      FROM page LEFT JOIN later ON later.id = page.id LEFT JOIN claimed ON claimed.id = page.id
      UNION ALL
      SELECT later.id, 'does not exist, but ' || later.legs || ' later transfers name it'
      FROM later WHERE later.id NOT IN (SELECT id FROM page))
    WHERE problem IS NOT NULL ORDER BY id`,
});

/** A transfer of an order is of a known kind, and goes through its seller, its provider and its currency. */
const isOfOrder = sql`(t.kind IN (SELECT value FROM json_each(${KINDS})) AND debit.unit = o.currency
  AND CASE WHEN debit.kind = 'clearing' THEN debit.owner = 'platform:' || o.provider
    WHEN credit.kind = 'clearing' THEN credit.owner = 'platform:' || o.provider ELSE 1 END
  AND CASE WHEN debit.kind = 'sales' THEN debit.owner = o.seller_id
    WHEN credit.kind = 'sales' THEN credit.owner = o.seller_id ELSE 1 END)`;

const ROWS_PER_PAGE = 5_000;
/** Their orders are added up: a row with more of them is a page of its own. */
const ORDERS_PER_PAGE = 20_000;

const offered = sql`(SELECT count(*) FROM ${productWaits} WHERE variant_id = v.id AND offered_until IS NOT NULL)`;

/** Pieces that refunds put back into stock: those that the provider made, also if they failed days later. */
const restocked = sql`(SELECT coalesce(sum(r.quantity), 0) FROM ${orderRefunds} r
  WHERE r.order_id = o.id AND r.restock = 1 AND r.claim_id IS NOT NULL)`;

/** The pieces that a variant offers are those of its waiting list; those that it holds and has sold, of its orders. */
export const stockCheck = sumCheck(
  'variant',
  sql`${productVariants}`,
  sql`variant_id`,
  (range) => sql`
  SELECT id, problem FROM (
    SELECT v.id AS id, CASE
      WHEN v.held <> of_orders.held THEN 'holds ' || v.held || ' pieces, and its orders hold ' || of_orders.held
      WHEN v.offered <> ${offered} THEN 'offers ' || v.offered || ' pieces, and its waiting list ' || ${offered}
      WHEN v.sold <> of_orders.sold THEN 'has sold ' || v.sold || ' pieces, and its orders ' || of_orders.sold
    END AS problem
    FROM ${productVariants} v JOIN (
      SELECT v.id AS id, coalesce(sum(iif(o.stock_state = 'held', o.quantity, 0)), 0) AS held,
        coalesce(sum(iif(o.paid_at IS NOT NULL AND o.stock_state <> 'none', o.quantity - ${restocked}, 0)), 0) AS sold
      FROM ${productVariants} v LEFT JOIN ${orders} o ON o.variant_id = v.id
      WHERE ${isInRange(sql`v.id`, range)} GROUP BY v.id) of_orders ON of_orders.id = v.id)
  WHERE problem IS NOT NULL ORDER BY id`,
);

/** What a seller cannot cash out is the sum over their orders. */
export const salesHeldCheck = sumCheck(
  'sales-held',
  sql`(SELECT DISTINCT seller_id AS id FROM ${orders})`,
  sql`seller_id`,
  (range) => sql`
  WITH owed AS (
    SELECT seller_id, currency, sum(held_minor) AS minor FROM ${orders}
    WHERE ${isInRange(sql`seller_id`, range)} GROUP BY seller_id, currency)
  SELECT seller_id AS id, 'cannot cash out ' || said || ' ' || currency || ', and the orders come to ' || minor AS problem
  FROM (
    SELECT seller_id, currency, coalesce(kept.amount_minor, 0) AS said, minor
    FROM owed LEFT JOIN ${salesHeld} kept USING (seller_id, currency))
  WHERE said <> minor ORDER BY seller_id`,
);

/**
 * A check of sums over orders, which no transfer names.
 * @param ofOrders the column of an order that names the sum's row
 * @param problems returns `id, problem`
 */
function sumCheck(name: string, table: SQL, ofOrders: SQL, problems: (range: Range) => SQL): MoneyCheck {
  return {
    name,
    refType: null,
    async page(ctx, after) {
      const range = await nextRange(ctx, after, [
        { column: sql`id`, from: sql`${table} WHERE true`, perPage: ROWS_PER_PAGE },
        { column: ofOrders, from: sql`${orders} WHERE true`, perPage: ORDERS_PER_PAGE },
      ]);
      const rows = await ctx.db.all<Omit<Finding, 'subject'>>(problems(range));
      return { findings: rows.map((row) => ({ ...row, subject: name })), next: range.end };
    },
  };
}
