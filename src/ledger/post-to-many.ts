/** Posts the transfers of many users in one statement, all against one account of the platform. */
import { type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { int } from '@/db/sql';
import { CHART, type TransferKind } from './chart';
import { ledgerAccounts, ledgerTransfers } from './tables';

interface ManyTransfers {
  /** Debits the users. */
  readonly kind: TransferKind;
  /** Credits the users, from the same account of the platform. */
  readonly backKind: TransferKind;
  readonly refType: string;
  readonly refId: string;
  /** Yields `leg, user_id, amount, is_back`. Each user appears once, and has an account. */
  readonly rows: SQL;
}

/** Both kinds move coins or diamonds. A user without an account aborts the batch as LEDGER_ACCOUNT_MISSING. */
export function postToMany(ctx: Context, { kind, backKind, refType, refId, rows }: ManyTransfers): Statement {
  const { unit, debit, credit } = CHART[kind];
  // All rows are computed before the first is inserted, so each must continue from the one before it by itself.
  return ctx.db.run(sql`
    INSERT INTO ${ledgerTransfers} (id, kind, ref_type, ref_id, leg, amount, created_at,
      debit_id, debit_previous_id, debit_balance, credit_id, credit_previous_id, credit_balance)
    SELECT id, iif(is_back, ${backKind}, ${kind}), ${refType}, ${refId}, leg, amount, ${int(ctx.now())},
      iif(is_back, platform_id, user_id), iif(is_back, platform_previous, user_previous),
      iif(is_back, platform_balance, user_balance - amount),
      iif(is_back, user_id, platform_id), iif(is_back, user_previous, platform_previous),
      iif(is_back, user_balance + amount, platform_balance)
    FROM (
      SELECT moved.leg, moved.amount, moved.is_back, last.id + row_number() OVER turn AS id,
        account.id AS user_id, account.last_transfer_id AS user_previous, account.balance AS user_balance,
        platform.id AS platform_id,
        iif(row_number() OVER turn = 1, platform.last_transfer_id, last.id + row_number() OVER turn - 1)
          AS platform_previous,
        platform.balance + sum(iif(moved.is_back, -moved.amount, moved.amount)) OVER turn AS platform_balance
      FROM (${rows}) moved
      CROSS JOIN (SELECT coalesce(max(id), 0) AS id FROM ledger_transfers) last
      CROSS JOIN (SELECT id, balance, last_transfer_id FROM ${ledgerAccounts}
        WHERE owner = 'platform' AND kind = ${credit} AND unit = ${unit} AND shard = 0) platform
      LEFT JOIN ${ledgerAccounts} account ON account.owner = moved.user_id AND account.kind = ${debit}
        AND account.unit = ${unit} AND account.shard = 0
      WINDOW turn AS (ORDER BY moved.leg))
    ORDER BY leg`);
}
