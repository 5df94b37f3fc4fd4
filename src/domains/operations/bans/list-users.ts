/**
 * Lists users for staff, newest first. Each filter that is not nearly everybody has its index, and a page of a search
 * looks at a limited number of hits, so a page reads little of a hundred thousand users.
 */

import type { z } from '@hono/zod-openapi';
import { desc, getTableColumns, type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { literal } from '@/db/sql';
import { canActOn, onlyCountryOf } from '@/domains/base/permissions/permissions';
import { staff } from '@/domains/base/permissions/tables';
import { hadName } from '@/domains/base/users/former-names';
import { presentUser } from '@/domains/base/users/present';
import { statusOf } from '@/domains/base/users/status';
import { type UserRow, users } from '@/domains/base/users/tables';
import { decodeCursor, encodeCursor } from '@/http/envelope';
import type { Actor, Rank } from '@/shared/actor';
import { ftsQuery } from '@/shared/fts';
import { fold } from '@/shared/text';
import { toIsoOrNull } from '@/shared/time';
import { maskEmail } from './mask-email';
import { CursorPosition, type ListedUser, type UsersQuery } from './schemas';

type Query = z.output<typeof UsersQuery>;

const LIST = 'admin-users';
/** Hits of a search that one page looks at, whatever the other filters leave of them. */
const HITS_A_PAGE = 200;

interface Listed {
  readonly user: UserRow;
  readonly rank: Rank | null;
  readonly country: string | null;
}

/** A country admin sees their country only. Throws CURSOR_INVALID. */
export async function listUsers(ctx: Context, actor: Actor, query: Query) {
  const { q } = query;
  const only = onlyCountryOf(actor.staff);
  const filters = only === undefined ? query : { ...query, country: only };
  const isForeign = query.country !== undefined && query.country !== filters.country;
  const after = query.cursor === undefined ? undefined : decodeCursor(LIST, CursorPosition, query.cursor)[0];
  if (isForeign) return presentFound(actor, [], query.perPage, null);
  return q === undefined ? listByFilter(ctx, actor, filters, after) : searchUsers(ctx, actor, { ...filters, q }, after);
}

async function listByFilter(ctx: Context, actor: Actor, query: Query, after: string | number | undefined) {
  const page = sql`SELECT users.id AS found_id FROM ${sourceOf(query)}
    WHERE ${conditionsOf(query)} AND ${after === undefined ? sql`TRUE` : sql`users.id < ${String(after)}`}
    ORDER BY ${query.rank === undefined ? sql`users.id` : sql`staff.user_id`} DESC LIMIT ${query.perPage + 1}`;
  const rows = await listedQuery(ctx, page).orderBy(desc(users.id));
  const last = rows.length > query.perPage ? rows[query.perPage - 1]?.user.id : undefined;
  return presentFound(actor, rows.slice(0, query.perPage), query.perPage, last ?? null);
}

/**
 * By words of the names, or by the whole id, address or username. A page can be shorter than asked for while there are
 * more hits to look at: its cursor then goes on after the last one.
 */
async function searchUsers(
  ctx: Context,
  actor: Actor,
  query: Query & { readonly q: string },
  after: string | number | undefined,
) {
  const key = fold(query.q);
  const match = `{username display_name} : (${ftsQuery(query.q).begun})`;
  const hits = sql`SELECT hit FROM (
    SELECT users.rowid AS hit FROM ${users} WHERE users.id = ${key} OR users.email_key = ${key} OR users.username = ${key}
      OR users.account_username = ${key} OR users.id IN (${hadName(key)})
    UNION SELECT * FROM (SELECT rowid AS hit FROM users_fts WHERE users_fts MATCH ${match}
      AND rowid < ${Number(after ?? Number.MAX_SAFE_INTEGER)} ORDER BY rowid DESC LIMIT ${literal(HITS_A_PAGE)}))
    WHERE hit < ${Number(after ?? Number.MAX_SAFE_INTEGER)} ORDER BY hit DESC LIMIT ${literal(HITS_A_PAGE)}`;
  const page = sql`SELECT users.id AS found_id, hits.hit AS found_row
    FROM (${hits}) AS hits CROSS JOIN ${users} ON users.rowid = hits.hit LEFT JOIN ${staff} ON staff.user_id = users.id
    WHERE ${conditionsOf(query)} ORDER BY hits.hit DESC LIMIT ${query.perPage + 1}`;
  const [rows, [seen]] = await Promise.all([
    listedQuery(ctx, page).orderBy(sql`page.found_row DESC`),
    ctx.db.all<{ count: number; oldest: number | null }>(
      sql`SELECT count(*) AS count, min(hit) AS oldest FROM (${hits})`,
    ),
  ]);
  const isMore = rows.length > query.perPage;
  const isCut = seen !== undefined && seen.count >= HITS_A_PAGE;
  const last = isMore ? rows[query.perPage - 1]?.row : isCut ? seen.oldest : undefined;
  return presentFound(actor, rows.slice(0, query.perPage), query.perPage, last ?? null);
}

/** @param page selects `found_id`, in order */
function listedQuery(ctx: Context, page: SQL) {
  return ctx.db
    .select({
      user: getTableColumns(users),
      rank: staff.rank,
      country: sql<string | null>`users.country`,
      row: sql<number>`users.rowid`,
    })
    .from(sql`(${page}) AS page`)
    .crossJoin(users)
    .leftJoin(staff, sql`${staff.userId} = ${users.id}`)
    .where(sql`users.id = page.found_id`);
}

/** The table to begin with, and its index in the order of ids: the filter that leaves the fewest. */
function sourceOf({ rank, status, country, role }: Query): SQL {
  if (rank !== undefined) return sql`${staff} CROSS JOIN ${users} ON users.id = staff.user_id`;
  return sql`${users} ${indexFor({ status, country, role })} LEFT JOIN ${staff} ON staff.user_id = users.id`;
}

function indexFor({ status, country, role }: Pick<Query, 'status' | 'country' | 'role'>): SQL {
  if (status !== undefined && status !== 'active') return sql`INDEXED BY users_banned`;
  if (country !== undefined && role !== undefined) return sql`INDEXED BY users_by_country_and_role`;
  if (country !== undefined) return sql`INDEXED BY users_by_country`;
  return role === undefined ? sql`` : sql`INDEXED BY users_by_role`;
}

function conditionsOf({ rank, status, country, role }: Query): SQL {
  const conditions = [STATUSES[status ?? 'any']];
  if (rank !== undefined) conditions.push(sql`staff.rank = ${rank}`);
  if (country !== undefined) conditions.push(sql`users.country = ${country}`);
  if (role !== undefined) conditions.push(sql`users.role = ${role}`);
  return sql.join(conditions, sql` AND `);
}

const STATUSES = {
  any: sql`users.status <> 'deleted'`,
  active: sql`users.status <> 'deleted' AND users.status = 'active'`, // the first half matches the indexes
  suspended: sql`users.status = 'banned' AND users.banned_until IS NOT NULL`,
  banned: sql`users.status = 'banned' AND users.banned_until IS NULL`,
} as const;

function presentFound(actor: Actor, rows: readonly Listed[], perPage: number, last: string | number | null) {
  return {
    items: rows.map((row) => presentListed(actor, row)),
    pagination: { nextCursor: last === null ? null : encodeCursor(LIST, [last]), perPage },
  };
}

function presentListed(actor: Actor, { user, rank, country }: Listed): z.input<typeof ListedUser> {
  const shown = presentUser(user, rank === null ? null : { rank });
  const mayAct = canActOn(actor, { userId: user.id, rank, country });
  return {
    ...shown,
    ...(mayAct ? {} : { email: maskEmail(user.email), birthDate: null, gender: null }),
    status: statusOf(user),
    until: toIsoOrNull(user.bannedUntil),
  };
}
