/**
 * Whom a username leads to: its holder, or else whoever had it in the last 30 days. No name of an account leads to a
 * performer whose stage identity is on.
 */
import { type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { int } from '@/db/sql';
import { usernameChanges, users } from '@/domains/base/users/tables';
import { DAY_MS } from '@/shared/time';

/** NOTE: the triggers of migration 0090 have the same. */
export const LEADS_ON_MS = 30 * DAY_MS;

/** A scalar SELECT of the user's id. NULL if the name leads to nobody. @param username folded */
export function ledTo({ now }: Pick<Context, 'now'>, username: string): SQL<string | null> {
  return sql<string | null>`coalesce(
    (SELECT holder.id FROM ${users} holder WHERE holder.username = ${username}),
    (SELECT changed.user_id FROM ${usernameChanges} changed JOIN ${users} renamed ON renamed.id = changed.user_id
     WHERE changed.former = ${username} AND changed.changed_at > ${int(now() - LEADS_ON_MS)}
       AND renamed.account_username IS NULL
     ORDER BY changed.changed_at DESC LIMIT 1))`;
}
