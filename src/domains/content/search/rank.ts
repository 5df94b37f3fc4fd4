/** The rank of a search: tiers that no score can cross, and within each a score after BM25. */
import { type SQL, sql } from 'drizzle-orm';
import { type Field, MARK } from './highlights';

/** A user with exactly this username, then whole words, then beginnings of words. Scores stay far below a step. */
export const TIER = { first: -2_000, whole: -1_000, begun: 0 } as const;
export type TierName = keyof typeof TIER;

/** BM25's k1 and b as they usually are, and how many words a field usually shows. */
const [SATURATION, LENGTH_SHARE, USUAL_WORDS] = [1.2, 0.75, 10].map(constant) as [SQL, SQL, SQL];

/** For the reference. */
export const FORMULA =
  'The newest matches are ranked, ten for each item of a page, and when a reader has paged through them, the next ones. ' +
  'Matches that hold every word as it is written come first, then those in which the last word is only the beginning ' +
  'of a word (two letters or more). Both groups are ordered by how often the words occur and how short the text is, as ' +
  'in BM25 but without the rarity of a word. A username counts 10, a display name 5; a title 10, a category 5, a ' +
  'description 1. Equal matches come newest first.';

/** A number in the text, so that every search has the same statement. */
function constant(value: number): SQL {
  return sql.raw(String(value));
}

/**
 * The sum of the fields' scores. A field that is long is scored by the part that is shown.
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
