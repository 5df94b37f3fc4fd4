/** Words as a condition of a list that has an order of its own. Lists by rank are the search domain's. */
import { type SQL, sql } from 'drizzle-orm';
import { ftsQuery } from '@/shared/fts';

/**
 * The rowids of the newest rows in which the words stand, for `rowid IN (…)`: a word may stand in every row, so no more
 * than `max` of them.
 *
 * @param index the name of an FTS5 table
 */
export function newestMatches(index: string, words: string, max: number): SQL {
  const table = sql.raw(index);
  return sql`SELECT rowid FROM ${table} WHERE ${table} MATCH ${ftsQuery(words).begun}
    ORDER BY rowid DESC LIMIT ${sql.raw(String(max))}`;
}
