/** Finds places in the history of an earnings account. What is stored with each day saves walking over newer transfers. */
import { sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { findPlaceBefore, type HistoryPlace } from '@/ledger/history';
import { ledgerAccounts } from '@/ledger/tables';
import { toDay } from '@/shared/time';
import { earningDays } from './tables';

/**
 * A place at this time (ms) or later, and close to it: the first day with earnings from then on, or the account's end.
 * Undefined if the account has no transfers.
 */
export async function findNear(ctx: Context, userId: string, endMs: number): Promise<HistoryPlace | undefined> {
  const row = await ctx.db.get<{ accountId: number; transferId: number | null } | undefined>(sql`
    SELECT a.id AS accountId, coalesce(
      (SELECT min(last_transfer_id) FROM ${earningDays} WHERE user_id = ${userId} AND day = (
        SELECT min(day) FROM ${earningDays} WHERE user_id = ${userId} AND day >= ${toDay(endMs)})),
      a.last_transfer_id) AS transferId
    FROM ${ledgerAccounts} a
    WHERE a.owner = ${userId} AND a.kind = 'earnings' AND a.unit = 'diamond' AND a.shard = 0`);
  if (!row || row.transferId === null) return undefined;
  return { accountId: row.accountId, transferId: row.transferId };
}

/** The account's newest transfer before this time (ms); undefined if there is none. */
export async function findLastBefore(ctx: Context, userId: string, endMs: number): Promise<HistoryPlace | undefined> {
  const near = await findNear(ctx, userId, endMs);
  return near && findPlaceBefore(ctx, near, endMs);
}
