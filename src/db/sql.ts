/**
 * Values in SQL that we write by hand: an integer that SQLite takes for one, and a literal that stands in the text.
 *
 * When we write SQL by hand: where Drizzle's builder has no words for it. That is a condition that several statements
 * share, `INSERT … SELECT`, `json_each`, a CTE, or the order and the index that a plan depends on (`CROSS JOIN`,
 * `INDEXED BY`). Everything else is built. A table of another domain is written `${streams}`, so that the import shows
 * who reads it. A value is a parameter, `${value}`, with two exceptions:
 *
 * - D1 binds every JavaScript number as REAL. A number in arithmetic, or one that an `INSERT … SELECT` hands on, is
 *   `${int(value)}`.
 * - SQLite chooses its plan without the parameters. It uses a partial index only if the query's text implies the index's
 *   condition, so the value there is `${literal(value)}`, or plain text where it never varies. So is a LIMIT in a
 *   condition that others put together.
 */
import { type SQL, type SQLWrapper, sql } from 'drizzle-orm';

/** @param value an integer, or an expression whose value is one */
export function int(value: number | SQLWrapper): SQL<number> {
  return sql<number>`CAST(${value} AS INTEGER)`;
}

const WORD = /^[\w-]*$/;

/** For integers and words of a closed set, never for what a request says. Throws for anything that needs quoting. */
export function literal(value: number | string): SQL {
  const isSafe = typeof value === 'number' ? Number.isSafeInteger(value) : WORD.test(value);
  if (!isSafe) throw new Error(`Bind this as a parameter: ${value}`);
  return sql.raw(typeof value === 'number' ? String(value) : `'${value}'`);
}
