/** Full-text conditions for lists with their own order. The search domain ranks lists by relevance. */
import { type SQL, sql } from 'drizzle-orm';
import { ftsQuery } from '@/shared/fts';
import { literal } from './sql';

/**
 * The MATCH expression for rows that contain these words and are visible to this audience. Every index has a last
 * column `audience`, which is excluded from the search for words.
 *
 * @param words an FTS5 expression
 * @param audience also evaluates to one
 */
export function matching(words: string, audience: SQL): SQL {
  return sql`(${`(- audience : (${words})) AND audience : (`} || ${audience} || ')')`;
}

/**
 * Rowids of the newest rows that contain the words and are visible to this audience, for `rowid IN (…)`. At most `max`
 * rows, since a word may be in every row.
 *
 * @param index the name of an FTS5 table
 */
export function newestMatches(index: string, words: string, audience: SQL, max: number): SQL {
  const table = sql.raw(index);
  return sql`SELECT rowid FROM ${table} WHERE ${table} MATCH ${matching(ftsQuery(words).begun, audience)}
    ORDER BY rowid DESC LIMIT ${literal(max)}`;
}

/**
 * Prefixes every audience term. The tokenizer keeps this character and no reader's word contains it (see migration
 * 0033), so nobody can search by the prefix of a term that is in every row.
 */
export const AUDIENCE_MARK = '\uE000';

/** @param words audience terms, at least one of which must be among the row's own */
export function audienceOf(words: readonly string[]): SQL<string> {
  return sql<string>`${words.map((word) => `"${AUDIENCE_MARK}${word}"`).join(' OR ')}`;
}

/** The audience of rows that everybody may find. */
export const EVERYBODY = audienceOf(['everybody']);

/** An audience term for a user: a letter for their relation to the row, and their id. */
export function audienceWord(letter: string, id: string): string {
  return `${letter}${id.replaceAll('-', '')}`;
}
