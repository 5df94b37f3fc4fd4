/**
 * Follows coins that are taken back from a lot to the creators who earned by them, and gives their share back if the
 * coins come back. Built for the batch that moves the coins, so both happen together. One statement serves all creators
 * of a lot, however many there are.
 */
import { type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import type { OutboxEvent } from '@/contracts/messages';
import { int } from '@/db/sql';
import { reverseInLot, settleLots } from '@/ledger/lots';
import { postToMany } from '@/ledger/post-to-many';
import { coinLots, lotReturns } from '@/ledger/tables';
import { newId } from '@/shared/ids';
import { reversedOf, spendsOfLots } from './reversed';
import { earningReversals, reversedEarnings } from './tables';

interface ReversedLot {
  readonly sourceType: 'purchase' | 'exchange';
  readonly sourceId: string;
  /** The owner of the lot. */
  readonly userId: string;
  /** The coins taken back from the source in total. */
  readonly coins: number;
}

/**
 * @returns statements to commit after the transfers that moved the coins, and the event that follows the reversal
 * further: to exchanges and rewards
 */
export function reverseLot(
  ctx: Context,
  { sourceType, sourceId, userId, coins }: ReversedLot,
): { statements: Statement[]; event: OutboxEvent } {
  const changeId = newId();
  const isLot = sql`source_type = ${sourceType} AND source_id = ${sourceId}`;
  return {
    statements: [
      reverseInLot(ctx, { sourceType, sourceId }, coins),
      settleLots(ctx, userId),
      ...followSpends(ctx, changeId, spendsOfLots(isLot), sql`(SELECT id FROM ${coinLots} WHERE ${isLot})`),
    ],
    event: { kind: 'task', task: { type: 'follow-reversal', changeId, after: 0 } },
  };
}

/**
 * For the batch that gives a month's coins back to their lots, after it: a reversal that these lots bear is divided anew
 * among the spends that are left. The month's id names the change.
 */
export function followReturn(ctx: Context, chargeId: string): Statement[] {
  const ofMonth = sql`(SELECT lot_id FROM ${lotReturns} WHERE ref_type = 'subscription' AND ref_id = ${chargeId})`;
  const spends = sql`${spendsOfLots(sql`reversed > 0 AND id IN ${ofMonth}`)} UNION SELECT 'subscription', ${chargeId}`;
  return followSpends(ctx, chargeId, spends, sql`coalesce((SELECT min(lot_id) FROM ${ofMonth}), 0)`);
}

/** @param spends a query of `ref_type, ref_id` @param lotId the lot that changed */
function followSpends(ctx: Context, changeId: string, spends: SQL, lotId: SQL): Statement[] {
  const now = int(ctx.now());
  return [
    ctx.db.run(sql`
      INSERT INTO ${earningReversals} (change_id, leg, lot_id, user_id, diamonds, restored, created_at)
      WITH ${reversedOf(spends)},
      difference (user_id, diamonds) AS (
        SELECT t.user_id, sum(t.diamonds - coalesce(r.diamonds, 0)) FROM target t
        LEFT JOIN ${reversedEarnings} r ON r.ref_type = t.ref_type AND r.ref_id = t.ref_id
        GROUP BY t.user_id)
      SELECT ${changeId}, row_number() OVER (ORDER BY user_id), ${lotId}, user_id, abs(diamonds), diamonds < 0, ${now}
      FROM difference WHERE diamonds <> 0`),
    ctx.db.run(sql`
      INSERT INTO ${reversedEarnings} (ref_type, ref_id, user_id, source, day, diamonds, is_whole, updated_at)
      WITH ${reversedOf(spends)}
      SELECT ref_type, ref_id, user_id, source, day, diamonds, is_whole, ${now} FROM target WHERE diamonds > 0 OR EXISTS (
        SELECT 1 FROM ${reversedEarnings} r WHERE r.ref_type = target.ref_type AND r.ref_id = target.ref_id)
      ON CONFLICT (ref_type, ref_id) DO UPDATE SET
        diamonds = excluded.diamonds, is_whole = excluded.is_whole, updated_at = excluded.updated_at
      WHERE diamonds <> excluded.diamonds OR is_whole <> excluded.is_whole`),
    postToMany(ctx, {
      kind: 'earning_reversal',
      backKind: 'earning_restored',
      refType: 'reversal',
      refId: changeId,
      rows: sql`SELECT leg, user_id, diamonds AS amount, restored AS is_back FROM earning_reversals
        WHERE change_id = ${changeId}`,
    }),
  ];
}
