/** Words as a condition of a list that has an order of its own. Lists by rank are the search domain's. */
import { type SQL, sql } from 'drizzle-orm';
import { ftsQuery } from '@/shared/fts';
import { literal } from './sql';

/**
 * What to MATCH for rows that hold these words and that are for one of this audience. An index ends with the column
 * `audience`, in which the words of a text are not looked for.
 *
 * @param words an FTS5 expression
 * @param audience gives one, too
 */
export function matching(words: string, audience: SQL): SQL {
  return sql`(${`(- audience : (${words})) AND audience : (`} || ${audience} || ')')`;
}

/**
 * The rowids of the newest rows in which the words stand and that this audience may find, for `rowid IN (…)`: a word
 * may stand in every row, so no more than `max` of them.
 *
 * @param index the name of an FTS5 table
 */
export function newestMatches(index: string, words: string, audience: SQL, max: number): SQL {
  const table = sql.raw(index);
  return sql`SELECT rowid FROM ${table} WHERE ${table} MATCH ${matching(ftsQuery(words).begun, audience)}
    ORDER BY rowid DESC LIMIT ${literal(max)}`;
}

/**
 * Before each word of an audience: a character that the tokenizer keeps and no reader's word has (see migration 0033), so
 * that nobody searches by the beginning of a word that stands in every row.
 */
export const AUDIENCE_MARK = '\uE000';

/** @param words of an audience, of which one must stand in a row's own */
export function audienceOf(words: readonly string[]): SQL<string> {
  return sql<string>`${words.map((word) => `"${AUDIENCE_MARK}${word}"`).join(' OR ')}`;
}

/** In the audience of whatever all may find. */
export const EVERYBODY = audienceOf(['everybody']);

/** How an audience names somebody: a letter for what they are to the row, and their id. */
export function audienceWord(letter: string, id: string): string {
  return `${letter}${id.replaceAll('-', '')}`;
}
