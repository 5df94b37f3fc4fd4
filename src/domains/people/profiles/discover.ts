/** Finds users by role and search text. Two statements; the count is bounded. */
import type { z } from '@hono/zod-openapi';
import { and, desc, type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { countRows } from '@/db/count-rows';
import { EVERYBODY, matching, newestMatches } from '@/db/fts';
import { cardColumnsFor, presentCard } from '@/domains/base/users/present';
import { users } from '@/domains/base/users/tables';
import { profileVisibleTo } from '@/domains/base/visibility/people';
import { COUNT_MAX, limitAndOffset, presentPage } from '@/http/envelope';
import type { Role, Viewer } from '@/shared/actor';
import { ftsQuery } from '@/shared/fts';
import { usernameIn } from '@/shared/text';
import type { UsersQuery } from './schemas';

/** Most followed first, after a user whose username matches exactly. */
export async function discoverUsers(ctx: Context, viewer: Viewer, query: z.output<typeof UsersQuery>) {
  const { q, role } = query;
  const { limit, offset } = limitAndOffset(query);
  const condition = and(profileVisibleTo(viewer), ofRole(role), holding(q));
  const counted = ctx.db.select({ one: sql`1` }).from(users).where(condition);
  const [rows, [{ total = 0 } = {}]] = await Promise.all([
    ctx.db
      .select(cardColumnsFor(viewer))
      .from(users)
      .where(condition)
      .orderBy(
        ...(q === undefined ? [] : [sql`users.username = ${usernameIn(q)} DESC`]),
        desc(users.followerCount),
        desc(users.id),
      )
      .limit(limit)
      .offset(offset),
    countRows(ctx, counted, COUNT_MAX + 1),
  ]);
  return presentPage(rows.map(presentCard), total, query);
}

/** As cards show it. Other roles have an index. */
function ofRole(role: Role | undefined): SQL | undefined {
  if (role === undefined) return undefined;
  return role === 'viewer'
    ? sql`(users.role = 'viewer' OR users.creator_status <> 'APPROVED')`
    : sql`users.role = ${role} AND users.creator_status = 'APPROVED'`;
}

/** The newest matches, up to the count limit, and the user with exactly that username. No rowid is 0. */
function holding(q: string | undefined): SQL | undefined {
  return q === undefined
    ? undefined
    : sql`users.rowid IN (
        SELECT rowid FROM (${newestMatches('users_fts', q, EVERYBODY, COUNT_MAX + 1)})
        UNION ALL SELECT rowid FROM users_fts WHERE users_fts MATCH ${matching(ftsQuery(q).whole, EVERYBODY)}
          AND rowid = coalesce((SELECT named.rowid FROM ${users} named WHERE named.username = ${usernameIn(q)}), 0))`;
}
