/**
 * Coin lots: where a wallet's coins came from, and which spends took them. A user's lots with coins left add up to the
 * wallet, or to nothing while the wallet is below zero. Older lots are spent first, and fill a debt first.
 *
 * A lot's value is its coins less those spent, reversed and lost. The wallet is the sum of all values. If more than the
 * lot's coins is spent and reversed, the excess was spent before it was taken back: `money/earnings/reversals.ts`
 * follows it.
 */
import { type SQL, type SQLWrapper, sql } from 'drizzle-orm';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { builtOnce } from '@/db/built-once';
import { int } from '@/db/sql';
import { coinLots, type LotSource, lotReturns, lotUses, type SpendType } from './tables';
import { balanceOf } from './transfers';

interface Source {
  readonly sourceType: LotSource;
  readonly sourceId: string;
}

const walletOf = (userId: SQLWrapper | string) => balanceOf('wallet', 'coin', userId);

/** Makes the lot of a credit, after the credit's transfers: what fills a debt is not left to spend. */
export function creditLot(
  ctx: Context,
  { userId, sourceType, sourceId, coins }: Source & { readonly userId: string; readonly coins: number },
): Statement {
  return ctx.db.run(sql`
    INSERT INTO ${coinLots} (user_id, source_type, source_id, coins, remaining, created_at)
    VALUES (${userId}, ${sourceType}, ${sourceId}, ${int(coins)},
      max(0, min(${int(coins)}, ${walletOf(userId)})), ${int(ctx.now())})`);
}

/**
 * Takes coins of a purchase that is older than the lots, which nobody can follow.
 * @param coins less than 0 if they come back
 */
export function loseUntraced(ctx: Context, userId: string, coins: number): Statement {
  return ctx.db.run(sql`
    INSERT INTO ${coinLots} (user_id, source_type, source_id, coins, lost, remaining, created_at)
    VALUES (${userId}, 'untraced', ${userId}, 0, ${int(coins)}, 0, ${int(ctx.now())})
    ON CONFLICT (source_type, source_id) DO UPDATE SET lost = lost + excluded.lost,
      remaining = min(remaining, max(0, coins - spent - reversed - lost - excluded.lost))`);
}

/**
 * For the columns of a spend's row: the user's oldest lot with coins, and how many of the price it covers. Null if
 * there is none; the ledger then refuses the spend.
 */
export function firstLot(userId: SQLWrapper, coins: SQLWrapper): { readonly lotId: SQL; readonly lotCoins: SQL } {
  const oldest = (column: SQL) => sql`(
    SELECT ${column} FROM ${coinLots} WHERE user_id = ${userId} AND remaining > 0 ORDER BY id LIMIT 1)`;
  return { lotId: oldest(sql`id`), lotCoins: oldest(sql`min(remaining, ${int(coins)})`) };
}

/**
 * Builds the statement that takes the rest of a price from the next lots, after the spend's row was inserted. Usually
 * the first lot covers the price, and it writes nothing.
 * @param table the spends, with `id`, `coins` and `lot_coins`
 */
export function furtherLotsOf(refType: SpendType, table: SQLiteTable) {
  return builtOnce((db, value: (name: 'id' | 'userId') => SQLWrapper) =>
    db.run(sql`
      INSERT INTO ${lotUses} (ref_type, ref_id, lot_id, coins)
      WITH RECURSIVE walk (lot_id, coins, missing) AS (
        SELECT 0, 0, coins - lot_coins FROM ${table} WHERE id = ${value('id')}
        UNION ALL
        SELECT lot.id, min(lot.remaining, missing), missing - min(lot.remaining, missing)
        FROM walk CROSS JOIN ${coinLots} lot ON lot.id = (
          SELECT id FROM coin_lots WHERE user_id = ${value('userId')} AND remaining > 0 AND id > walk.lot_id
          ORDER BY id LIMIT 1)
        WHERE missing > 0)
      SELECT ${sql.raw(`'${refType}'`)}, ${value('id')}, lot_id, coins FROM walk WHERE lot_id > 0`),
  );
}

interface Return {
  readonly refType: SpendType;
  /** The spends, with `id`, `lot_id` and `lot_coins`. */
  readonly table: SQLiteTable;
  readonly id: string;
  readonly coins: number;
}

/** Gives coins of a spend back to its lots, those of the newest lot first. Follow it with `settleLots`. */
export function returnToLots(ctx: Context, { refType, table, id, coins }: Return): Statement {
  const total = int(coins);
  return ctx.db.run(sql`
    INSERT INTO ${lotReturns} (ref_type, ref_id, lot_id, coins)
    SELECT ${refType}, ${id}, lot_id, min(coins, ${total} - newer) FROM (
      SELECT lot_id, coins, sum(coins) OVER (ORDER BY lot_id DESC) - coins AS newer FROM (
        SELECT lot_id, lot_coins AS coins FROM ${table} WHERE id = ${id} AND lot_id > 0
        UNION ALL SELECT lot_id, coins FROM ${lotUses} WHERE ref_type = ${refType} AND ref_id = ${id}))
    WHERE newer < ${total}`);
}

/** @param reversed coins that are taken back from the source, in total */
export function reverseInLot(ctx: Context, { sourceType, sourceId }: Source, reversed: number): Statement {
  const total = int(reversed);
  return ctx.db.run(sql`
    UPDATE ${coinLots} SET reversed = ${total}, remaining = min(remaining, max(0, coins - spent - ${total} - lost))
    WHERE source_type = ${sourceType} AND source_id = ${sourceId}`);
}

/**
 * Divides a user's debt among their lots again, oldest first, after a batch's transfers took coins back or returned
 * them. Reads all lots of the user.
 */
export function settleLots(ctx: Context, userId: string): Statement {
  return ctx.db.run(sql`UPDATE ${coinLots} SET remaining = settled.remaining FROM (${settledLots(sql`user_id = ${userId}`)}) settled
    WHERE coin_lots.id = settled.id AND coin_lots.remaining <> settled.remaining`);
}

/** What each lot should have left: `id, user_id, remaining`. @param where a condition on whole users */
export function settledLots(where: SQL): SQL {
  return sql`
    SELECT id, user_id, value - max(0, min(value, debt - before)) AS remaining FROM (
      SELECT id, user_id, value,
        sum(value) OVER (PARTITION BY user_id ORDER BY id) - value AS before,
        sum(value) OVER (PARTITION BY user_id) - ${walletOf(sql`user_id`)} AS debt
      FROM (SELECT id, user_id, max(0, coins - spent - reversed - lost) AS value FROM ${coinLots} WHERE ${where}))`;
}
