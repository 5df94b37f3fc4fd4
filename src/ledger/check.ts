/**
 * Builds the checks that money domains give to the ledger's proof: every row has exactly the transfers it should have,
 * and no transfer names a row that does not exist.
 */
import { type SQL, sql } from 'drizzle-orm';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import type { Context } from '@/contracts/context';
import { literal } from '@/db/sql';
import type { TransferKind } from './chart';
import type { Finding } from './tables';

export interface MoneyCheck {
  /** The name of the proof's stage, and the subject of its findings. */
  readonly name: string;
  /** As in `ledger_transfers.ref_type`; null if the check covers no transfers. */
  readonly refType: string | null;
  /**
   * @param after the last id of the previous page; null: start at the beginning. A `next` of null: this was the last
   * page.
   */
  page(
    ctx: Context,
    after: string | null,
  ): Promise<{ readonly findings: readonly Finding[]; readonly next: string | null }>;
}

const ROWS_PER_PAGE = 5_000;
const TRANSFERS_PER_PAGE = 20_000;

/** Ids greater than `after` and at most `end`; null: no upper bound. Every id is greater than ''. */
export interface Range {
  readonly after: string;
  readonly end: string | null;
}

/** The condition that a column's value is in the range: `after` exclusive, `end` inclusive. */
export function isInRange(column: SQL, { after, end }: Range): SQL {
  return end === null ? sql`${column} > ${after}` : sql`${column} > ${after} AND ${column} <= ${end}`;
}

/** A list of ids, and how many of them make a page. */
interface Source {
  readonly column: SQL;
  readonly from: SQL;
  readonly perPage: number;
}

/** The next page over several lists at once: it ends where the first list has a full page. */
export async function nextRange(ctx: Context, after: string | null, sources: readonly Source[]): Promise<Range> {
  const start = after ?? '';
  const ends = sources.map(
    ({ column, from, perPage }) => sql`SELECT (SELECT ${column} FROM ${from} AND ${column} > ${start}
      ORDER BY ${column} LIMIT 1 OFFSET ${perPage - 1}) AS id`,
  );
  const row = await ctx.db.get<{ end: string | null }>(
    sql`SELECT min(id) AS end FROM (${sql.join(ends, sql` UNION ALL `)})`,
  );
  return { after: start, end: row.end };
}

interface RowsCheck {
  readonly name: string;
  readonly refType: string;
  /** The rows that the transfers refer to, by `id`. */
  readonly table: SQLiteTable;
  /** The transfers that the rows should have. */
  readonly legs: readonly Leg[];
  /** Compares only legs up to this number one by one; `also` checks the rest. */
  readonly legsThrough?: number;
  /**
   * An additional check: the SQL after `WITH page AS (…)`, which holds the rows of this range. Returns `id, problem`.
   */
  readonly also?: (range: Range) => SQL;
}

interface Leg {
  readonly leg: number;
  /** SQL if the kind depends on the row. */
  readonly kind: TransferKind | SQL;
  /** The user, or `platform:<provider>` if the transfer goes through clearing; omitted if it is neither. */
  readonly holder?: SQL;
  readonly unit: SQL;
  readonly amount: SQL;
  /** The rows that have this transfer; all if omitted. */
  readonly where?: SQL;
}

/** One row for each transfer that a row of `page` should have. Avoids UNION, because D1 allows five terms. */
function expectedOf(legs: readonly Leg[]): SQL {
  const lines = JSON.stringify(legs.map((_, index) => index));
  const byLine = (value: (leg: Leg) => SQL) => {
    const cases = legs.map((leg, index) => sql`WHEN ${literal(index)} THEN ${value(leg)}`);
    return sql`CASE line ${sql.join(cases, sql` `)} END`;
  };
  return sql`
    SELECT id, ${byLine(({ leg }) => literal(leg))},
      ${byLine(({ kind }) => (typeof kind === 'string' ? sql`${kind}` : kind))},
      ${byLine(({ holder }) => holder ?? sql`NULL`)},
      ${byLine(({ unit }) => unit)}, ${byLine(({ amount }) => amount)}
    FROM page JOIN (SELECT value AS line FROM json_each(${lines}))
    WHERE ${byLine(({ where }) => where ?? sql`true`)}`;
}

