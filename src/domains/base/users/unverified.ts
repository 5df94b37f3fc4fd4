/**
 * Accounts whose address nobody has verified. They end after seven days, or when someone registers with the same
 * address, unless they have money. The sweep that ends one erases what belongs to it.
 */

import { and, eq, isNull, lte, type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { ledgerAccounts } from '@/ledger/tables';
import { randomToken } from '@/shared/crypto';
import { DAY_MS } from '@/shared/time';
import type { UserRow } from './tables';
import { users } from './tables';
import { inventUsername } from './usernames';

export const VERIFY_MS = 7 * DAY_MS;
export const VERIFY_REMINDER_MS = 5 * DAY_MS;
/** What others see of an account that is gone, where they see anything. */
export const DELETED_NAME = 'Deleted user';

/** For a SELECT or UPDATE of `users`: no coin, diamond or sale was ever booked on the account. */
export const ownsNoMoney: SQL = sql`NOT EXISTS (SELECT 1 FROM ${ledgerAccounts} WHERE owner = users.id)`;

/** For a SELECT or UPDATE of `users`: it was not verified in time. */
export function verificationIsOverdue(now: number): SQL | undefined {
  return and(lte(users.unverifiedUntil, now), isNull(users.emailVerifiedAt));
}

/**
 * Frees address and username at once and lets the sweep erase the rest. Changes nothing if the account was verified, or
 * has money, since it was read.
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

/** Changes nothing if it was mailed within the last day. */
export function claimTakenMail(ctx: Context, userId: string) {
  const now = ctx.now();
  return ctx.db
    .update(users)
    .set({ takenMailedAt: now })
    .where(and(eq(users.id, userId), sql`coalesce(${users.takenMailedAt}, 0) <= ${now - DAY_MS}`))
    .returning({ id: users.id });
}

/** The reminder was sent. */
export function finishReminder(ctx: Context, userId: string): Statement {
  return ctx.db.update(users).set({ verifyReminderAt: null }).where(eq(users.id, userId));
}
