/** The form of an entry in the lists of what the platform holds about a user. */

import { type SQL, sql } from 'drizzle-orm';
import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core';

/** The rows of a table whose column refers to the user, or to something the user owns. */
export interface Holding {
  readonly as: string;
  readonly table: SQLiteTable;
  readonly tie: SQLiteColumn;
  /** For a `tie` to something the user owns: a SELECT of the ids of those things. */
  readonly things?: (userId: string) => SQL;
  /** The columns that pages continue after: unique together with `tie`, in the order of an index, never null. */
  readonly order: readonly SQLiteColumn[];
  readonly only?: SQL;
  /** Columns to leave out: secrets, and keys that only detect repeated requests. */
  readonly without?: readonly string[];
}

/** The ids of the things that this column's table says the user owns. */
export const mine = (owner: SQLiteColumn) => (userId: string) =>
  sql`(SELECT id FROM ${owner.table} WHERE ${owner} = ${userId})`;
