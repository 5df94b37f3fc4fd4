/**
 * Values in handwritten SQL: integers that SQLite accepts as such, and literals in the SQL text.
 *
 * We write SQL by hand where Drizzle's builder cannot express it: a condition shared by several statements, `INSERT …
 * SELECT`, `json_each`, a CTE, or the order and index that a plan depends on (`CROSS JOIN`, `INDEXED BY`). Everything
 * else uses the builder. A table of another domain is written `${streams}`, so that the import shows who reads it.
 *
 * A value is a parameter, `${value}`, with two exceptions:
 *
 * - D1 binds every JavaScript number as REAL. A number in arithmetic, or one that an `INSERT … SELECT` passes on, is
 *   `${int(value)}`.
 * - SQLite plans before it knows the parameters, so it uses a partial index only if the SQL text contains the index's
 *   condition. The value there is `${literal(value)}`, or plain text if it never varies. A LIMIT inside a shared
 *   condition is a literal too.
 */
import { type SQL, type SQLWrapper, sql } from 'drizzle-orm';

/** @param value an integer, or an expression that evaluates to one */
export function int(value: number | SQLWrapper): SQL<number> {
  return sql<number>`CAST(${value} AS INTEGER)`;
}

const WORD = /^[\w-]*$/;

/** For integers and words of a closed set, never for input from a request. Throws for anything that needs quoting. */
export function literal(value: number | string): SQL {
  const isSafe = typeof value === 'number' ? Number.isSafeInteger(value) : WORD.test(value);
  if (!isSafe) throw new Error(`Bind this value as a parameter: ${value}`);
  return sql.raw(typeof value === 'number' ? String(value) : `'${value}'`);
}
