/** The envelope of every JSON response, and the shapes of its lists. */
import { z } from '@hono/zod-openapi';
import { decrypt, encrypt } from '@/shared/crypto';
import type { Keyring } from '@/shared/keys';
import { type AppError, httpError } from './errors';
import { aToken, inQuery } from './fields';
import { invalid } from './validation';

/** A response with more than data: a sentence for people, headers or another status. */
export class Envelope<T> {
  constructor(
    readonly data: T,
    readonly extras: { message?: string; headers?: Record<string, string>; status?: 200 | 201 | 202 } = {},
  ) {}
}

export function reply<T>(data: T, extras: Envelope<T>['extras']): Envelope<T> {
  return new Envelope(data, extras);
}

export const ErrorEnvelope = z
  .object({
    success: z.literal(false),
    error: z.object({
      code: z.string(),
      message: z.string(),
      details: z.unknown().optional(),
      requestId: z.string().optional(),
    }),
  })
  .openapi('Error');

/** A nullable shape. NOTE: `.nullable()` on a named schema would make its page of the reference nullable. */
export function orNull<T extends z.ZodType>(shape: T) {
  return z.union([shape, z.null()]);
}

/** For endpoints that return no data. */
export const Nothing = z.object({}).openapi('Nothing');

/** Renders a refusal: the only form in which an error leaves the API. */
export function errorResponse(error: AppError, requestId: string): Response {
  const { code, message, details, status, headers } = error;
  const body = {
    code,
    message,
    ...(details === undefined ? {} : { details }),
    ...(status >= 500 ? { requestId } : {}),
  };
  return Response.json({ success: false, error: body }, { status, headers });
}

// --- Lists by page

const PAGE_SIZE_DEFAULT = 20;
const PAGE_SIZE_MAX = 100;
/** Counting stops here: nobody turns to page 501, and each counted row costs a row read. */
export const COUNT_MAX = 10_000;

const perPage = inQuery(z.number().int().min(1).max(PAGE_SIZE_MAX))
  .default(PAGE_SIZE_DEFAULT)
  .openapi({ description: 'Also taken as `limit`.' });
export const pageQuery = {
  page: inQuery(z.number().int().min(1).max(COUNT_MAX)).default(1),
  perPage,
};
export interface PageQuery {
  page: number;
  perPage: number;
}

/** Every list also takes `perPage` by the name `limit`. Throws VALIDATION_FAILED if the two differ. */
export function readPerPage(schema: z.ZodType, query: Record<string, unknown>): Record<string, unknown> {
  const { limit, ...rest } = query;
  if (limit === undefined || !isList(schema)) return query;
  if (rest.perPage !== undefined && rest.perPage !== limit) throw invalid('limit', 'must not differ from perPage');
  return { ...rest, perPage: limit };
}

function isList(schema: z.ZodType): boolean {
  return schema instanceof z.ZodObject && 'perPage' in schema.shape;
}

/** The range of a page's rows. Empty beyond COUNT_MAX, since skipping a row costs as much as reading it. */
export function limitAndOffset({ page, perPage }: PageQuery): { limit: number; offset: number } {
  const offset = (page - 1) * perPage;
  return offset < COUNT_MAX ? { limit: perPage, offset } : { limit: 0, offset: 0 };
}

/** A page of a list that is in memory. */
export function pageSlice<T>(items: readonly T[], page: PageQuery): T[] {
  const { limit, offset } = limitAndOffset(page);
  return items.slice(offset, offset + limit);
}

const Pagination = z
  .object({
    page: z.int(),
    perPage: z.int(),
    total: z.int(),
    totalPages: z.int(),
    totalCapped: z.boolean().optional(),
  })
  .openapi('Pagination');

export function pageOf<T extends z.ZodType>(item: T) {
  return z.object({ items: z.array(item), pagination: Pagination });
}

/** @param counted the number of rows, counted up to COUNT_MAX + 1 */
export function presentPage<T>(items: T[], counted: number, { page, perPage }: PageQuery) {
  const total = Math.min(counted, COUNT_MAX);
  return {
    items,
    pagination: {
      page,
      perPage,
      total,
      totalPages: Math.ceil(total / perPage),
      ...(counted > COUNT_MAX ? { totalCapped: true } : {}),
    },
  };
}

// --- Lists by cursor

export const cursorQuery = { cursor: aToken(500).optional(), perPage };

export function cursorPageOf<T extends z.ZodType>(item: T) {
  return z.object({
    items: z.array(item),
    pagination: z.object({ nextCursor: z.string().nullable(), perPage: z.int() }),
  });
}

/** @param list the list's name: a cursor is only valid for the list that issued it */
export function encodeCursor(list: string, position: (string | number)[]): string {
  return Buffer.from(JSON.stringify([list, ...position])).toString('base64url');
}

/** @param shape the position that follows the list's name. Throws CURSOR_INVALID. */
export function decodeCursor<T extends z.ZodType>(list: string, shape: T, cursor: string): z.output<T> {
  try {
    const [name, ...position] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown[]; // checked below
    if (name === list) return shape.parse(position);
  } catch {
    // Falls through: a cursor that cannot be read is not ours.
  }
  throw httpError('CURSOR_INVALID');
}

/** Like `encodeCursor`, but encrypted: the position may reveal users who are hidden from the reader. */
export function sealCursor(keys: Keyring, list: string, position: (string | number)[]): Promise<string> {
  return encrypt(keys, list, JSON.stringify(position), 'cursor');
}

/** @param shape the sealed position. Throws CURSOR_INVALID, also if the key was removed. */
export async function openCursor<T extends z.ZodType>(
  keys: Keyring,
  list: string,
  shape: T,
  cursor: string,
): Promise<z.output<T>> {
  try {
    return shape.parse(JSON.parse(await decrypt(keys, list, cursor, 'cursor')));
  } catch {
    throw httpError('CURSOR_INVALID');
  }
}

/** @param rows one more than fits the page if there are more */
export function presentCursorPage<Row, T>(
  rows: Row[],
  perPage: number,
  present: (row: Row) => T,
  cursorAfter: (row: Row) => string,
) {
  const items = rows.slice(0, perPage);
  const last = items.at(-1);
  return {
    items: items.map(present),
    pagination: { nextCursor: rows.length > perPage && last !== undefined ? cursorAfter(last) : null, perPage },
  };
}
