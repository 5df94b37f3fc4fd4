/**
 * Checks exchanges, rewards and reversals against the ledger, and their amounts against the economy. Also checks
 * that every creator's diamonds equal what their days earned, minus what was reversed, what they exchanged and what is or
 * was paid out.
 */

import { type SQL, sql } from 'drizzle-orm';
import { literal } from '@/db/sql';
import { convertedBy, rewardOf } from '@/domains/base/economy/entitlement';
import { payouts } from '@/domains/money/payouts/tables';
import { subscriptionCharges } from '@/domains/money/subscriptions/tables';
import { COIN, checkRows, DIAMOND, isInRange, type MoneyCheck, nextRange } from '@/ledger/check';
import { ledgerAccounts, ledgerTransfers } from '@/ledger/tables';
import { exchanges, targetRewards } from './tables';

/** Each creator has a row for every day and source with earnings. */
const CREATORS_PER_PAGE = 200;
const DAYS_PER_PAGE = 50_000;

/** The net of an amount's later transfers: those of one kind minus those of the other. */
function netOf(refType: SQL, taken: string, back: string): SQL {
  return sql`coalesce((
    SELECT sum(CASE kind WHEN ${taken} THEN amount WHEN ${back} THEN -amount ELSE 0 END) FROM ${ledgerTransfers}
    WHERE ref_type = ${refType} AND ref_id = page.id), 0)`;
}

/** All its transfers, if the first ones are there: the comparison leg by leg reports one of them that is not. */
const legsThere = (refType: SQL, first: number) => sql`(
  SELECT ${literal(first)} + count(*) FROM ${ledgerTransfers} WHERE ref_type = ${refType} AND ref_id = page.id AND leg > ${literal(first)})`;

const undoneDiamonds = netOf(sql`'exchange'`, 'exchange_diamonds_reversal', 'exchange_diamonds_restored');
const undoneCoins = netOf(sql`'exchange'`, 'exchange_coins_reversal', 'exchange_coins_restored');

const dueCoins = convertedBy('coinsPerDiamond', sql`page.diamonds`, sql`page.economy_version`);
const dueReward = rewardOf(sql`page.target_id`, sql`page.economy_version`);

export const exchangeCheck = checkRows({
  name: 'exchange',
  refType: 'exchange',
  table: exchanges,
  legs: [
    { leg: 1, kind: 'exchange_diamonds', holder: sql`user_id`, unit: DIAMOND, amount: sql`diamonds` },
    { leg: 2, kind: 'exchange_coins', holder: sql`user_id`, unit: COIN, amount: sql`coins` },
  ],
  legsThrough: 2,
  also: () => sql`
    SELECT id, CASE
      WHEN legs <> ${legsThere(sql`'exchange'`, 2)} THEN 'says ' || legs || ' transfers, but has ' || ${legsThere(sql`'exchange'`, 2)}
      WHEN reversed_diamonds <> ${undoneDiamonds} OR reversed_coins <> ${undoneCoins}
        THEN 'says that ' || reversed_diamonds || ' diamonds are undone, and its transfers say ' || ${undoneDiamonds}
      WHEN reversed_diamonds > diamonds OR reversed_coins <> coins * reversed_diamonds / diamonds
        THEN 'has ' || reversed_coins || ' coins undone for ' || reversed_diamonds || ' of its diamonds'
      WHEN coins IS NOT ${dueCoins}
        THEN 'gave ' || coins || ' coins, but ' || diamonds || ' diamonds give ' || coalesce(${dueCoins}, 'nothing')
          || ' in version ' || economy_version || ' of the economy'
    END AS problem FROM page WHERE problem IS NOT NULL`,
});

const reversedReward = sql`coalesce((
  SELECT diamonds FROM reversed_earnings WHERE ref_type = 'reward' AND ref_id = page.id), 0)`;

export const rewardCheck = checkRows({
  name: 'reward',
  refType: 'reward',
  table: targetRewards,
  legs: [{ leg: 1, kind: 'target_reward', holder: sql`user_id`, unit: DIAMOND, amount: sql`diamonds` }],
  legsThrough: 1,
  also: () => sql`
    SELECT id, CASE
      WHEN legs <> ${legsThere(sql`'reward'`, 1)} THEN 'says ' || legs || ' transfers, but has ' || ${legsThere(sql`'reward'`, 1)}
      WHEN ${reversedReward} NOT IN (0, diamonds)
        OR ${reversedReward} <> ${netOf(sql`'reward'`, 'reward_reversal', 'reward_restored')}
        THEN 'says that ' || ${reversedReward} || ' diamonds are reversed, and its transfers say otherwise'
      WHEN diamonds IS NOT ${dueReward}
        THEN 'rewarded ' || diamonds || ' diamonds, but the target ' || target_id || ' gives '
          || coalesce(${dueReward}, 'nothing') || ' in version ' || economy_version || ' of the economy'
    END AS problem FROM page WHERE problem IS NOT NULL`,
});

export const earningsCheck: MoneyCheck = {
  name: 'earnings',
  refType: null,
  async page(ctx, after) {
    const range = await nextRange(ctx, after, [
      { column: sql`owner`, from: sql`ledger_accounts WHERE kind = 'earnings'`, perPage: CREATORS_PER_PAGE },
      { column: sql`user_id`, from: sql`earning_days WHERE true`, perPage: DAYS_PER_PAGE },
    ]);
    const rows = await ctx.db.all<{ id: string; balance: number; should: number }>(sql`
      WITH earned AS (
        SELECT user_id, sum(diamonds) AS diamonds FROM earning_days WHERE ${isInRange(sql`user_id`, range)} GROUP BY user_id),
      held AS (
        SELECT owner AS user_id, sum(balance) AS balance FROM ${ledgerAccounts}
        WHERE kind = 'earnings' AND ${isInRange(sql`owner`, range)} GROUP BY owner)
      SELECT id, balance, should FROM (
        SELECT ids.user_id AS id, coalesce(held.balance, 0) AS balance, coalesce(earned.diamonds, 0)
          - coalesce((SELECT sum(diamonds) FROM reversed_earnings WHERE user_id = ids.user_id), 0)
          - coalesce((SELECT sum(diamonds - reversed_diamonds) FROM exchanges WHERE user_id = ids.user_id), 0)
          - coalesce((SELECT sum(returned_diamonds) FROM ${subscriptionCharges}
              WHERE creator_id = ids.user_id AND returned_at IS NOT NULL), 0)
          - coalesce((SELECT sum(diamonds) FROM ${payouts}
              WHERE user_id = ids.user_id AND source = 'diamonds' AND status NOT IN ('rejected', 'failed', 'returned')), 0) AS should
        FROM (SELECT user_id FROM held UNION SELECT user_id FROM earned) ids
        LEFT JOIN held ON held.user_id = ids.user_id
        LEFT JOIN earned ON earned.user_id = ids.user_id)
      WHERE balance <> should ORDER BY id`);
    const findings = rows.map(({ id, balance, should }) => ({
      subject: 'earnings',
      id,
      problem: `has ${balance} diamonds, but what was earned, reversed, exchanged and paid out comes to ${should}`,
    }));
    return { findings, next: range.end };
  },
};
