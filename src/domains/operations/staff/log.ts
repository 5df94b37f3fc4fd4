/**
 * Lists the staff log, newest first. A country admin sees actions about users of their country, and their own. Each
 * filter has an index; if there are several, the first of `filtersOf` leads.
 */

import type { z } from '@hono/zod-openapi';
import { and, desc, eq, getTableColumns, gte, lt, type SQL, sql } from 'drizzle-orm';
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core';
import type { Context } from '@/contracts/context';
import { onlyCountryOf } from '@/domains/base/permissions/permissions';
import { staffLog } from '@/domains/base/permissions/tables';
import { type CardRow, cardColumns, presentCard } from '@/domains/base/users/present';
import { users } from '@/domains/base/users/tables';
import { readRange } from '@/http/day-range';
import { decodeCursor, encodeCursor, presentCursorPage } from '@/http/envelope';
import type { Actor } from '@/shared/actor';
import { firstIdAt } from '@/shared/ids';
import { toIso } from '@/shared/time';
import { LogPosition, type StaffLogEntry, type StaffLogQuery } from './schemas';

const LIST = 'staff-log';

interface LogRow {
  readonly entry: typeof staffLog.$inferSelect;
  readonly staff: CardRow;
}

/** Throws VALIDATION_FAILED, CURSOR_INVALID. */
export async function listStaffLog(ctx: Context, actor: Actor, query: z.output<typeof StaffLogQuery>) {
  const { perPage } = query;
  const filters = filtersOf(query);
  const period = periodOf(ctx, query);
  const read = (more: readonly Filter[]) => logQuery(ctx, [...filters, ...more], period, perPage + 1);
  const country = onlyCountryOf(actor.staff);
  const rows =
    country === undefined
      ? await read([])
      : merged(await Promise.all([read([[staffLog.staffId, actor.userId]]), read([[staffLog.country, country]])]));
  return presentCursorPage(rows.slice(0, perPage + 1), perPage, presentEntry, ({ entry }) =>
    encodeCursor(LIST, [entry.id]),
  );
}

type Filter = readonly [column: SQLiteColumn, value: string];

/** The most selective first. */
function filtersOf(query: z.output<typeof StaffLogQuery>): Filter[] {
  const { subjectId, targetType, targetId, staffId, action, outcome } = query;
  const filters: [SQLiteColumn, string | undefined][] = [
    [staffLog.subjectId, subjectId],
    [staffLog.targetId, targetId],
    [staffLog.staffId, staffId],
    [staffLog.action, action],
    [staffLog.targetType, targetType],
    [staffLog.outcome, outcome],
  ];
  return filters.flatMap(([column, value]): Filter[] => (value === undefined ? [] : [[column, value]]));
}

/** Ids are ordered by time. Throws VALIDATION_FAILED, CURSOR_INVALID. */
function periodOf(ctx: Context, query: z.output<typeof StaffLogQuery>): SQL | undefined {
  const { startMs, endMs } = readRange(ctx.now(), query, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY);
  const after = query.cursor === undefined ? undefined : decodeCursor(LIST, LogPosition, query.cursor)[0];
  const end = firstIdAt(endMs);
  // Only one upper bound: given two, SQLite may seek to the farther one.
  return and(lt(staffLog.id, after !== undefined && after < end ? after : end), gte(staffLog.id, firstIdAt(startMs)));
}

/** In SQLite, a unary `+` keeps a column from being used with an index, so the first filter chooses it. */
function logQuery(ctx: Context, [lead, ...others]: readonly Filter[], period: SQL | undefined, limit: number) {
  return ctx.db
    .select({ entry: getTableColumns(staffLog), staff: cardColumns })
    .from(staffLog)
    .innerJoin(users, eq(users.id, staffLog.staffId))
    .where(and(lead && eq(lead[0], lead[1]), ...others.map(([column, value]) => sql`+${column} = ${value}`), period))
    .orderBy(desc(staffLog.id))
    .limit(limit);
}

/** Two pages, each in the order of its own index: an OR would read and sort all that either side finds. */
function merged(pages: readonly LogRow[][]): LogRow[] {
  const rows = new Map(pages.flat().map((row) => [row.entry.id, row]));
  return [...rows.values()].toSorted((a, b) => (a.entry.id < b.entry.id ? 1 : -1));
}

function presentEntry({ entry, staff }: LogRow): z.input<typeof StaffLogEntry> {
  const { id, action, targetType, targetId, subjectId, outcome, code, before, after, reason, ip, userAgent } = entry;
  return {
    ...{ id, staff: presentCard(staff), action, targetType, targetId, subjectId, outcome },
    ...(code === null ? {} : { code }),
    ...{ before: before ?? null, after: after ?? null },
    ...(reason === null ? {} : { reason }),
    ...{ ip, userAgent, createdAt: toIso(entry.createdAt) },
  };
}
