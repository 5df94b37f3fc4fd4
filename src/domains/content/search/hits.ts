/**
 * What an FTS index finds, ranked. A word may stand in every row, so a window of the newest matches is ranked, ten
 * times the page, and by what stands in each alone: FTS5's own bm25 counts every row of every word first. Behind the
 * last of a window the next one begins, so a page may be short and still have a next one.
 */
import { z } from '@hono/zod-openapi';
import { or, type SQL, sql } from 'drizzle-orm';
import { matching } from '@/db/fts';
import { decodeCursor, encodeCursor } from '@/http/envelope';
import { ftsQuery } from '@/shared/fts';
import { type Field, MARK, markedFields, presentHighlights } from './highlights';

const RANKED_PER_ITEM = 10;
/** What comes first, whatever its score: this username, then whole words, then beginnings. No sum of weights reaches a step. */
const TIER = { first: -2_000, whole: -1_000, begun: 0 } as const;
const ABOVE_ALL = -3_000;
/** BM25's k1 and b as they usually are, and how many words a field usually shows. */
const [SATURATION, LENGTH_SHARE, USUAL_WORDS] = [1.2, 0.75, 10];

/** For the reference. */
export const FORMULA =
  'Of what holds the words, the newest are ranked, ten for each item of a page, and when they are read through, the next ' +
  'ones: those that hold every word as it is written, then those in which the last one is the beginning of a word (of ' +
  'two letters or more). Within each of the two by how often and in how short a text the words stand, as BM25 has it but ' +
  'for the rarity of a word: a username counts 10, a display name 5; a title 10, a category 5, a description 1. Equal ' +
  'ones newest first.';

export interface Index {
  readonly table: string;
  /** Whose rows it has. */
  readonly rows: string;
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
  tier: sql<number>`hits.hit_tier`,
  score: sql<number>`hits.hit_score`,
  marked: sql<string>`hits.hit_marked`,
  /** 1 in a last row that is no hit: the first of the next window. */
  beyond: sql<number>`hits.hit_beyond`,
  newest: sql<number>`hits.hit_newest`,
};
type HitRow = { [name in keyof typeof hitColumns]: (typeof hitColumns)[name]['_']['type'] };

/** The newest row when the search began; what the window begins with; the score and the row of the last hit shown. */
const Position = z.tuple([z.int(), z.literal(Object.values(TIER)), z.int(), z.number(), z.int()]);

/**
 * The FROM of a search, in the order of the rank: CROSS JOIN the table to it on `hits.hit_row`, so that SQLite keeps
 * this order and stops when the page is full, under the condition `isShown`. Only if the window gave no full page is
 * the last branch read, which says where the next one begins. Throws CURSOR_INVALID.
 *
 * @param audience who asks, see `matching`
 * @param first a scalar SELECT of the rowid that comes before all others, if it matches
 */
export function hitsOf(index: Index, question: Question, audience: SQL, first?: SQL): SQL {
  const place = placeOf(index, question);
  const max = RANKED_PER_ITEM * question.perPage;
  const marked = markedFields(sql.raw(index.table), index.fields);
  const fields = marked.map((_, column) => fieldName(column));
  const texts = marked.map((text, column) => sql`, ${text} AS ${fieldName(column)}`);
  const matches = (columns: SQL[], limit: number) =>
    matchesOf(index, { q: question.q, place, audience, first, columns: sql.join(columns), limit });
  const newest = place ? whole(place.newest) : sql`(SELECT max(rowid) FROM ${sql.raw(index.rows)})`;
  const rest = place
    ? sql`WHERE hit_score > ${place.score} OR (hit_score = ${place.score} AND hit_row < ${whole(place.row)})`
    : sql``;
  // Its own LIMIT keeps SQLite from dropping a subquery's order.
  return sql`(
    SELECT * FROM (
      SELECT * FROM (
        SELECT hit_row, hit_tier, json_array(${sql.join(fields, sql`, `)}) AS hit_marked,
          hit_tier - (${scoreOf(index)}) AS hit_score, 0 AS hit_beyond, ${newest} AS hit_newest
        FROM (${matches(texts, max)} LIMIT ${whole(max)})
      ) ${rest} ORDER BY hit_score, hit_row DESC LIMIT ${whole(max)})
    UNION ALL
    SELECT hit_row, hit_tier, '[]', 0, 1, ${newest}
    FROM (${matches([], max + 1)} LIMIT 1 OFFSET ${whole(max)})) AS hits`;
}

