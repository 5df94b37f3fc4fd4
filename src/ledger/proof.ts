/**
 * Proves the ledger itself, page by page: every transfer is allowed and continues from its accounts' previous balances;
 * every balance is the sum of its transfers; the balances of each unit sum to zero. One statement judges each page, so
 * it sees a concurrent transfer completely or not at all.
 */
import { type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { type Finding, ledgerCheckpoints } from './tables';

const TRANSFERS_PER_PAGE = 10_000;
const ACCOUNTS_PER_PAGE = 10_000;

interface ProofPage {
  readonly findings: Finding[];
  /** How many rows were checked. */
  readonly count: number;
  /** The page's last id; null: this was the last page. */
  readonly next: number | null;
}

/**
 * Checks a page of transfers. Commit `checkpoint` in the batch that advances the proof, so that its transfers are added
 * to the checkpoints once.
 * @param after the last proven transfer
 * @param through the last transfer to prove
 * @param refTypes the kinds of row whose transfers a check covers
 */
export async function proveTransfers(
  ctx: Context,
  { after, through, refTypes }: { after: number; through: number; refTypes: readonly string[] },
): Promise<ProofPage & { readonly checkpoint: Statement }> {
  const { last, count, next } = await measure(ctx, sql`ledger_transfers`, TRANSFERS_PER_PAGE, after, through);
  const rows = await ctx.db.all<{ id: number; problem: string }>(sql`
    SELECT id, problem FROM (
      SELECT t.id AS id, CASE
        WHEN line.kind IS NULL THEN 'is of a kind that the chart has not: ' || t.kind
        WHEN debit.id IS NULL OR credit.id IS NULL THEN 'names an account that is not there'
        WHEN debit.kind <> line.debit_kind OR credit.kind <> line.credit_kind
          THEN 'goes from ' || debit.kind || ' to ' || credit.kind || ', which a ' || t.kind || ' does not'
        WHEN debit.unit <> credit.unit OR iif(line.unit = 'money',
            debit.unit IN ('coin', 'diamond'), debit.unit <> line.unit)
          THEN 'goes from ' || debit.unit || ' to ' || credit.unit || ', which a ' || t.kind || ' does not'
        WHEN t.amount <= 0 THEN 'moves ' || t.amount
        WHEN t.debit_balance IS NOT ${balanceBefore('debit')} - t.amount
          THEN 'leaves ' || t.debit_balance || ' in account ' || t.debit_id || ', which is not what it had less ' || t.amount
        WHEN t.credit_balance IS NOT ${balanceBefore('credit')} + t.amount
          THEN 'leaves ' || t.credit_balance || ' in account ' || t.credit_id || ', which is not what it had and ' || t.amount
        WHEN t.debit_balance < 0 AND line.may_overdraw = 0 THEN 'takes more from account ' || t.debit_id || ' than it had'
        WHEN t.ref_type NOT IN (SELECT value FROM json_each(${JSON.stringify(refTypes)}))
          THEN 'belongs to a ' || t.ref_type || ', which nobody answers for'
      END AS problem
      FROM ledger_transfers t
      LEFT JOIN ledger_kinds line ON line.kind = t.kind
      LEFT JOIN ledger_accounts debit ON debit.id = t.debit_id
      LEFT JOIN ledger_accounts credit ON credit.id = t.credit_id
      LEFT JOIN ledger_transfers debit_before ON debit_before.id = t.debit_previous_id AND debit_before.id < t.id
      LEFT JOIN ledger_transfers credit_before ON credit_before.id = t.credit_previous_id AND credit_before.id < t.id
      WHERE t.id > ${after} AND t.id <= ${last})
    WHERE problem IS NOT NULL ORDER BY id`);
  return { findings: rows.map(named('transfer')), count, next, checkpoint: addToCheckpoints(ctx, after, last) };
}

/**
 * The balance that the previous transfer left in this side's account; null if that transfer does not touch the account.
 */
function balanceBefore(side: 'debit' | 'credit'): SQL {
  const [account, previous, before] = [`t.${side}_id`, `t.${side}_previous_id`, `${side}_before`].map(sql.raw);
  return sql`iif(${previous} IS NULL, 0, CASE ${account}
    WHEN ${before}.debit_id THEN ${before}.debit_balance WHEN ${before}.credit_id THEN ${before}.credit_balance END)`;
}

/** Both sides of these transfers: what each account gained, or less than 0 if it paid. */
const movements = (after: number, through: number | null) => {
  const inRange = sql`id > ${after}${through === null ? sql`` : sql` AND id <= ${through}`}`;
  return sql`SELECT account_id, sum(amount) AS amount FROM (
      SELECT credit_id AS account_id, amount FROM ledger_transfers WHERE ${inRange}
      UNION ALL SELECT debit_id, -amount FROM ledger_transfers WHERE ${inRange})
    GROUP BY account_id`;
};

function addToCheckpoints(ctx: Context, after: number, through: number): Statement {
  // WHERE true: without it, SQLite's parser reads ON as part of a join.
  return ctx.db.run(sql`
    INSERT INTO ${ledgerCheckpoints} (account_id, balance)
    SELECT account_id, amount FROM (${movements(after, through)}) WHERE true
    ON CONFLICT (account_id) DO UPDATE SET balance = balance + excluded.balance`);
}

/** For a proof of the whole ledger. */
export function clearCheckpoints(ctx: Context): Statement {
  return ctx.db.delete(ledgerCheckpoints);
}

/**
 * @param after the last proven account
 * @param through the last transfer that the checkpoints include
 */
export async function proveAccounts(
  ctx: Context,
  { after, through }: { after: number; through: number },
): Promise<ProofPage> {
  const { last, count, next } = await measure(ctx, sql`ledger_accounts`, ACCOUNTS_PER_PAGE, after);
  const rows = await ctx.db.all<{ id: number; problem: string }>(sql`
    WITH since AS MATERIALIZED (${movements(through, null)})
    SELECT id, problem FROM (
      SELECT a.id AS id, CASE
        WHEN a.balance <> coalesce(known.balance, 0) + coalesce(since.amount, 0)
          THEN 'has ' || a.balance || ' ' || a.unit || ', and its transfers sum to '
            || (coalesce(known.balance, 0) + coalesce(since.amount, 0))
        WHEN a.last_transfer_id IS NULL AND (known.account_id IS NOT NULL OR since.account_id IS NOT NULL)
          THEN 'does not know its last transfer'
        WHEN a.last_transfer_id IS NOT NULL AND a.balance IS NOT CASE a.id
            WHEN newest.debit_id THEN newest.debit_balance WHEN newest.credit_id THEN newest.credit_balance END
          THEN 'has ' || a.balance || ' ' || a.unit || ', which is not what transfer ' || a.last_transfer_id || ' left'
      END AS problem
      FROM ledger_accounts a
      LEFT JOIN ledger_checkpoints known ON known.account_id = a.id
      LEFT JOIN since ON since.account_id = a.id
      LEFT JOIN ledger_transfers newest ON newest.id = a.last_transfer_id
      WHERE a.id > ${after} AND a.id <= ${last})
    WHERE problem IS NOT NULL ORDER BY id`);
  return { findings: rows.map(named('account')), count, next };
}

/** Proves that the balances of each unit sum to zero. */
export async function proveUnits(ctx: Context): Promise<Finding[]> {
  const rows = await ctx.db.all<{ id: string; problem: string }>(sql`
    SELECT unit AS id, 'balances sum to ' || sum(balance) || ', not to 0' AS problem
    FROM ledger_accounts GROUP BY unit HAVING sum(balance) <> 0 ORDER BY unit`);
  return rows.map(named('unit'));
}

/** Finds where the page after this id ends, and counts its rows. */
async function measure(ctx: Context, table: SQL, perPage: number, after: number, through?: number) {
  const inRange = sql`id > ${after}${through === undefined ? sql`` : sql` AND id <= ${through}`}`;
  const { last, count } = await ctx.db.get<{ last: number | null; count: number }>(sql`
    SELECT max(id) AS last, count(*) AS count
    FROM (SELECT id FROM ${table} WHERE ${inRange} ORDER BY id LIMIT ${perPage})`);
  return { last: last ?? after, count, next: count < perPage ? null : last };
}

function named(subject: Finding['subject']) {
  return ({ id, problem }: { id: number | string; problem: string }): Finding => ({ subject, id: String(id), problem });
}
