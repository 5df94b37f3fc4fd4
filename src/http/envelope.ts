/** The envelope of every JSON answer, and the shapes of its lists. */
import { z } from '@hono/zod-openapi';
import { decrypt, encrypt } from '@/shared/crypto';
import type { Keyring } from '@/shared/keys';
import { type AppError, httpError } from './errors';

/** An answer with more than data: a sentence for people, a header, another status. */
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

/** A shape that may be missing. `.nullable()` of a named one would make its page of the reference say that it is null. */
export function orNull<T extends z.ZodType>(shape: T) {
  return z.union([shape, z.null()]);
}

/** For endpoints that have done it and have nothing to tell. */
export const Nothing = z.object({}).openapi('Nothing');

/** Renders a refusal: the only shape in which an error leaves the API. */
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
/** Counting stops here: nobody turns to page 501, and a count costs a row read each. */
export const COUNT_MAX = 10_000;

const perPage = z.coerce.number().int().min(1).max(PAGE_SIZE_MAX).default(PAGE_SIZE_DEFAULT);
export const pageQuery = {
  page: z.coerce.number().int().min(1).max(COUNT_MAX).default(1),
  perPage,
};
export interface PageQuery {
  page: number;
  perPage: number;
}

/** Where a page's rows are. Past those that are counted it has none: to skip a row costs as much as to read it. */
export function limitAndOffset({ page, perPage }: PageQuery): { limit: number; offset: number } {
  const offset = (page - 1) * perPage;
  return offset < COUNT_MAX ? { limit: perPage, offset } : { limit: 0, offset: 0 };
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

/** @param counted how many rows there are, counted at most to COUNT_MAX + 1 */
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

export const cursorQuery = { cursor: z.string().max(500).optional(), perPage };

export function cursorPageOf<T extends z.ZodType>(item: T) {
  return z.object({
    items: z.array(item),
    pagination: z.object({ nextCursor: z.string().nullable(), perPage: z.int() }),
  });
}

/** @param list the list's name: a cursor is good for the list that gave it */
export function encodeCursor(list: string, position: (string | number)[]): string {
  return Buffer.from(JSON.stringify([list, ...position])).toString('base64url');
}

/** @param shape what the list wrote after its name. Throws CURSOR_INVALID. */
export function decodeCursor<T extends z.ZodType>(list: string, shape: T, cursor: string): z.output<T> {
  try {
    const [name, ...position] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown[]; // checked below
    if (name === list) return shape.parse(position);
  } catch {
    // Falls through: whatever is wrong with it, it is not ours.
  }
  throw httpError('CURSOR_INVALID');
}

/** As `encodeCursor`, where the position may tell of somebody out of the reader's sight: it is neither read nor forged. */
export function sealCursor(keys: Keyring, list: string, position: (string | number)[]): Promise<string> {
  return encrypt(keys, list, JSON.stringify(position), 'cursor');
}

/** @param shape what the list sealed. Throws CURSOR_INVALID, also once the key is gone. */
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

/** @param rows one more than the page holds, where there are more */
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