/** @param isVisible whether a row is for this reader; of what is beyond the window no row is shown */
export function isShown(isVisible: SQL | undefined): SQL | undefined {
  return or(sql`hits.hit_beyond`, isVisible);
}

type Place = NonNullable<ReturnType<typeof placeOf>>;

function placeOf(index: Index, { q, cursor }: Question) {
  if (cursor === undefined) return undefined;
  const [newest, tier, begin, score, row] = decodeCursor(listName(index, q), Position, cursor);
  return { newest, tier, begin, score, row };
}

interface Matches {
  readonly q: string;
  readonly place: Place | undefined;
  readonly audience: SQL;
  readonly first: SQL | undefined;
  /** With a comma before each. */
  readonly columns: SQL;
  /** Of each tier. */
  readonly limit: number;
}

/** Tier by tier, each of them the newest first, from the window's place on. */
function matchesOf(index: Index, { q, place, audience, first, columns, limit }: Matches): SQL {
  const { whole: wholeWords, begun } = ftsQuery(q);
  const table = sql.raw(index.table);
  // FTS5 takes a rowid that is NULL for no condition; no row has 0.
  const firstRow = sql`coalesce(${first ?? sql`NULL`}, 0)`;
  const others = first ? sql`AND rowid <> ${firstRow}` : sql``;
  const tier = (name: keyof typeof TIER, words: string, condition: SQL) => {
    if (place && place.tier > TIER[name]) return [];
    const upTo = place && (place.tier === TIER[name] ? place.begin : place.newest);
    return [
      sql`SELECT * FROM (
        SELECT rowid AS hit_row, ${whole(TIER[name])} AS hit_tier${columns} FROM ${table}
        WHERE ${table} MATCH ${matching(words, audience)} ${condition}
          ${upTo === undefined ? sql`` : sql`AND rowid <= ${whole(upTo)}`}
        ORDER BY rowid DESC LIMIT ${whole(limit)})`,
    ];
  };
  const found = [
    ...(first ? tier('first', wholeWords, sql`AND rowid = ${firstRow}`) : []),
    ...tier('whole', wholeWords, others),
    // Last, and only as far as the LIMIT goes: FTS5 gathers all the rows of a beginning before it answers the first.
    ...tier('begun', `(${begun}) NOT (${wholeWords})`, others),
  ];
  return sql.join(found, sql` UNION ALL `);
}

/** An integer in the text: as a parameter it would be a REAL. */
const whole = (integer: number) => sql.raw(String(integer));

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

const NAMED_CHARACTERS = 50;

/** A position means nothing to other words. Their beginning will do: a cursor has no room for a hundred characters. */
const listName = ({ table }: Index, q: string) => `${table} ${q.slice(0, NAMED_CHARACTERS)}`;

/** @param rows at most one more than the page holds, in the order of the rank */
export async function presentHits<Row extends { readonly hit: HitRow }, T>(
  index: Index,
  question: Question,
  rows: readonly Row[],
  present: (row: Row) => T | Promise<T>,
) {
  const { q, perPage } = question;
  const hits = rows.filter(({ hit }) => hit.beyond === 0);
  const shown = hits.slice(0, perPage);
  return {
    items: await Promise.all(
      shown.map(async (row) => ({
        ...(await present(row)),
        highlights: presentHighlights(index.fields, row.hit.marked),
      })),
    ),
    pagination: { nextCursor: nextCursor(), perPage },
  };

  function nextCursor(): string | null {
    const beyond = rows.find(({ hit }) => hit.beyond === 1)?.hit;
    const last = hits.length > perPage ? shown.at(-1)?.hit : undefined;
    const place = placeOf(index, question);
    if (last)
      return encodeCursor(listName(index, q), [
        last.newest,
        ...(place ? [place.tier, place.begin] : [TIER.first, last.newest]),
        last.score,
        last.row,
      ]);
    return beyond ? encodeCursor(listName(index, q), [beyond.newest, beyond.tier, beyond.row, ABOVE_ALL, 0]) : null;
  }
}
