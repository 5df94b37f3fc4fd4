/** Reads a user's accounts and walks their histories backwards, from the newest transfer. */
import { sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { TransferKind, UserAccount } from './chart';

export interface LedgerAccount {
  readonly id: number;
  readonly kind: UserAccount;
  /** `coin`, `diamond` or an ISO 4217 currency. */
  readonly unit: string;
  readonly balance: number;
  /** Null: the account has no transfers yet. */
  readonly lastTransferId: number | null;
}

/** One transfer as seen by one of its accounts. */
export interface Entry {
  readonly transferId: number;
  readonly accountId: number;
  readonly kind: TransferKind;
  readonly unit: string;
  /** Less than 0 if the account paid. */
  readonly amount: number;
  readonly balanceAfter: number;
  readonly refType: string;
  readonly refId: string;
  /** The account's previous transfer; null: this was the first. */
  readonly previousId: number | null;
  /** Milliseconds. */
  readonly at: number;
}

export async function listAccounts(ctx: Context, userId: string): Promise<LedgerAccount[]> {
  return accountsQuery(ctx, userId);
}

/** For a batch of reads. */
export function accountsQuery(ctx: Context, userId: string) {
  return ctx.db.all<LedgerAccount>(sql`
    SELECT id, kind, unit, balance, last_transfer_id AS lastTransferId FROM ledger_accounts
    WHERE owner = ${userId} ORDER BY kind, unit`);
}

/** Where to continue an account's history. */
export interface HistoryPlace {
  readonly accountId: number;
  readonly transferId: number;
}

/**
 * Returns the newest `limit` entries of these accounts together, starting at these places. Reads at most `limit`
 * transfers per account. A place outside its account's history yields nothing.
 */
export function walkHistory(ctx: Context, places: readonly HistoryPlace[], limit: number): Promise<Entry[]> {
  const starts = JSON.stringify(places.map(({ accountId, transferId }) => [accountId, transferId]));
  return ctx.db.all<Entry>(sql`
    WITH RECURSIVE walk (account_id, transfer_id, depth) AS (
      SELECT value ->> 0, value ->> 1, 1 FROM json_each(${starts})
      UNION ALL
      SELECT account_id, iif(t.debit_id = account_id, t.debit_previous_id, t.credit_previous_id), depth + 1
      FROM walk JOIN ledger_transfers t ON t.id = transfer_id AND account_id IN (t.debit_id, t.credit_id)
      WHERE depth < ${limit} AND iif(t.debit_id = account_id, t.debit_previous_id, t.credit_previous_id) IS NOT NULL
    )
    SELECT t.id AS transferId, account_id AS accountId, t.kind AS kind, a.unit AS unit,
      iif(t.debit_id = account_id, -t.amount, t.amount) AS amount,
      iif(t.debit_id = account_id, t.debit_balance, t.credit_balance) AS balanceAfter,
      t.ref_type AS refType, t.ref_id AS refId,
      iif(t.debit_id = account_id, t.debit_previous_id, t.credit_previous_id) AS previousId,
      t.created_at AS at
    FROM walk
    JOIN ledger_transfers t ON t.id = transfer_id AND account_id IN (t.debit_id, t.credit_id)
    JOIN ledger_accounts a ON a.id = account_id
    ORDER BY t.id DESC
    LIMIT ${limit}`);
}

/**
 * Finds the account's newest transfer before this time (ms), walking back from `from`; undefined if there is none. The
 * cost grows with the transfers passed over, so start close to the time.
 */
export async function findPlaceBefore(
  ctx: Context,
  from: HistoryPlace,
  endMs: number,
): Promise<HistoryPlace | undefined> {
  const { accountId } = from;
  const found = await ctx.db.get<{ transferId: number } | undefined>(sql`
    WITH RECURSIVE walk (id, previous_id, created_at) AS (
      SELECT id, iif(debit_id = ${accountId}, debit_previous_id, credit_previous_id), created_at FROM ledger_transfers
      WHERE id = ${from.transferId} AND ${accountId} IN (debit_id, credit_id)
      UNION ALL
      SELECT t.id, iif(t.debit_id = ${accountId}, t.debit_previous_id, t.credit_previous_id), t.created_at
      FROM walk JOIN ledger_transfers t ON t.id = walk.previous_id
      WHERE walk.created_at >= ${endMs}
    )
    SELECT id AS transferId FROM walk WHERE created_at < ${endMs}`);
  return found && { accountId, transferId: found.transferId };
}

/** Whether each place belongs to its account's history. Needed because clients can make up cursors. */
export async function areInHistory(ctx: Context, places: readonly HistoryPlace[]): Promise<boolean> {
  const asked = JSON.stringify(places.map(({ accountId, transferId }) => [accountId, transferId]));
  const { count } = await ctx.db.get<{ count: number }>(sql`
    SELECT count(*) AS count FROM json_each(${asked}) place
    JOIN ledger_transfers t ON t.id = place.value ->> 1 AND place.value ->> 0 IN (t.debit_id, t.credit_id)`);
  return count === places.length;
}
