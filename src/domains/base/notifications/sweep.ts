/**
 * Deletes old notifications, read or not. The current minute selects the users, so no state and no index are needed.
 * Every user's turn comes again within days, however many users there are.
 */
import { sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { literal } from '@/db/sql';
import { users } from '@/domains/base/users/tables';
import { DAY_MS, MINUTE_MS } from '@/shared/time';

/** Since the last announcement: a grouped row expires half a year after its last new actor. */
export const NOTIFICATIONS_KEPT_MS = 180 * DAY_MS;
export const USERS_A_RUN = 500;
/** Bounds the work, since deleting a row also deletes up to a thousand actors. */
export const ROWS_DELETED_MAX = 50;

/** The database deletes a row's actors with it. @returns whether there may be more to do */
export async function sweepNotifications(ctx: Context): Promise<boolean> {
  const now = ctx.now();
  const [last] = await ctx.db.all<{ rowid: number | null }>(sql`SELECT max(rowid) AS rowid FROM ${users}`);
  const pages = Math.ceil(((last?.rowid ?? 0) + 1) / USERS_A_RUN);
  const first = (Math.floor(now / MINUTE_MS) % pages) * USERS_A_RUN;
  const { meta } = await ctx.db.run(sql`
    DELETE FROM notifications WHERE id IN (
      SELECT old.id FROM ${users} CROSS JOIN notifications AS old
        ON old.user_id = users.id AND old.in_app IN (0, 1) AND old.created_at < ${now - NOTIFICATIONS_KEPT_MS}
      WHERE users.rowid >= ${first} AND users.rowid < ${first + USERS_A_RUN} LIMIT ${literal(ROWS_DELETED_MAX)})`);
  return meta.changes >= ROWS_DELETED_MAX;
}
