/**
 * Builds the statements that move balances. A use case commits them in one batch with its own row and its outbox
 * events. A transfer that breaks a rule aborts the batch with the rule's name (see migration 0008).
 */
import { type SQL, type SQLWrapper, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { builtOnce } from '@/db/built-once';
import { int } from '@/db/sql';
import { CHART, isUserAccount, type TransferKind, type UserAccount } from './chart';
import { ledgerAccounts, ledgerTransfers } from './tables';

/** The holder of an account is a user, the platform, or the platform at a provider. */
interface AccountName {
  readonly owner: string;
  readonly kind: string;
  /** `coin`, `diamond` or an ISO 4217 currency. */
  readonly unit: string;
}

export interface Transfer {
  readonly kind: TransferKind;
  /** The use case's own row. */
  readonly refType: string;
  readonly refId: string;
  /** Unique within the row: a duplicate is refused as LEDGER_TRANSFER_REPEATED. */
  readonly leg: number;
  /** The user who owns one side's account; omitted if the platform owns both. */
  readonly userId?: string;
  /** ISO 4217, if the kind moves money. */
  readonly currency?: string;
  /** The provider whose clearing account is used, if the kind has one: `stripe`, `bank`. */
  readonly provider?: string;
  /** Greater than 0, in the kind's unit. */
  readonly amount: number;
}

/** The database's errors if the debited account holds too little, or was never opened. */
export const OVERDRAFT = 'LEDGER_OVERDRAFT';
export const ACCOUNT_MISSING = 'LEDGER_ACCOUNT_MISSING';

/**
 * Returns the statements for these transfers, in order. The first one opens accounts that do not exist yet. A user's
 * account is opened to be debited only if the kind may overdraw it.
 */
export function post(ctx: Context, transfers: readonly Transfer[]): Statement[] {
  const opened = transfers.flatMap((transfer) => {
    const { debit, credit } = sidesOf(transfer);
    return isUserAccount(debit.kind) && !CHART_MAY_OVERDRAW.has(transfer.kind) ? [credit] : [debit, credit];
  });
  const made = [...new Map(opened.filter(isMadeAtFirstUse).map((name) => [JSON.stringify(name), name])).values()];
  return [...(made.length > 0 ? [openAccounts(ctx, made)] : []), ...transfers.map((transfer) => move(ctx, transfer))];
}

const CHART_MAY_OVERDRAW: ReadonlySet<string> = new Set(
  Object.entries(CHART).flatMap(([kind, line]) => ('mayOverdraw' in line ? [kind] : [])),
);

/** Migration 0008 creates the platform's coin and diamond accounts; all others are opened at first use. */
function isMadeAtFirstUse({ owner, unit }: AccountName): boolean {
  return owner !== 'platform' || (unit !== 'coin' && unit !== 'diamond');
}

export function openAccounts(ctx: Context, names: readonly AccountName[]): Statement {
  return opening(ctx, { names: JSON.stringify(names) });
}

const opening = builtOnce((db, value: (name: 'names') => SQLWrapper) =>
  db.run(sql`
    INSERT INTO ${ledgerAccounts} (owner, kind, unit)
    SELECT name.value ->> 'owner', name.value ->> 'kind', name.value ->> 'unit'
    FROM json_each(${value('names')}) name
    WHERE NOT EXISTS (
      SELECT 1 FROM ledger_accounts account
      WHERE account.owner = name.value ->> 'owner' AND account.kind = name.value ->> 'kind'
        AND account.unit = name.value ->> 'unit' AND account.shard = 0)`),
);

/** Always inserts one row: a missing account becomes NULL, which the ledger refuses. */
function move(ctx: Context, transfer: Transfer): Statement {
  const { kind, refType, refId, leg, amount } = transfer;
  const { debit, credit } = sidesOf(transfer);
  return moving(ctx, {
    ...{ kind, refType, refId, leg, amount, at: ctx.now() },
    ...{ debitOwner: debit.owner, debitKind: debit.kind, debitUnit: debit.unit },
    ...{ creditOwner: credit.owner, creditKind: credit.kind, creditUnit: credit.unit },
  });
}

type Moving =
  | 'kind'
  | 'refType'
  | 'refId'
  | 'leg'
  | 'amount'
  | 'at'
  | `${'debit' | 'credit'}${'Owner' | 'Kind' | 'Unit'}`;

const moving = builtOnce((db, value: (name: Moving) => SQLWrapper) =>
  db.run(sql`
    INSERT INTO ${ledgerTransfers} (kind, ref_type, ref_id, leg, amount, created_at,
      debit_id, debit_previous_id, debit_balance, credit_id, credit_previous_id, credit_balance)
    SELECT ${value('kind')}, ${value('refType')}, ${value('refId')}, ${value('leg')}, moved.amount, ${value('at')},
      debit.id, debit.last_transfer_id, debit.balance - moved.amount,
      credit.id, credit.last_transfer_id, credit.balance + moved.amount
    FROM (SELECT ${int(value('amount'))} AS amount) moved
    LEFT JOIN ledger_accounts debit ON debit.owner = ${value('debitOwner')} AND debit.kind = ${value('debitKind')}
      AND debit.unit = ${value('debitUnit')} AND debit.shard = 0
    LEFT JOIN ledger_accounts credit ON credit.owner = ${value('creditOwner')} AND credit.kind = ${value('creditKind')}
      AND credit.unit = ${value('creditUnit')} AND credit.shard = 0`),
);

function sidesOf({ kind, userId, currency, provider }: Transfer): { debit: AccountName; credit: AccountName } {
  const line = CHART[kind];
  const unit = line.unit === 'money' ? currency : line.unit;
  if (unit === undefined) throw new Error(`A transfer of kind ${kind} needs a currency`);
  const name = (accountKind: string): AccountName => {
    if (isUserAccount(accountKind)) {
      if (userId === undefined) throw new Error(`A transfer of kind ${kind} needs a user`);
      return { owner: userId, kind: accountKind, unit };
    }
    return {
      owner: accountKind === 'clearing' && provider !== undefined ? `platform:${provider}` : 'platform',
      kind: accountKind,
      unit,
    };
  };
  return { debit: name(line.debit), credit: name(line.credit) };
}

/** SQL for a user's balance; 0 if they have no such account yet. @param unit `coin`, `diamond` or an ISO 4217 currency */
export function balanceOf(kind: UserAccount, unit: SQLWrapper | string, userId: SQLWrapper | string): SQL<number> {
  return sql<number>`coalesce((SELECT balance FROM ${ledgerAccounts}
    WHERE owner = ${userId} AND kind = ${kind} AND unit = ${unit} AND shard = 0), 0)`;
}

/** @param unit as for `balanceOf` */
export async function readBalance(ctx: Context, userId: string, kind: UserAccount, unit: string): Promise<number> {
  const { balance } = await ctx.db.get<{ balance: number }>(sql`SELECT ${balanceOf(kind, unit, userId)} AS balance`);
  return balance;
}
