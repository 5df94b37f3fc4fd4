/**
 * Checks purchases against the ledger: nothing before the payment, and then the coins and the money. Later reversals
 * and restorations add up to what the purchase says was taken back, and that follows from its claims, as its status
 * does. A paid purchase with a code's bonus has redeemed that code, and nobody else's purchase uses it.
 */

import { sql } from 'drizzle-orm';
import { discountCodes, discountRedemptions } from '@/domains/money/discounts/tables';
import { orders } from '@/domains/money/orders/tables';
import { claimedIn, claimedMinor, claimedStatus } from '@/domains/money/payments/check';
import { COIN, checkRows, isInRange } from '@/ledger/check';
import { ledgerAccounts, ledgerTransfers } from '@/ledger/tables';
import { purchases } from './tables';

const isPaid = sql`paid_at IS NOT NULL`;

const page = sql`page`;
const useOfCode = sql`(SELECT state FROM ${discountRedemptions} WHERE purchase_id = page.id)`;
const isOtherUse = sql`EXISTS (
  SELECT 1 FROM ${discountRedemptions} used LEFT JOIN ${discountCodes} code ON code.id = used.code_id
  WHERE used.purchase_id = page.id AND (used.user_id <> page.user_id OR code.code IS NOT page.discount_code))`;
/** Nothing more will come: it expired, its money on the way failed, or the provider refused it. */
const isOver = sql`(page.status = 'expired'
  OR page.status = 'failed' AND (page.processing_at IS NOT NULL OR page.checkout_id IS NULL))`;
/** As in `reversed-coins.ts`; the largest product of a purchase fits into SQLite's 64 bits. */
const coinsOfReversed = sql`(page.coins + page.bonus_coins) * page.reversed_minor / page.amount_minor`;

const legsThere = sql`(SELECT count(*) FROM ${ledgerTransfers} WHERE ref_type = 'purchase' AND ref_id = page.id)`;

/** The first two legs belong to the payment; later ones follow refunds and disputes. */
const LEGS_OF_PAYMENT = 2;

export const purchaseCheck = checkRows({
  name: 'purchase',
  refType: 'purchase',
  table: purchases,
  legs: [
    {
      leg: 1,
      kind: 'purchase',
      holder: sql`user_id`,
      unit: COIN,
      amount: sql`coins + bonus_coins`,
      where: isPaid,
    },
    {
      leg: 2,
      kind: 'purchase_cash',
      holder: sql`'platform:' || provider`,
      unit: sql`currency`,
      amount: sql`amount_minor`,
      where: isPaid,
    },
  ],
  legsThrough: LEGS_OF_PAYMENT,
  also: (range) => sql`,
    later AS (
      SELECT t.ref_id AS id, count(*) AS legs,
        sum(CASE t.kind WHEN 'purchase_reversal' THEN t.amount WHEN 'purchase_restored' THEN -t.amount ELSE 0 END) AS coins,
        sum(CASE t.kind WHEN 'purchase_reversal_cash' THEN t.amount WHEN 'purchase_restored_cash' THEN -t.amount ELSE 0 END)
          AS minor,
        sum(NOT coalesce(CASE
          WHEN t.kind = 'purchase_reversal' THEN debit.owner = p.user_id
          WHEN t.kind = 'purchase_restored' THEN credit.owner = p.user_id
          WHEN t.kind = 'purchase_reversal_cash' THEN credit.owner = 'platform:' || p.provider AND credit.unit = p.currency
          WHEN t.kind = 'purchase_restored_cash' THEN debit.owner = 'platform:' || p.provider AND debit.unit = p.currency
        END, 0)) AS strange
      FROM ${ledgerTransfers} t
      LEFT JOIN page p ON p.id = t.ref_id
      LEFT JOIN ${ledgerAccounts} debit ON debit.id = t.debit_id
      LEFT JOIN ${ledgerAccounts} credit ON credit.id = t.credit_id
      WHERE t.ref_type = 'purchase' AND t.leg > ${LEGS_OF_PAYMENT} AND ${isInRange(sql`t.ref_id`, range)}
      GROUP BY t.ref_id),
    ${claimedIn(range)}
    SELECT id, problem FROM (
      SELECT page.id AS id, CASE
        WHEN coalesce(later.strange, 0) <> 0 THEN 'has a leg after its payment that is of another kind, user or currency'
        WHEN page.legs <> ${legsThere}
          THEN 'says ' || page.legs || ' transfers, but has ' || ${legsThere}
        WHEN page.reversed_coins <> coalesce(later.coins, 0)
          THEN 'says that ' || page.reversed_coins || ' coins were taken back, and its transfers say '
            || coalesce(later.coins, 0)
        WHEN page.reversed_minor <> coalesce(later.minor, 0)
          THEN 'says that ' || page.reversed_minor || ' ' || page.currency || ' were taken back, and its transfers say '
            || coalesce(later.minor, 0)
        WHEN page.reversed_minor <> ${claimedMinor(page)}
          THEN 'says that ' || page.reversed_minor || ' ' || page.currency || ' were taken back, and its claims come to '
            || ${claimedMinor(page)}
        WHEN page.reversed_coins <> ${coinsOfReversed}
          THEN 'says that ' || page.reversed_coins || ' coins were taken back, and its money comes to ' || ${coinsOfReversed}
        WHEN page.status <> ${claimedStatus(page)}
          THEN 'is ' || page.status || ', and its facts come to ' || ${claimedStatus(page)}
        WHEN (page.paid_at IS NOT NULL AND page.code_bonus_coins > 0) <> coalesce(${useOfCode} = 'redeemed', 0)
          THEN 'has ' || page.code_bonus_coins || ' coins from a code, whose use is ' || coalesce(${useOfCode}, 'not there')
        WHEN ${isOtherUse} THEN 'uses another code than it says, or another user does'
        WHEN ${isOver} AND ${useOfCode} = 'reserved' THEN 'is over, and still reserves its code'
      END AS problem
      FROM page LEFT JOIN later ON later.id = page.id LEFT JOIN claimed ON claimed.id = page.id
      UNION ALL
      SELECT later.id, 'does not exist, but ' || later.legs || ' reversals name it'
      FROM later WHERE later.id NOT IN (SELECT id FROM page)
      UNION ALL
      SELECT claimed.id, 'does not exist, but ' || claimed.claims || ' claims name it'
      FROM claimed WHERE claimed.id NOT IN (SELECT id FROM page)
        AND NOT EXISTS (SELECT 1 FROM ${orders} WHERE orders.id = claimed.id))
    WHERE problem IS NOT NULL ORDER BY id`,
});
