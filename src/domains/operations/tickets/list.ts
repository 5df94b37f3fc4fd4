/** Lists of tickets: a user's own, and those that staff work through. Each condition has its index. */
import type { z } from '@hono/zod-openapi';
import { and, asc, desc, eq, lt, type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { int } from '@/db/sql';
import { users } from '@/domains/base/users/tables';
import { decodeCursor, encodeCursor, presentCursorPage } from '@/http/envelope';
import type { Actor } from '@/shared/actor';
import { usernameIn } from '@/shared/text';
import { peopleQuery, withinReach } from './access';
import { findNumber } from './number';
import { byId, type CountedTicket, presentSummary } from './present';
import { countedColumns } from './read-ticket';
import { DuePosition, IdPosition, type MyTicketsQuery, type TicketsQuery } from './schemas';
import { tickets } from './tables';

const MINE = 'my-tickets';
const ALL = 'tickets';
const OVERDUE = 'overdue-tickets';

/** Newest first. Throws CURSOR_INVALID. */
export async function listMyTickets(ctx: Context, actor: Actor, query: z.output<typeof MyTicketsQuery>) {
  const { status, cursor, perPage } = query;
  const after = cursor === undefined ? undefined : decodeCursor(MINE, IdPosition, cursor)[0];
  const rows: CountedTicket[] = await ctx.db
    .select(countedColumns)
    .from(tickets)
    .where(
      and(
        eq(tickets.userId, actor.userId),
        status && sql`+${tickets.status} = ${status}`,
        after === undefined ? undefined : lt(tickets.id, after),
      ),
    )
    .orderBy(desc(tickets.id))
    .limit(perPage + 1);
  const present = (row: CountedTicket) => presentSummary(ctx, row, new Map(), 'user');
  return presentCursorPage(rows, perPage, present, ({ id }) => encodeCursor(MINE, [id]));
}

/** Newest first; overdue ones by how long they are overdue. Throws CURSOR_INVALID. */
export async function listTickets(ctx: Context, actor: Actor, query: z.output<typeof TicketsQuery>) {
  const { cursor, perPage, breached } = query;
  const isOverdue = breached !== undefined;
  const { place, order, list } = isOverdue ? overduePlace(ctx, cursor) : newestPlace(cursor);
  const rows: CountedTicket[] = await ctx.db
    .select(countedColumns)
    .from(tickets)
    .where(and(...filtersOf(actor, query, isOverdue), place, withinReach(actor)))
    .orderBy(...order)
    .limit(perPage + 1);
  const ids = rows.flatMap(({ userId, assigneeId }) => [userId, assigneeId ?? userId]);
  const people = byId(await peopleQuery(ctx, sql`SELECT value FROM json_each(${JSON.stringify(ids)})`));
  const position = ({ id, dueAt }: CountedTicket) => (isOverdue ? [dueAt ?? 0, id] : [id]);
  const present = (row: CountedTicket) => presentSummary(ctx, row, people, 'staff');
  return presentCursorPage(rows, perPage, present, (row) => encodeCursor(list, position(row)));
}

function newestPlace(cursor: string | undefined) {
  const after = cursor === undefined ? undefined : decodeCursor(ALL, IdPosition, cursor)[0];
  return { list: ALL, order: [desc(tickets.id)], place: after === undefined ? undefined : lt(tickets.id, after) };
}

function overduePlace(ctx: Context, cursor: string | undefined) {
  const after = cursor === undefined ? undefined : decodeCursor(OVERDUE, DuePosition, cursor);
  const isLate = sql`${tickets.dueAt} IS NOT NULL AND ${tickets.dueAt} < ${int(ctx.now())}`;
  const isLater = after && sql`(${tickets.dueAt}, ${tickets.id}) > (${int(after[0])}, ${after[1]})`;
  return { list: OVERDUE, order: [asc(tickets.dueAt), asc(tickets.id)], place: and(isLate, isLater) };
}

/**
 * The condition that is likely to narrow most comes first, and alone may use an index. In SQLite, a unary `+` keeps a
 * column from being used with one.
 */
function filtersOf(actor: Actor, query: z.output<typeof TicketsQuery>, isOverdue: boolean): SQL[] {
  const { q, userId, assignee, status, priority, category } = query;
  const isRare = status === 'open' || status === 'pending';
  const named = q && isNamed(q);
  const conditions: ((unary: SQL) => SQL)[] = [
    ...(userId ? [(unary: SQL) => sql`${unary}${tickets.userId} = ${userId}`] : []),
    ...(assignee && assignee !== 'none'
      ? [(unary: SQL) => sql`${unary}${tickets.assigneeId} = ${assignee === 'me' ? actor.userId : assignee}`]
      : []),
    ...(status && isRare ? [(unary: SQL) => sql`${unary}${tickets.status} = ${status}`] : []),
    ...(priority ? [(unary: SQL) => sql`${unary}${tickets.priority} = ${priority}`] : []),
    ...(category ? [(unary: SQL) => sql`${unary}${tickets.category} = ${category}`] : []),
    ...(assignee === 'none' ? [(unary: SQL) => sql`${unary}${tickets.assigneeId} IS NULL`] : []),
    ...(status && !isRare ? [(unary: SQL) => sql`${unary}${tickets.status} = ${status}`] : []),
  ];
  const hasIndex = isOverdue || named !== undefined;
  const filters = conditions.map((condition, index) => condition(index > 0 || hasIndex ? sql`+` : sql``));
  return named ? [named, ...filters] : filters;
}

/** A ticket's number, or the username of its user; also the account's own of a user with a stage identity. */
function isNamed(q: string): SQL {
  const username = usernameIn(q);
  const byUser = sql`${tickets.userId} = (SELECT users.id FROM ${users}
    WHERE users.username = ${username} OR users.account_username = ${username})`;
  const number = findNumber(q);
  return number === undefined ? byUser : sql`(${tickets.number} = ${number} OR ${byUser})`;
}
