/**
 * Computes how many of a spend's diamonds are reversed, from the lots that paid for it. One definition in SQL serves
 * the reversal and the audit.
 *
 * A lot's spends exceed what it still stands for by `spent + reversed - coins`; its unspent coins go first. Each of its
 * spends bears its share of that excess, and loses the same share of its diamonds. Both are rounded down: the platform
 * keeps the remainder.
 */
import { type SQL, sql } from 'drizzle-orm';
import { int } from '@/db/sql';
import { giftsSent } from '@/domains/money/gifts/tables';
import { subscriptionCharges } from '@/domains/money/subscriptions/tables';
import { coinLots, lotReturns, lotUses } from '@/ledger/tables';

/** All spends that took coins from lots with this condition, as `ref_type, ref_id`. @param lots on `coin_lots` */
export function spendsOfLots(lots: SQL): SQL {
  const ids = sql`(SELECT id FROM ${coinLots} WHERE ${lots})`;
  // `> 0` is the condition of the partial indexes.
  return sql`
    SELECT 'gift', id FROM ${giftsSent} WHERE lot_id > 0 AND lot_id IN ${ids}
    UNION SELECT 'subscription', id FROM ${subscriptionCharges} WHERE lot_id > 0 AND lot_id IN ${ids}
    UNION SELECT ref_type, ref_id FROM ${lotUses} WHERE lot_id IN ${ids}`;
}

/**
 * Common table expressions that end in `target`: one row for each spend, with the diamonds that should be reversed.
 * NOTE: Products stay exact below 2^63. SQLite computes larger ones as REAL, for spends of billions of coins.
 * @param spends a query of `ref_type, ref_id`
 */
export function reversedOf(spends: SQL): SQL {
  const gift = sql`CROSS JOIN ${giftsSent} g ON a.ref_type = 'gift' AND g.id = a.ref_id`;
  const charge = sql`CROSS JOIN ${subscriptionCharges} c ON a.ref_type = 'subscription' AND c.id = a.ref_id`;
  return sql`
    asked (ref_type, ref_id) AS MATERIALIZED (${spends}),
    spend (ref_type, ref_id, user_id, source, created_at, coins, diamonds) AS (
      SELECT a.ref_type, a.ref_id, g.recipient_id, iif(g.gift_id IS NULL, 'tip', 'gift'), g.created_at, g.coins, g.diamonds
      FROM asked a ${gift}
      UNION ALL
      SELECT a.ref_type, a.ref_id, c.creator_id, 'subscription', c.created_at,
        c.coins - c.returned_coins, c.diamonds - c.returned_diamonds
      FROM asked a ${charge}),
    part (ref_type, ref_id, lot_id, coins) AS (
      SELECT ref_type, ref_id, lot_id, sum(coins) FROM (
        SELECT a.ref_type, a.ref_id, g.lot_id, g.lot_coins AS coins FROM asked a ${gift}
        UNION ALL
        SELECT a.ref_type, a.ref_id, c.lot_id, c.lot_coins FROM asked a ${charge}
        UNION ALL
        SELECT a.ref_type, a.ref_id, u.lot_id, u.coins
        FROM asked a CROSS JOIN ${lotUses} u ON u.ref_type = a.ref_type AND u.ref_id = a.ref_id
        UNION ALL
        SELECT a.ref_type, a.ref_id, back.lot_id, -back.coins
        FROM asked a CROSS JOIN ${lotReturns} back ON back.ref_type = a.ref_type AND back.ref_id = a.ref_id)
      GROUP BY 1, 2, 3),
    taken (ref_type, ref_id, coins) AS (
      SELECT part.ref_type, part.ref_id,
        sum(part.coins * max(0, lot.spent + lot.reversed - lot.coins) / max(1, lot.spent))
      FROM part CROSS JOIN ${coinLots} lot ON lot.id = part.lot_id GROUP BY 1, 2),
    target (ref_type, ref_id, user_id, source, day, diamonds, is_whole) AS (
      SELECT spend.ref_type, spend.ref_id, spend.user_id, spend.source,
        strftime('%Y-%m-%d', spend.created_at / 1000, 'unixepoch'),
        ${int(sql`spend.diamonds * taken.coins / max(1, spend.coins)`)}, taken.coins >= spend.coins
      FROM spend JOIN taken ON taken.ref_type = spend.ref_type AND taken.ref_id = spend.ref_id)`;
}
