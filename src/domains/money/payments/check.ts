/** The verdict of `judgePayment` in SQL, from the claims as they are kept: for the proof of each kind of payment. */
import { type SQL, sql } from 'drizzle-orm';
import { isInRange, type Range } from '@/ledger/check';
import { TAKING } from './judge-payment';
import { paymentClaims } from './tables';

const takes = sql`state IN (SELECT value FROM json_each(${JSON.stringify(TAKING)}))`;

/** `claimed AS (…)`: one row for each payment with claims. */
export function claimedIn(range: Range): SQL {
  return sql`claimed AS (
    SELECT purchase_id AS id, count(*) AS claims, sum(iif(${takes}, amount_minor, 0)) AS minor,
      max(state = 'open') AS is_open, max(state = 'lost') AS is_lost
    FROM ${paymentClaims} WHERE ${isInRange(sql`purchase_id`, range)} GROUP BY purchase_id)`;
}

/** What the claims take back. @param payment joined with `claimed` */
export function claimedMinor(payment: SQL): SQL {
  return sql`iif(${payment}.paid_at IS NULL, 0, min(${payment}.amount_minor, coalesce(claimed.minor, 0)))`;
}

/** The status that the facts come to. @param payment joined with `claimed` */
export function claimedStatus(payment: SQL): SQL {
  return sql`CASE
    WHEN ${payment}.paid_at IS NULL
      THEN iif(${payment}.status IN ('pending', 'processing', 'failed', 'expired'), ${payment}.status, 'unpaid')
    WHEN claimed.is_open THEN 'disputed'
    WHEN claimed.is_lost THEN 'charged_back'
    WHEN ${claimedMinor(payment)} = ${payment}.amount_minor THEN 'refunded'
    WHEN ${claimedMinor(payment)} > 0 THEN 'partially_refunded'
    ELSE 'paid' END`;
}
