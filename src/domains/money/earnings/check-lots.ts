/**
 * Checks coin lots: each has the coins of its source, less what its spends took and what was taken back; a user's lots
 * add up to their wallet. Checks that exactly the diamonds of reversed coins are reversed, and that creators lost them.
 */
import { type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { giftsSent } from '@/domains/money/gifts/tables';
import { purchases } from '@/domains/money/purchases/tables';
import { subscriptionCharges } from '@/domains/money/subscriptions/tables';
import { isInRange, type MoneyCheck, nextRange } from '@/ledger/check';
import { settledLots } from '@/ledger/lots';
import { coinLots, type Finding, ledgerAccounts, ledgerTransfers, lotReturns, lotUses } from '@/ledger/tables';
import { reversedOf, spendsOfLots } from './reversed';
import { earningReversals, exchanges, reversedEarnings } from './tables';

const USERS_PER_PAGE = 500;
const LOTS_PER_PAGE = 5_000;
const CHANGES_PER_PAGE = 2_000;

interface Problem {
  readonly id: string | number;
  readonly problem: string;
}

const found = (subject: string, rows: readonly Problem[]): Finding[] =>
  rows.map(({ id, problem }) => ({ subject, id: String(id), problem }));

/**
 * The lots of a page of users, with their sources and their spends. A wallet without any lot is found by its sources,
 * or by its first spend.
 */
export const lotCheck: MoneyCheck = {
  name: 'lot',
  refType: null,
  async page(ctx, after) {
    const range = await nextRange(ctx, after, [
      { column: sql`owner`, from: sql`ledger_accounts WHERE kind = 'wallet'`, perPage: USERS_PER_PAGE },
      { column: sql`user_id`, from: sql`coin_lots WHERE true`, perPage: LOTS_PER_PAGE },
    ]);
    const [lots, wallets, sources, spends] = await ctx.db.batch([
      ctx.db.all<Problem>(wrongLots(isInRange(sql`user_id`, range))),
      ctx.db.all<Problem>(sql`
        SELECT owner AS id, 'has ' || balance || ' coins, and lots worth ' || value || ' with ' || remaining || ' left'
          AS problem
        FROM (
          SELECT owner, balance, lots.remaining, lots.value
          FROM ${ledgerAccounts} JOIN (
            SELECT user_id, sum(remaining) AS remaining, sum(coins - spent - reversed - lost) AS value
            FROM ${coinLots} WHERE ${isInRange(sql`user_id`, range)} GROUP BY user_id) lots ON lots.user_id = owner
          WHERE kind = 'wallet' AND unit = 'coin' AND ${isInRange(sql`owner`, range)})
        WHERE value <> balance OR remaining <> max(0, balance)`),
      ctx.db.all<Problem>(sql`
        SELECT id, 'has no lot for its coins' AS problem FROM (
          SELECT id, 'purchase' AS type FROM ${purchases}
          WHERE traced = 1 AND paid_at IS NOT NULL AND ${isInRange(sql`user_id`, range)}
          UNION ALL SELECT id, 'exchange' FROM ${exchanges} WHERE traced = 1 AND ${isInRange(sql`user_id`, range)}) source
        WHERE NOT EXISTS (SELECT 1 FROM ${coinLots} lot WHERE lot.source_type = source.type AND lot.source_id = source.id)`),
      ctx.db.all<Problem>(sql`
        SELECT id, 'cost ' || coins || ' coins, and took ' || taken || ' from lots' AS problem FROM (
          SELECT id, coins, lot_coins + ${furtherCoins('gift')} AS taken FROM ${giftsSent}
          WHERE lot_id IS NOT 0 AND ${isInRange(sql`sender_id`, range)}
          UNION ALL SELECT id, coins, lot_coins + ${furtherCoins('subscription')} FROM ${subscriptionCharges}
          WHERE lot_id IS NOT 0 AND ${isInRange(sql`subscriber_id`, range)})
        WHERE taken IS NOT coins`),
    ]);
    return { findings: found('lot', [...lots, ...wallets, ...sources, ...spends]), next: range.end };
  },
};

const furtherCoins = (refType: 'gift' | 'subscription') => sql`coalesce((
  SELECT sum(u.coins) FROM ${lotUses} u WHERE u.ref_type = ${refType} AND u.ref_id = id), 0)`;

/** @param users a condition on `user_id` */
function wrongLots(users: SQL): SQL {
  return sql`
    SELECT id, CASE
      WHEN coins <> source_coins OR user_id <> source_user
        THEN 'has ' || coins || ' coins, and its source gave ' || source_coins
      WHEN reversed <> source_reversed
        THEN 'has ' || reversed || ' coins taken back, and its source has ' || source_reversed
      WHEN spent <> used THEN 'has ' || spent || ' coins spent, and its spends took ' || used
      WHEN remaining <> left THEN 'has ' || remaining || ' coins left to spend, not ' || left
    END AS problem
    FROM (
      SELECT lot.id, lot.user_id, lot.coins, lot.spent, lot.reversed, lot.remaining, settled.remaining AS left,
        CASE source_type WHEN 'purchase' THEN coalesce(p.user_id, '') WHEN 'exchange' THEN coalesce(x.user_id, '')
          ELSE lot.user_id END AS source_user,
        CASE source_type WHEN 'purchase' THEN iif(p.paid_at IS NULL, 0, p.coins + p.bonus_coins)
          WHEN 'exchange' THEN coalesce(x.coins, 0) ELSE lot.coins END AS source_coins,
        CASE source_type WHEN 'purchase' THEN coalesce(p.reversed_coins, 0)
          WHEN 'exchange' THEN coalesce(x.reversed_coins, 0) ELSE 0 END AS source_reversed,
        coalesce((SELECT sum(lot_coins) FROM ${giftsSent} WHERE lot_id > 0 AND lot_id = lot.id), 0)
          + coalesce((SELECT sum(lot_coins) FROM ${subscriptionCharges} WHERE lot_id > 0 AND lot_id = lot.id), 0)
          + coalesce((SELECT sum(u.coins) FROM ${lotUses} u WHERE u.lot_id = lot.id), 0)
          - coalesce((SELECT sum(back.coins) FROM ${lotReturns} back WHERE back.lot_id = lot.id), 0) AS used
      FROM (${settledLots(users)}) settled
      JOIN ${coinLots} lot ON lot.id = settled.id
      LEFT JOIN ${purchases} p ON source_type = 'purchase' AND p.id = source_id
      LEFT JOIN ${exchanges} x ON source_type = 'exchange' AND x.id = source_id)
    WHERE problem IS NOT NULL ORDER BY id`;
}

/** Pages over the ids of changes; the first page also compares every spend of reversed coins. */
export const reversalCheck: MoneyCheck = {
  name: 'reversal',
  refType: 'reversal',
  async page(ctx, after) {
    const range = await nextRange(ctx, after, [
      { column: sql`change_id`, from: sql`earning_reversals WHERE true`, perPage: CHANGES_PER_PAGE },
    ]);
    const moved = await ctx.db.all<Problem>(sql`
      WITH row AS (SELECT * FROM ${earningReversals} WHERE ${isInRange(sql`change_id`, range)}),
      moved AS (
        SELECT t.ref_id, t.leg, t.amount, t.kind = 'earning_restored' AS restored,
          iif(t.kind = 'earning_restored', credit.owner, debit.owner) AS user_id
        FROM ${ledgerTransfers} t
        LEFT JOIN ${ledgerAccounts} debit ON debit.id = t.debit_id
        LEFT JOIN ${ledgerAccounts} credit ON credit.id = t.credit_id
        WHERE t.ref_type = 'reversal' AND ${isInRange(sql`t.ref_id`, range)})
      SELECT row.change_id AS id, 'lacks leg ' || row.leg AS problem FROM row
      LEFT JOIN moved ON moved.ref_id = row.change_id AND moved.leg = row.leg
      WHERE moved.amount IS NOT row.diamonds OR moved.restored IS NOT row.restored OR moved.user_id IS NOT row.user_id
      UNION ALL
      SELECT moved.ref_id, 'does not exist, but has leg ' || moved.leg FROM moved
      LEFT JOIN row ON row.change_id = moved.ref_id AND row.leg = moved.leg WHERE row.leg IS NULL`);
    const unequal = after === null ? await listUnequal(ctx) : [];
    return { findings: found('reversal', [...moved, ...unequal]), next: range.end };
  },
};

/** Spends whose reversed diamonds are not what their lots say. Only lots with reversed coins matter, which are few. */
function listUnequal(ctx: Context): Promise<Problem[]> {
  const spends = sql`${spendsOfLots(sql`reversed > 0`)}
    UNION SELECT ref_type, ref_id FROM ${reversedEarnings} WHERE ref_type <> 'reward' AND diamonds > 0`;
  return ctx.db.all<Problem>(sql`
    WITH ${reversedOf(spends)}
    SELECT t.ref_id AS id, 'should have ' || t.diamonds || ' diamonds reversed, and has ' || coalesce(r.diamonds, 0)
      AS problem
    FROM target t LEFT JOIN ${reversedEarnings} r ON r.ref_type = t.ref_type AND r.ref_id = t.ref_id
    WHERE t.diamonds <> coalesce(r.diamonds, 0) OR (r.user_id IS NOT NULL AND r.user_id <> t.user_id)`);
}