export const COIN = sql`'coin'`;
export const DIAMOND = sql`'diamond'`;

interface Difference {
  readonly id: string;
  readonly leg: number;
  readonly kind: string;
  readonly holder: string | null;
  readonly unit: string;
  readonly amount: number;
  /** Greater than 0: the transfer is missing; less than 0: it should not exist. */
  readonly missing: number;
  readonly hasRow: number;
}

/** Compares rows with transfers leg by leg, in both directions, with one statement per page. */
export function checkRows({ name, refType, table, legs, legsThrough, also }: RowsCheck): MoneyCheck {
  const id = sql`id`;
  const refId = sql`ref_id`;
  const ofType = sql`ledger_transfers WHERE ref_type = ${refType}`;
  return {
    name,
    refType,
    async page(ctx, after) {
      const range = await nextRange(ctx, after, [
        { column: id, from: sql`${table} WHERE true`, perPage: ROWS_PER_PAGE },
        { column: refId, from: ofType, perPage: TRANSFERS_PER_PAGE },
      ]);
      const page = sql`page AS (SELECT * FROM ${table} WHERE ${isInRange(id, range)})`;
      const differences = await ctx.db.all<Difference>(sql`
        WITH ${page},
        expected (id, leg, kind, holder, unit, amount) AS (${expectedOf(legs)}),
        actual AS (
          SELECT t.ref_id, t.leg, t.kind, CASE
            WHEN debit.kind IN ('wallet', 'earnings', 'sales', 'clearing') THEN debit.owner
            WHEN credit.kind IN ('wallet', 'earnings', 'sales', 'clearing') THEN credit.owner END,
            debit.unit, t.amount
          FROM ledger_transfers t
          LEFT JOIN ledger_accounts debit ON debit.id = t.debit_id
          LEFT JOIN ledger_accounts credit ON credit.id = t.credit_id
          WHERE t.ref_type = ${refType} AND ${isInRange(sql`t.ref_id`, range)}
            ${legsThrough === undefined ? sql`` : sql`AND t.leg <= ${legsThrough}`})
        SELECT id, leg, kind, holder, unit, amount, sum(side) AS missing, id IN (SELECT id FROM page) AS hasRow
        FROM (SELECT *, 1 AS side FROM expected UNION ALL SELECT *, -1 FROM actual)
        GROUP BY id, leg, kind, holder, unit, amount HAVING sum(side) <> 0
        ORDER BY id, leg, missing DESC`);
      const more = also ? await ctx.db.all<Problem>(sql`WITH ${page} ${also(range)}`) : [];
      return { findings: oneEach(name, [...differences.map(describe), ...more]), next: range.end };
    },
  };
}

interface Problem {
  readonly id: string;
  readonly problem: string;
}

function describe({ id, hasRow, missing, leg, kind, amount, unit, holder }: Difference): Problem {
  const transfer = `leg ${leg}, ${kind} of ${amount} ${unit}${holder === null ? '' : ` of ${holder}`}`;
  if (!hasRow) return { id, problem: `does not exist, but has ${transfer}` };
  return { id, problem: `${missing > 0 ? 'lacks' : 'should not have'} ${transfer}` };
}

/** One finding per row, with everything that is wrong with it. */
function oneEach(subject: string, problems: readonly Problem[]): Finding[] {
  const byId = Map.groupBy(problems, ({ id }) => id);
  return [...byId].map(([id, found]) => ({ subject, id, problem: found.map(({ problem }) => problem).join('; ') }));
}
