/**
 * Ranks the matches of an FTS index. A word may occur in every row, so only a window of the newest matches is ranked:
 * ten per item of a page. Each is scored on its own, since FTS5's bm25 would first count every row of every word. The
 * next window starts after this one, so a page may be short and still have a next one.
 */
import { and, or, type SQL, sql } from 'drizzle-orm';
import { matching } from '@/db/fts';
import { literal } from '@/db/sql';
import { ftsQuery } from '@/shared/fts';
import { markedFields, presentHighlights } from './highlights';
import { cursorOf, type Index, NONE_SHOWN, type Question, type WindowPlace, windowPlaceOf } from './place';
import { scoreOf, TIER, type TierName } from './rank';

export const RANKED_PER_ITEM = 10;

/** For a SELECT from `hitsOf`. */
export const hitColumns = {
  row: sql<number>`hits.hit_row`,
  tier: sql<number>`hits.hit_tier`,
  score: sql<number>`hits.hit_score`,
  marked: sql<string>`hits.hit_marked`,
  /** 1 in the last row if it is not a hit of this window but the first row of the next. */
  beyond: sql<number>`hits.hit_beyond`,
  newest: sql<number>`hits.hit_newest`,
};
type HitRow = { [name in keyof typeof hitColumns]: (typeof hitColumns)[name]['_']['type'] };

interface Search {
  readonly index: Index;
  readonly question: Question;
  /** The reader's audience terms, see `matching`. */
  readonly audience: SQL;
  /** A scalar SELECT of the rowid that ranks first if it matches. */
  readonly first?: SQL;
  /** A condition on the index's `rowid`: only these rows are ranked. */
  readonly among?: SQL | undefined;
}

/**
 * The FROM of a search, in rank order. CROSS JOIN the table to it on `hits.hit_row` under the condition `isShown`, so
 * that SQLite keeps the order and stops once the page is full. `beyond` finds the start of the next window; SQLite
 * reads it only if this window did not fill the page. Throws CURSOR_INVALID.
 */
export function hitsOf(search: Search): SQL {
  const { index, question } = search;
  const place = windowPlaceOf(index, question);
  const windowMax = RANKED_PER_ITEM * question.perPage;
  // Each marked text stays a column until it is scored: from JSON, it would be extracted again for every use.
  const names = index.fields.map((_, column) => sql.raw(`hit_${column}`));
  const texts = markedFields(sql.raw(index.table), index.fields).map(
    (text, column) => sql`${text} AS ${names[column]}`,
  );
  const newest = place ? literal(place.newest) : sql`(SELECT max(rowid) FROM ${index.rows})`;
  const isBehindLast = place
    ? sql`hit_score > ${place.score} OR (hit_score = ${place.score} AND hit_row < ${literal(place.row)})`
    : sql`true`;
  // SQLite keeps the order of a subquery only if the subquery has its own LIMIT.
  return sql`(
    WITH found AS (
      ${matches(search, place, texts, windowMax)} LIMIT ${literal(windowMax)}
    ), scored AS (
      SELECT hit_row, hit_tier, json_array(${sql.join(names, sql`, `)}) AS hit_marked,
        hit_tier - (${scoreOf(index.fields, names)}) AS hit_score, 0 AS hit_beyond, ${newest} AS hit_newest
      FROM found
    ), ranked AS (
      SELECT * FROM scored WHERE ${isBehindLast} ORDER BY hit_score, hit_row DESC LIMIT ${literal(windowMax)}
    ), beyond AS (
      SELECT hit_row, hit_tier, '[]', 0, 1, ${newest}
      FROM (${matches(search, place, [], windowMax + 1)} LIMIT 1 OFFSET ${literal(windowMax)})
    )
    SELECT * FROM ranked UNION ALL SELECT * FROM beyond LIMIT ${literal(windowMax + 1)}) AS hits`;
}

/** @param isVisible whether the reader may see a row; the row beyond the window passes too, but is never shown */
export function isShown(isVisible: SQL | undefined): SQL | undefined {
  return or(sql`hits.hit_beyond`, isVisible);
}

/** A SELECT of the matches from `place` on: tier by tier, newest first, at most `max` of each. */
function matches(
  { index, question, audience, first, among }: Search,
  place: WindowPlace | undefined,
  texts: SQL[],
  max: number,
) {
  const { whole, begun } = ftsQuery(question.q);
  // FTS5 ignores a rowid condition that is NULL; 0 matches no row.
  const firstRow = first && sql`coalesce(${first}, 0)`;
  const isFirst = firstRow && sql`rowid = ${firstRow}`;
  const isOther = firstRow && sql`rowid <> ${firstRow}`;
  const tiers: { tier: TierName; words: string; condition: SQL | undefined }[] = [
    ...(isFirst ? [{ tier: 'first', words: whole, condition: isFirst } as const] : []),
    { tier: 'whole', words: whole, condition: isOther },
    // Last, so that the LIMIT may skip it: FTS5 collects all rows of a prefix before it returns the first.
    { tier: 'begun', words: `(${begun}) NOT (${whole})`, condition: isOther },
  ];
  const table = sql.raw(index.table);
  const selects = tiers
    .filter(({ tier }) => !place || place.tier <= TIER[tier])
    .map(({ tier, words, condition }) => {
      const upTo = place && (place.tier === TIER[tier] ? place.begin : place.newest);
      const columns = [sql`rowid AS hit_row`, sql`${literal(TIER[tier])} AS hit_tier`, ...texts];
      const isInWindow = upTo === undefined ? undefined : sql`rowid <= ${literal(upTo)}`;
      return sql`SELECT * FROM (
        SELECT ${sql.join(columns, sql`, `)} FROM ${table}
        WHERE ${and(sql`${table} MATCH ${matching(words, audience)}`, condition, isInWindow, among)}
        ORDER BY rowid DESC LIMIT ${literal(max)})`;
    });
  return sql.join(selects, sql` UNION ALL `);
}

/** @param rows in rank order, at most one more than the page holds */
export async function presentHits<Row extends { readonly hit: HitRow }, T>(
  index: Index,
  question: Question,
  rows: readonly Row[],
  present: (row: Row) => T | Promise<T>,
) {
  const { perPage } = question;
  const shown = rows.filter(({ hit }) => hit.beyond === 0).slice(0, perPage);
  const items = shown.map(async (row) => ({
    ...(await present(row)),
    highlights: presentHighlights(index.fields, row.hit.marked),
  }));
  const next = nextPlace(
    index,
    question,
    rows.map(({ hit }) => hit),
  );
  return {
    items: await Promise.all(items),
    pagination: { nextCursor: next ? cursorOf(index, question, next) : null, perPage },
  };
}

/** After the last hit shown, or at the next window if this one is used up. */
function nextPlace(index: Index, question: Question, rows: readonly HitRow[]): WindowPlace | undefined {
  const hits = rows.filter(({ beyond }) => beyond === 0);
  const last = hits[question.perPage - 1];
  if (last && hits.length > question.perPage) {
    const { newest, score, row } = last;
    const { tier, begin } = windowPlaceOf(index, question) ?? { tier: TIER.first, begin: newest };
    return { newest, tier, begin, score, row };
  }
  const beyond = rows.find((row) => row.beyond === 1);
  return beyond && { newest: beyond.newest, tier: beyond.tier, begin: beyond.row, ...NONE_SHOWN };
}
