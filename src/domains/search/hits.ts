/**
 * What an FTS index finds, ranked: by bm25 with a weight for each column, equal ones newest first. A word may stand in
 * every row, so only the newest matches are ranked, ten times the page: the cost follows the page and not the data.
 */
import { z } from '@hono/zod-openapi';
import { type SQL, sql } from 'drizzle-orm';
import { decodeCursor, encodeCursor, presentCursorPage } from '@/http/envelope';
import { rankedFtsQuery } from '@/shared/fts';
import { type Field, markedFields, presentHighlights } from './highlights';

const RANKED_PER_ITEM = 10;
/** Below any bm25: what is put first. */
const FIRST = -1e9;

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
 * this order and stops when the page is full. Nothing where `q` has no word in it. Throws CURSOR_INVALID.
 *
 * @param first a scalar SELECT of the rowid that comes before all others, if it matches
 */
export function hitsOf(index: Index, { q, cursor, perPage }: Question, first?: SQL): SQL | undefined {
  const after = cursor === undefined ? undefined : decodeCursor(listName(index, q), Position, cursor);
  const expression = rankedFtsQuery(q);
  if (expression === undefined) return undefined;
  const table = sql.raw(index.table);
  const limit = sql.raw(String(RANKED_PER_ITEM * perPage));
  const weights = sql.raw(index.fields.map(({ weight }) => weight.toFixed(1)).join(', '));
  // FTS5 takes a rowid that is NULL for no condition; no row has 0.
  const firstRow = sql`coalesce(${first ?? sql`NULL`}, 0)`;
  const matches = (score: SQL, condition: SQL) => sql`
    SELECT rowid AS hit_row, ${score} AS hit_score, ${markedFields(table, index.fields)} AS hit_marked
    FROM ${table} WHERE ${table} MATCH ${expression} ${condition}`;
  const ranked = sql`SELECT * FROM (${matches(
    sql`bm25(${table}, ${weights})`,
    first ? sql`AND rowid <> ${firstRow}` : sql``,
  )} ORDER BY rowid DESC LIMIT ${limit})`;
  const found = first
    ? sql`${matches(sql.raw(String(FIRST)), sql`AND rowid = ${firstRow}`)} UNION ALL ${ranked}`
    : ranked;
  const rest = after
    ? sql`WHERE hit_score > ${after[0]} OR (hit_score = ${after[0]} AND hit_row < ${after[1]})`
    : sql``;
  // Its own LIMIT keeps SQLite from dropping the order of a subquery.
  return sql`(SELECT * FROM (${found}) ${rest} ORDER BY hit_score, hit_row DESC LIMIT ${limit} + 1) AS hits`;
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
