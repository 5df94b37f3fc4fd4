/** The account behind a sign-in: user, staff rank and password hash in one indexed read. */

import { and, eq, ne, type SQL } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { effectiveRank } from '@/domains/base/permissions/dormant';
import { staff } from '@/domains/base/permissions/tables';
import { withOwnNames } from '@/domains/base/users/stage';
import { type UserRow, users } from '@/domains/base/users/tables';

import type { Actor, Staff } from '@/shared/actor';
import { fold } from '@/shared/text';
import { authError } from './errors';
import { accounts } from './tables';

export interface Account {
  /** With the account's own names, which the user signs in with and mails address them by. */
  readonly user: UserRow;
  /** Also a dormant rank, which gives no power: see `actorOf`. */
  readonly staff: Staff | null;
  readonly secretHash: string | null;
  /** When the password was set, in ms. Hashing it again does not change this. */
  readonly passwordSetAt: number | null;
}

export function findAccountByEmail(ctx: Context, email: string): Promise<Account | undefined> {
  return findAccount(ctx, eq(users.emailKey, fold(email)));
}

export function findAccountById(ctx: Context, userId: string): Promise<Account | undefined> {
  return findAccount(ctx, eq(users.id, userId));
}

/** Whether whoever proves the address may replace the account. The batch itself checks that it has no money. */
export function givesWay({ user }: Account): boolean {
  return user.emailVerifiedAt === null && user.status === 'active';
}

/** The account of a signed-in user. Throws SESSION_ENDED if it was deleted meanwhile. */
export async function getAccount(ctx: Context, userId: string): Promise<Account> {
  const account = await findAccountById(ctx, userId);
  if (!account) throw authError('SESSION_ENDED');
  return account;
}

/** The user as access tokens describe them. */
export function actorOf({ user, staff: ranked }: Pick<Account, 'user' | 'staff'>): Omit<Actor, 'kind' | 'sessionId'> {
  const { id, email, emailVerifiedAt, role, creatorStatus, totpEnabledAt } = user;
  const inEffect = effectiveRank(totpEnabledAt, ranked);
  return { userId: id, email, verified: emailVerifiedAt !== null, role, creatorStatus, staff: inEffect };
}

/** Deleted accounts are never found. */
async function findAccount(ctx: Context, which: SQL): Promise<Account | undefined> {
  const row = await ctx.db
    .select({ user: users, staff, secretHash: accounts.secretHash, passwordSetAt: accounts.updatedAt })
    .from(users)
    .leftJoin(staff, eq(staff.userId, users.id))
    .leftJoin(accounts, and(eq(accounts.provider, 'password'), eq(accounts.subject, users.id)))
    .where(and(which, ne(users.status, 'deleted')))
    .get();
  return row && { ...row, user: withOwnNames(row.user) };
}
