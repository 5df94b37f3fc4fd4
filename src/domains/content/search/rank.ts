/** The rank of search hits: tiers that no score can cross, and within each tier a score derived from BM25. */
import { type SQL, sql } from 'drizzle-orm';
import { type Field, MARK } from './highlights';

/** Exact username first, then whole words, then prefixes. Scores stay far below the step between tiers. */
export const TIER = { first: -2_000, whole: -1_000, begun: 0 } as const;
export type TierName = keyof typeof TIER;

/** BM25's usual k1 and b, and the typical number of words a field shows. */
const [SATURATION, LENGTH_SHARE, USUAL_WORDS] = [1.2, 0.75, 10].map(constant) as [SQL, SQL, SQL];

/** For the API reference. */
export const FORMULA =
  'Ranking covers the newest matches, ten per item of a page; later pages go on with the next ones. Matches that ' +
  'contain every word in full come first, then those where the last word matches as a prefix (two letters or more). ' +
  'Both groups are ordered by how often the words occur and how short the text is, as in BM25 but without the rarity ' +
  'of a word. A username weighs 10, a display name 5; a title 10, a category 5, a description 1. Equal matches come ' +
  'newest first.';

/** Puts the number into the SQL text, so that every search has the same statement. */
function constant(value: number): SQL {
  return sql.raw(String(value));
}

/**
 * The sum of the fields' scores. A long field is scored by its snippet.
 * @param texts the marked text of each field
 */
export function scoreOf(fields: readonly Field[], texts: readonly SQL[]): SQL {
  const scores = fields.map(({ weight }, column) => {
    const text = texts[column] ?? sql`NULL`;
    const hits = occurrences(text, MARK);
    const length = sql`(1 + ${occurrences(text, sql`' '`)}) / ${USUAL_WORDS}`;
    const damping = sql`${SATURATION} * (1 - ${LENGTH_SHARE} + ${LENGTH_SHARE} * ${length})`;
    return sql`coalesce(${constant(weight)} * ${hits} / (${hits} + ${damping}), 0)`;
  });
  return sql.join(scores, sql` + `);
}

function occurrences(text: SQL, character: SQL): SQL {
  return sql`(length(${text}) - length(replace(${text}, ${character}, '')))`;
}
