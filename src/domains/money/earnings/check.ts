/**
 * Checks exchanges and rewards against the ledger. Also checks that every creator's diamonds equal what their days
 * earned, minus what they exchanged and what is or was paid out.
 */

import { sql } from 'drizzle-orm';
import { payouts } from '@/domains/money/payouts/tables';
import { COIN, checkRows, DIAMOND, isInRange, type MoneyCheck, nextRange } from '@/ledger/check';
import { ledgerAccounts } from '@/ledger/tables';
import { exchanges, targetRewards } from './tables';

/** Each creator has a row for every day and source with earnings. */
const CREATORS_PER_PAGE = 200;
const DAYS_PER_PAGE = 50_000;

export const exchangeCheck = checkRows({
  name: 'exchange',
  refType: 'exchange',
  table: exchanges,
  legs: [
    { leg: 1, kind: 'exchange_diamonds', holder: sql`user_id`, unit: DIAMOND, amount: sql`diamonds` },
    { leg: 2, kind: 'exchange_coins', holder: sql`user_id`, unit: COIN, amount: sql`coins` },
  ],
});

export const rewardCheck = checkRows({
  name: 'reward',
  refType: 'reward',
  table: targetRewards,
  legs: [{ leg: 1, kind: 'target_reward', holder: sql`user_id`, unit: DIAMOND, amount: sql`diamonds` }],
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
          - coalesce((SELECT sum(diamonds) FROM exchanges WHERE user_id = ids.user_id), 0)
          - coalesce((SELECT sum(diamonds) FROM ${payouts}
              WHERE user_id = ids.user_id AND source = 'diamonds' AND status NOT IN ('rejected', 'failed', 'returned')), 0) AS should
        FROM (SELECT user_id FROM held UNION SELECT user_id FROM earned) ids
        LEFT JOIN held ON held.user_id = ids.user_id
        LEFT JOIN earned ON earned.user_id = ids.user_id)
      WHERE balance <> should ORDER BY id`);
    const findings = rows.map(({ id, balance, should }) => ({
      subject: 'earnings',
      id,
      problem: `has ${balance} diamonds, but what was earned, exchanged and paid out comes to ${should}`,
    }));
    return { findings, next: range.end };
  },
};
