/**
 * Accounts with an unverified address. They end after seven days, or when someone registers with the same address,
 * unless they have money. A sweep then erases their data.
 */

import { and, eq, isNull, lte, type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { ledgerAccounts } from '@/ledger/tables';
import { randomToken } from '@/shared/crypto';
import { DAY_MS } from '@/shared/time';
import { type UserRow, users } from './tables';
import { inventUsername } from './usernames';

export const VERIFY_MS = 7 * DAY_MS;
export const VERIFY_REMINDER_MS = 5 * DAY_MS;
/** The name that others see for a deleted account, where it is shown at all. */
export const DELETED_NAME = 'Deleted user';

/** For a SELECT or UPDATE of `users`: no coins, diamonds or sales were ever booked on the account. */
export const ownsNoMoney: SQL = sql`NOT EXISTS (SELECT 1 FROM ${ledgerAccounts} WHERE owner = users.id)`;

/** For a SELECT or UPDATE of `users`: the address was not verified in time. */
export function verificationIsOverdue(now: number): SQL | undefined {
  return and(lte(users.unverifiedUntil, now), isNull(users.emailVerifiedAt));
}

/**
 * Frees the address and username immediately and lets the sweep erase the rest. Changes nothing if the account was
 * verified, or got money, since it was read.
 */
export function releaseUnverified(ctx: Context, { id, emailKey }: Pick<UserRow, 'id' | 'emailKey'>): Statement {
  const now = ctx.now();
  return ctx.db
    .update(users)
    .set({
      email: '',
      emailKey: `released:${randomToken()}`,
      username: inventUsername('deleted'),
      displayName: DELETED_NAME,
      bio: '',
      links: [],
      unverifiedUntil: now,
      verifyReminderAt: null,
      updatedAt: now,
    })
    .where(
      and(
        eq(users.id, id),
        eq(users.emailKey, emailKey),
        eq(users.status, 'active'),
        isNull(users.emailVerifiedAt),
        ownsNoMoney,
      ),
    );
}

/** Changes nothing if the owner was mailed within the last day. */
export function claimTakenMail(ctx: Context, userId: string) {
  const now = ctx.now();
  return ctx.db
    .update(users)
    .set({ takenMailedAt: now })
    .where(and(eq(users.id, userId), sql`coalesce(${users.takenMailedAt}, 0) <= ${now - DAY_MS}`))
    .returning({ id: users.id });
}

/** Marks the reminder as sent. */
export function finishReminder(ctx: Context, userId: string): Statement {
  return ctx.db.update(users).set({ verifyReminderAt: null }).where(eq(users.id, userId));
}
