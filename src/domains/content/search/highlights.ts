/**
 * Where the words were found, as parts of plain text: no client has to trust HTML that has users' words in it. The marks
 * are control characters, which no text of a user may hold, so none of them can be forged.
 */
import type { z } from '@hono/zod-openapi';
import { type SQL, sql } from 'drizzle-orm';
import type { Highlight } from './schemas';

const OPEN = '\u0002';
const CLOSE = '\u0003';
const SNIPPET_TOKENS = 24;
/** In SQL, the character before each word that was found. */
export const MARK = sql.raw(`char(${OPEN.charCodeAt(0)})`);

/** A column of an FTS index: whole where it is short, else the part around what was found. */
export interface Field {
  readonly name: string;
  /** What a hit here counts for, in the rank. */
  readonly weight: number;
  readonly isLong?: true;
}

/** The marked text of each field. For a SELECT straight from the index. */
export function markedFields(index: SQL, fields: readonly Field[]): SQL[] {
  const marks = sql`${MARK}, ${sql.raw(`char(${CLOSE.charCodeAt(0)})`)}`;
  return fields.map(({ isLong }, column) => {
    const place = sql.raw(String(column));
    return isLong
      ? sql`snippet(${index}, ${place}, ${marks}, '…', ${sql.raw(String(SNIPPET_TOKENS))})`
      : sql`highlight(${index}, ${place}, ${marks})`;
  });
}

/** @param marked what `markedFields` selected, as a JSON array; a field without a hit is left out */
export function presentHighlights(fields: readonly Field[], marked: string): z.input<typeof Highlight>[] {
  const texts = JSON.parse(marked) as (string | null)[]; // written by the query above
  return fields.flatMap(({ name }, column) => {
    const text = texts[column];
    return text?.includes(OPEN) ? [{ field: name, parts: partsOf(text) }] : [];
  });
}

function partsOf(marked: string): { text: string; hit: boolean }[] {
  const [before = '', ...marks] = marked.split(OPEN);
  const parts = marks.flatMap((piece) => {
    const [hit = '', after = ''] = piece.split(CLOSE);
    return [
      { text: hit, hit: true },
      { text: after, hit: false },
    ];
  });
  return [{ text: before, hit: false }, ...parts].filter(({ text }) => text !== '');
}
