/**
 * What an FTS index finds, ranked. A word may stand in every row, so only the newest matches are ranked, ten times the
 * page, and by what stands in each alone: FTS5's own bm25 counts every row of every word first.
 */
import { z } from '@hono/zod-openapi';
import { type SQL, sql } from 'drizzle-orm';
import { decodeCursor, encodeCursor, presentCursorPage } from '@/http/envelope';
import { ftsQuery } from '@/shared/fts';
import { type Field, MARK, markedFields, presentHighlights } from './highlights';

const RANKED_PER_ITEM = 10;
/** What comes first, whatever its score: this username, then whole words, then beginnings. No sum of weights reaches a step. */
const TIER = { first: -2_000, whole: -1_000, begun: 0 } as const;
/** BM25's k1 and b as they usually are, and how many words a field usually shows. */
const [SATURATION, LENGTH_SHARE, USUAL_WORDS] = [1.2, 0.75, 10];

/** For the reference. */
export const FORMULA =
  'Best matches first, of the newest, ten for each item of a page: those that hold every word as it is written, then ' +
  'those in which the last one is the beginning of a word (of two letters or more). Among them by how often and in how ' +
  'short a text the words stand, as BM25 has it but for the rarity of a word: a username counts 10, a display name 5; a ' +
  'title 10, a category 5, a description 1. Equal ones newest first.';

export interface Index {
  readonly table: string;
  /** In the order of the index's columns. */
  readonly fields: readonly Field[];
}

export interface Question {
  readonly q: string;
  readonly cursor?: string | undefined;
  readonly perPage: number;
}

/** For a SELECT from `hitsOf`. */
export const hitColumns = {
  row: sql<number>`hits.hit_row`,
  score: sql<number>`hits.hit_score`,
  marked: sql<string>`hits.hit_marked`,
};
type HitRow = { [name in keyof typeof hitColumns]: (typeof hitColumns)[name]['_']['type'] };

/**
 * The FROM of a search, in the order of the rank: CROSS JOIN the table to it on `hits.hit_row`, so that SQLite keeps
 * this order and stops when the page is full. Throws CURSOR_INVALID.
 *
 * @param first a scalar SELECT of the rowid that comes before all others, if it matches
 */
export function hitsOf(index: Index, { q, cursor, perPage }: Question, first?: SQL): SQL {
  const after = cursor === undefined ? undefined : decodeCursor(listName(index, q), Position, cursor);
  const { whole, begun } = ftsQuery(q);
  const table = sql.raw(index.table);
  const limit = sql.raw(String(RANKED_PER_ITEM * perPage));
  const marked = markedFields(table, index.fields).map((text, column) => sql`${text} AS ${fieldName(column)}`);
  const matches = (tier: keyof typeof TIER, expression: string, condition: SQL) => sql`
    SELECT rowid AS hit_row, ${sql.raw(String(TIER[tier]))} AS hit_tier, ${sql.join(marked, sql`, `)}
    FROM ${table} WHERE ${table} MATCH ${expression} ${condition}`;
  // FTS5 takes a rowid that is NULL for no condition; no row has 0.
  const firstRow = sql`coalesce(${first ?? sql`NULL`}, 0)`;
  const others = first ? sql`AND rowid <> ${firstRow}` : sql``;
  const newest = (tier: keyof typeof TIER, expression: string) =>
    sql`SELECT * FROM (${matches(tier, expression, others)} ORDER BY rowid DESC LIMIT ${limit})`;
  const found = [
    ...(first ? [matches('first', whole, sql`AND rowid = ${firstRow}`)] : []),
    newest('whole', whole),
    // Last, and only as far as the LIMIT goes: FTS5 gathers all the rows of a beginning before it answers the first.
    newest('begun', `(${begun}) NOT (${whole})`),
  ];
  const fields = index.fields.map((_, column) => fieldName(column));
  const rest = after
    ? sql`WHERE hit_score > ${after[0]} OR (hit_score = ${after[0]} AND hit_row < ${after[1]})`
    : sql``;
  // Its own LIMIT keeps SQLite from dropping the order of a subquery.
  return sql`(
    SELECT * FROM (
      SELECT hit_row, json_array(${sql.join(fields, sql`, `)}) AS hit_marked, hit_tier - (${scoreOf(index)}) AS hit_score
      FROM (${sql.join(found, sql` UNION ALL `)} LIMIT ${limit})
    ) ${rest} ORDER BY hit_score, hit_row DESC LIMIT ${limit}) AS hits`;
}

/** Each marked text is a column until it has been scored: taken out of JSON, it would be read once for every use. */
const fieldName = (column: number) => sql.raw(`hit_${column}`);

/** Of what was marked: of a long field, the part that is shown. */
function scoreOf({ fields }: Index): SQL {
  const scores = fields.map(({ weight }, column) => {
    const countOf = (mark: string) => `(length(hit_${column}) - length(replace(hit_${column}, ${mark}, '')))`;
    const share = `(1 + ${countOf("' '")}) / ${USUAL_WORDS.toFixed(1)}`;
    const room = `${SATURATION} * (1 - ${LENGTH_SHARE} + ${LENGTH_SHARE} * ${share})`;
    return `coalesce(${weight.toFixed(1)} * ${countOf(MARK)} / (${countOf(MARK)} + ${room}), 0)`;
  });
  return sql.raw(scores.join(' + '));
}

const Position = z.tuple([z.number(), z.int()]);
const NAMED_CHARACTERS = 50;

/** A position means nothing to other words. Their beginning will do: a cursor has no room for a hundred characters. */
const listName = ({ table }: Index, q: string) => `${table} ${q.slice(0, NAMED_CHARACTERS)}`;

/** @param rows at most one more than the page holds, in the order of the rank */
export function presentHits<Row extends { readonly hit: HitRow }, T>(
  index: Index,
  { q, perPage }: Question,
  rows: Row[],
  present: (row: Row) => T,
) {
  return presentCursorPage(
    rows,
    perPage,
    (row) => ({ ...present(row), highlights: presentHighlights(index.fields, row.hit.marked) }),
    ({ hit }) => encodeCursor(listName(index, q), [hit.score, hit.row]),
  );
}
