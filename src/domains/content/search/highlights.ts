/**
 * Presents where the words were found as parts of plain text, so that no client has to trust HTML with users' text in
 * it. The marks are control characters, which users' texts cannot contain, so nobody can forge them.
 */

import type { z } from '@hono/zod-openapi';
import { type SQL, sql } from 'drizzle-orm';
import { literal } from '@/db/sql';
import { asWritten } from '@/shared/indexed-text';
import type { Highlight } from './schemas';

const OPEN = '\u0002';
const CLOSE = '\u0003';
const SNIPPET_TOKENS = 24;
/** The SQL of the character before each word that was found. */
export const MARK = sql.raw(`char(${OPEN.charCodeAt(0)})`);

/** A column of an FTS index. Shown whole, or if it is long, the part around the hits. */
export interface Field {
  readonly name: string;
  /** The weight of a hit in this field for the rank. */
  readonly weight: number;
  readonly isLong?: true;
}

/** The marked text of each field, for a SELECT directly from the index. */
export function markedFields(index: SQL, fields: readonly Field[]): SQL[] {
  const marks = sql`${MARK}, ${sql.raw(`char(${CLOSE.charCodeAt(0)})`)}`;
  return fields.map(({ isLong }, column) => {
    const place = literal(column);
    return isLong
      ? sql`snippet(${index}, ${place}, ${marks}, '…', ${literal(SNIPPET_TOKENS)})`
      : sql`highlight(${index}, ${place}, ${marks})`;
  });
}

/** @param marked what `markedFields` selected, as a JSON array; fields without a hit are left out */
export function presentHighlights(fields: readonly Field[], marked: string): z.input<typeof Highlight>[] {
  const texts = JSON.parse(marked) as (string | null)[]; // written by the query above
  return fields.flatMap(({ name }, column) => {
    const text = texts[column];
    return text?.includes(OPEN) ? [{ field: name, parts: partsOf(asWritten(text)) }] : [];
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
