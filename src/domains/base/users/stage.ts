/**
 * A performer's stage identity. While it is on, `username` and `display_name`, which every reader uses, hold the handle
 * and the name of the stage, and the account's own names are only for the user and for staff.
 */
import { and, eq, isNotNull, isNull, type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { differs } from '@/db/differs';
import { type UserRow, users } from './tables';

/** For a query that has `users` without an alias. */
export const isOnStage = sql<number>`(users.account_username IS NOT NULL)`;

/** The account's own names, for texts that the user alone reads. For a query that has `users` without an alias. */
export const ownUsername = sql<string>`coalesce(users.account_username, users.username)`;
export const ownDisplayName = sql<string>`coalesce(users.account_display_name, users.display_name)`;

type Names = Pick<UserRow, 'username' | 'displayName' | 'accountUsername' | 'accountDisplayName'>;

/** The row with the account's own names instead of the public ones. */
export function withOwnNames<Row extends Names>(row: Row): Row {
  const { username, displayName, accountUsername, accountDisplayName } = row;
  return { ...row, username: accountUsername ?? username, displayName: accountDisplayName ?? displayName };
}

/** The values that change the account's own display name, for an UPDATE of `users`. */
export function ownDisplayNameSet(displayName: string) {
  return {
    displayName: sql<string>`CASE WHEN ${isOnStage} THEN users.display_name ELSE ${displayName} END`,
    accountDisplayName: sql<string>`CASE WHEN ${isOnStage} THEN ${displayName} END`,
  };
}

/** The bio that everyone sees: that of the stage, while its identity is on. @param bio a column or expression */
export function publicBio(bio: SQL = sql`users.bio`): SQL<string> {
  return sql<string>`CASE WHEN ${isOnStage} THEN coalesce(users.stage_bio, '') ELSE ${bio} END`;
}

/** The links that everyone sees: none while the stage identity is on, since they lead to the account's owner. */
export const publicLinks = sql`CASE WHEN ${isOnStage} THEN '[]' ELSE users.links END`.mapWith(users.links);

interface StageChanges {
  /** Null: none. Shown then is the username. */
  readonly stageName?: string | null | undefined;
  readonly stageHandle?: string | undefined;
  readonly stageBio?: string | null | undefined;
}

/**
 * Absent fields keep their value. While the stage identity is on, everyone sees the new names. Changes nothing if the row
 * already has these values. Violates `users.username` or `users.stage_handle` if the handle is taken.
 */
export function changeStage(ctx: Context, userId: string, changes: StageChanges): Statement {
  const { stageName, stageHandle } = changes;
  const shown = (column: SQL, value: string | SQL) => sql`CASE WHEN ${isOnStage} THEN ${value} ELSE ${column} END`;
  return ctx.db
    .update(users)
    .set({
      ...changes,
      ...(stageName === undefined
        ? {}
        : { displayName: shown(sql`users.display_name`, stageName ?? sql`users.username`) }),
      ...(stageHandle === undefined ? {} : { username: shown(sql`users.username`, stageHandle) }),
      updatedAt: ctx.now(),
    })
    .where(and(eq(users.id, userId), differs(users, changes)));
}

/** A condition for `requireThat`: the user has chosen both names of the stage. */
export function hasStageNames(userId: string): SQL<number> {
  return sql<number>`EXISTS (SELECT 1 FROM users
    WHERE id = ${userId} AND stage_name IS NOT NULL AND stage_handle IS NOT NULL)`;
}

/** Shows the stage's names to everyone. Changes nothing if it does already, or a name is missing. */
export function enterStage(ctx: Context, userId: string, condition: SQL = sql`TRUE`): Statement {
  return ctx.db
    .update(users)
    .set({
      accountUsername: sql`username`,
      accountDisplayName: sql`display_name`,
      username: sql`stage_handle`,
      displayName: sql`stage_name`,
      updatedAt: ctx.now(),
    })
    .where(
      and(
        eq(users.id, userId),
        isNull(users.accountUsername),
        isNotNull(users.stageHandle),
        isNotNull(users.stageName),
        condition,
      ),
    );
}

/** Shows the account's own names again. Changes nothing if everyone sees them already. */
export function leaveStage(ctx: Context, userId: string): Statement {
  return ctx.db
    .update(users)
    .set({
      username: sql`account_username`,
      displayName: sql`account_display_name`,
      accountUsername: null,
      accountDisplayName: null,
      updatedAt: ctx.now(),
    })
    .where(and(eq(users.id, userId), isNotNull(users.accountUsername)));
}
