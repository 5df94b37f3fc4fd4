/**
 * Where a page of a search starts: a window of matches, and the last hit of it that was shown. Windows count from the
 * row that was newest when the search began, so new rows do not shift later pages.
 */
import { z } from '@hono/zod-openapi';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import { decodeCursor, encodeCursor } from '@/http/envelope';
import type { Field } from './highlights';
import { TIER } from './rank';

const NAMED_CHARACTERS = 50;

export interface Index {
  /** The name of the FTS5 table. */
  readonly table: string;
  /** The table whose rows it indexes. */
  readonly rows: SQLiteTable;
  /** In the order of the index's columns. */
  readonly fields: readonly Field[];
}

export interface Question {
  readonly q: string;
  readonly cursor?: string | undefined;
  readonly perPage: number;
}

export interface WindowPlace {
  /** The newest row when the search began. */
  readonly newest: number;
  /** The window starts with row `begin` of this tier. */
  readonly tier: number;
  readonly begin: number;
  /** The last hit that was shown. */
  readonly score: number;
  readonly row: number;
}

/** A position before every hit of a window. */
export const NONE_SHOWN = { score: -3_000, row: 0 } as const;

const Position = z.tuple([z.int(), z.literal(Object.values(TIER)), z.int(), z.number(), z.int()]);

/** Undefined on the first page. Throws CURSOR_INVALID. */
export function windowPlaceOf(index: Index, { q, cursor }: Question): WindowPlace | undefined {
  if (cursor === undefined) return undefined;
  const [newest, tier, begin, score, row] = decodeCursor(listName(index, q), Position, cursor);
  return { newest, tier, begin, score, row };
}

export function cursorOf(index: Index, { q }: Question, { newest, tier, begin, score, row }: WindowPlace): string {
  return encodeCursor(listName(index, q), [newest, tier, begin, score, row]);
}

/** Ties a cursor to its words. Their first 50 characters suffice: a cursor has no room for a hundred. */
const listName = ({ table }: Index, q: string) => `${table} ${q.slice(0, NAMED_CHARACTERS)}`;
