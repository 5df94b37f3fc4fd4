/**
 * Changes of usernames. A former name leads to its user for 30 days, and triggers keep it from others for as long. A
 * user changes it at most twice in 14 days.
 */
import { and, eq, gt, type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { int, literal } from '@/db/sql';
import { LEADS_ON_MS, ledTo } from '@/domains/base/visibility/named-user';
import { newId } from '@/shared/ids';
import { usernameIn } from '@/shared/text';
import { DAY_MS } from '@/shared/time';
import { isOnStage, ownDisplayName, ownUsername } from './stage';
import { usernameChanges } from './tables';
import { looksLikeUsername } from './usernames';

/** The window of two changes. */
export const CHANGES_WITHIN_MS = 14 * DAY_MS;
const ROWS_DELETED_MAX = 500;

/**
 * The id in a path that takes a username as well. Undefined if the username leads to nobody.
 */
export async function findIdOf(ctx: Context, idOrUsername: string): Promise<string | undefined> {
  const username = usernameIn(idOrUsername);
  if (!looksLikeUsername(username)) return idOrUsername;
  const { id } = await ctx.db.get<{ id: string | null }>(sql`SELECT ${ledTo(ctx, username)} AS id`);
  return id ?? undefined;
}

/** A SELECT of the ids of users who had this name lately, for staff. @param username folded */
export function hadName(username: string): SQL {
  return sql`SELECT user_id FROM ${usernameChanges} WHERE former = ${username}`;
}

interface NewUsername {
  /** The account's own, before. */
  readonly from: string;
  /** Folded. */
  readonly to: string;
  /** As the user wrote it. A display name that is the username follows. */
  readonly asWritten: string;
}

/**
 * Two statements for one batch, which change nothing if the username is no longer `from`. They violate `users.username`
 * or `users.account_username` if it is taken, and USERNAME_CHANGED_LATELY past the limit.
 */
export function changeUsername(
  ctx: Context,
  userId: string,
  { from, to, asWritten }: NewUsername,
): readonly [record: Statement, rename: Statement] {
  const now = ctx.now();
  const unchanged = sql`id = ${userId} AND ${ownUsername} = ${from} AND status <> 'deleted'`;
  const named = sql`CASE WHEN lower(${ownDisplayName}) = ${from} THEN ${asWritten} ELSE ${ownDisplayName} END`;
  return [
    ctx.db.run(sql`
      INSERT INTO username_changes (id, user_id, former, changed_at)
      SELECT ${newId()}, id, ${from}, ${int(now)} FROM users WHERE ${unchanged}`),
    ctx.db.run(sql`
      UPDATE users SET
        username = CASE WHEN ${isOnStage} THEN username ELSE ${to} END,
        account_username = CASE WHEN ${isOnStage} THEN ${to} END,
        display_name = CASE WHEN ${isOnStage} THEN display_name ELSE ${named} END,
        account_display_name = CASE WHEN ${isOnStage} THEN ${named} END,
        updated_at = ${int(now)}
      WHERE ${unchanged}`),
  ];
}

/** A condition on `username_changes`: the user's own that count towards the limit. */
export function recentChangesOf({ now }: Pick<Context, 'now'>, userId: string): SQL | undefined {
  return and(eq(usernameChanges.userId, userId), gt(usernameChanges.changedAt, now() - CHANGES_WITHIN_MS));
}

/** For the end of an account. */
export function forgetFormerNames(ctx: Context, userId: string): Statement {
  return ctx.db.run(sql`DELETE FROM username_changes WHERE user_id = ${userId}`);
}

/** For a sweep: deletes names that no longer lead anywhere. */
export function clearFormerNames(ctx: Context): Statement {
  return ctx.db.run(sql`DELETE FROM username_changes WHERE id IN
    (SELECT id FROM username_changes WHERE changed_at <= ${int(ctx.now() - LEADS_ON_MS)} LIMIT ${literal(ROWS_DELETED_MAX)})`);
}
