/**
 * The end of an account, in three states of its row: due (`deletesAt`, or never verified by `unverifiedUntil`), erased
 * (status `deleted`, no personal data left), cleared (`deletesAt` null again). The row itself stays, because money and
 * other users' threads refer to it.
 */

import { and, eq, lte, ne, or, type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { int } from '@/db/sql';
import { randomToken } from '@/shared/crypto';
import { type UserRow, users } from './tables';
import { DELETED_NAME, ownsNoMoney, verificationIsOverdue } from './unverified';
import { inventUsername } from './usernames';

/**
 * A banned account can be deleted too. Changes nothing if it is deleted already or the condition fails; follow it with
 * `requireChange`.
 */
export function planDeletion(ctx: Context, userId: string, deletesAt: number, condition: SQL): Statement {
  return ctx.db
    .update(users)
    .set({ deletesAt })
    .where(and(eq(users.id, userId), ne(users.status, 'deleted'), condition));
}

/** Changes nothing if the deletion was cancelled, or the account was erased since it was read. */
export function putOffDeletion(ctx: Context, { id, status }: Pick<UserRow, 'id' | 'status'>, until: number): Statement {
  const now = ctx.now();
  const later = (column: SQL) => sql`CASE WHEN ${column} <= ${now} THEN ${int(until)} ELSE ${column} END`;
  return ctx.db
    .update(users)
    .set({ deletesAt: later(sql`deletes_at`), unverifiedUntil: later(sql`unverified_until`) })
    .where(and(eq(users.id, id), eq(users.status, status)));
}

/**
 * Changes nothing if it was cancelled, is not due or already erased, or the condition fails; follow it with
 * `requireChange`.
 */
export function eraseUser(ctx: Context, userId: string, condition: SQL): Statement {
  const now = ctx.now();
  return ctx.db
    .update(users)
    .set({
      status: 'deleted',
      email: '',
      emailKey: `deleted:${randomToken()}`,
      username: inventUsername('deleted'),
      displayName: DELETED_NAME,
      role: 'viewer',
      creatorStatus: 'NONE',
      guideStatus: 'NONE',
      avatarUrl: null,
      bio: '',
      gender: null,
      birthDate: null,
      country: null,
      countryCorrectedAt: null,
      links: [],
      stageName: null,
      stageHandle: null,
      stageBio: null,
      accountUsername: null,
      accountDisplayName: null,
      emailVerifiedAt: null,
      unverifiedUntil: null,
      verifyReminderAt: null,
      takenMailedAt: null,
      bannedAt: null,
      bannedUntil: null,
      banDecisionId: null,
      hiddenAt: null,
      totpSecret: null,
      totpEnabledAt: null,
      lastLoginAt: null,
      updatedAt: now,
      deletesAt: now, // starts the steps that clear the rest
    })
    .where(
      and(
        eq(users.id, userId),
        ne(users.status, 'deleted'),
        or(lte(users.deletesAt, now), and(verificationIsOverdue(now), ownsNoMoney)),
        condition,
      ),
    );
}

/** Marks that everything was cleared. */
export function finishDeletion(ctx: Context, userId: string): Statement {
  return ctx.db
    .update(users)
    .set({ deletesAt: null })
    .where(and(eq(users.id, userId), eq(users.status, 'deleted')));
}
