/** The statements by which other domains' use cases change users, for their own batches; no I/O of their own. */

import { and, eq, isNull, lt, ne, type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { differs } from '@/db/differs';
import { int } from '@/db/sql';
import type { Role } from '@/shared/actor';
import { fold } from '@/shared/text';
import type { UserRow } from './tables';
import { type Link, users } from './tables';
import { VERIFY_MS, VERIFY_REMINDER_MS } from './unverified';

interface NewUser {
  readonly id: string;
  readonly email: string;
  readonly username: string;
  readonly displayName: string;
  readonly role: Role;
}

/** Not verified, so it ends by itself. Breaks `users.email_key` or `users.username` where somebody has them. */
export function insertUser(ctx: Context, user: NewUser): Statement {
  const now = ctx.now();
  return ctx.db.insert(users).values({
    ...user,
    emailKey: fold(user.email),
    unverifiedUntil: now + VERIFY_MS,
    verifyReminderAt: now + VERIFY_REMINDER_MS,
    createdAt: now,
    updatedAt: now,
  });
}

/**
 * A sign-in calls off a deletion that was asked for. Answers the row as the batch leaves it. Changes nothing if the
 * account is not active, or the condition does not hold: demand a change after it.
 */
export function recordLogin(ctx: Context, userId: string, condition: SQL = sql`TRUE`): Statement {
  return ctx.db
    .update(users)
    .set({ lastLoginAt: ctx.now(), deletesAt: null })
    .where(and(eq(users.id, userId), eq(users.status, 'active'), condition))
    .returning();
}

/** The first time stands. Changes nothing if it is verified, not active, or no longer has this address. */
export function markEmailVerified(ctx: Context, { id, emailKey }: Pick<UserRow, 'id' | 'emailKey'>): Statement {
  const now = ctx.now();
  return ctx.db
    .update(users)
    .set({ emailVerifiedAt: now, unverifiedUntil: null, verifyReminderAt: null, updatedAt: now })
    .where(
      and(eq(users.id, id), eq(users.emailKey, emailKey), eq(users.status, 'active'), isNull(users.emailVerifiedAt)),
    );
}

/** @param sealed encrypted, bound to the user's id. Changes nothing while two-factor authentication is on. */
export function prepareTotp(ctx: Context, userId: string, sealed: string): Statement {
  return ctx.db
    .update(users)
    .set({ totpSecret: sealed, updatedAt: ctx.now() })
    .where(and(eq(users.id, userId), isNull(users.totpEnabledAt)));
}

/** Changes nothing if it is on, if another secret was prepared since, or if the step's code was used. */
export function enableTotp(ctx: Context, userId: string, sealed: string, step: number): Statement {
  const now = ctx.now();
  return ctx.db
    .update(users)
    .set({ totpEnabledAt: now, totpLastStep: step, updatedAt: now })
    .where(
      and(
        eq(users.id, userId),
        eq(users.totpSecret, sealed),
        isNull(users.totpEnabledAt),
        lt(users.totpLastStep, step),
      ),
    );
}

export function disableTotp(ctx: Context, userId: string): Statement {
  return ctx.db
    .update(users)
    .set({ totpSecret: null, totpEnabledAt: null, updatedAt: ctx.now() })
    .where(eq(users.id, userId));
}

/** Ends what was set up by somebody who may not own the address: the second factor, and a planned deletion. */
export function undoSetup(ctx: Context, userId: string): Statement {
  return ctx.db
    .update(users)
    .set({ totpSecret: null, totpEnabledAt: null, deletesAt: null, updatedAt: ctx.now() })
    .where(eq(users.id, userId));
}

/** A code is good once: changes nothing if this step's, or a later one's, was accepted before. */
export function useTotpStep(ctx: Context, userId: string, sealed: string, step: number): Statement {
  return ctx.db
    .update(users)
    .set({ totpLastStep: step })
    .where(and(eq(users.id, userId), eq(users.totpSecret, sealed), lt(users.totpLastStep, step)));
}

/** The same secret under another key; changes nothing if another one was prepared meanwhile. */
export function resealTotp(ctx: Context, userId: string, from: string, to: string): Statement {
  return ctx.db
    .update(users)
    .set({ totpSecret: to })
    .where(and(eq(users.id, userId), eq(users.totpSecret, from)));
}

/** What a user says of themselves; what is left out stays. */
interface ProfileChanges {
  readonly displayName?: string;
  readonly bio?: string;
  readonly gender?: string | null;
  readonly birthDate?: string | null;
  readonly country?: string | null;
  readonly links?: readonly Link[];
}

/** Changes nothing if the row says the same already. Breaks COUNTRY_CORRECTED if it changes what staff corrected. */
export function changeUserProfile(ctx: Context, userId: string, changes: ProfileChanges): Statement {
  return ctx.db
    .update(users)
    .set({ ...changes, updatedAt: ctx.now() })
    .where(and(eq(users.id, userId), differs(users, changes)));
}

/** @param country null: the user may declare one again. Changes nothing if the account is gone. */
export function correctUserCountry(ctx: Context, userId: string, country: string | null): Statement {
  const now = ctx.now();
  // Later than the one before, also within one millisecond: that it changes is what lets the country change.
  const correctedAt = sql`max(${int(now)}, coalesce(country_corrected_at, 0) + 1)`;
  return ctx.db
    .update(users)
    .set({ country, countryCorrectedAt: country === null ? null : correctedAt, updatedAt: now })
    .where(and(eq(users.id, userId), ne(users.status, 'deleted')));
}

/** Changes nothing if they have another one by now, or are gone: demand a change after it. */
export function setAvatar(ctx: Context, userId: string, { from, to }: { from: string | null; to: string }): Statement {
  return ctx.db
    .update(users)
    .set({ avatarUrl: to, updatedAt: ctx.now() })
    .where(
      and(
        eq(users.id, userId),
        ne(users.status, 'deleted'),
        from === null ? isNull(users.avatarUrl) : eq(users.avatarUrl, from),
      ),
    );
}
