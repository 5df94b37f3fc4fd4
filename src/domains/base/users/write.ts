/** Statements that change users, for the batches of other domains' use cases. Performs no I/O. */

import { and, eq, isNull, lt, ne, or, type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { differs } from '@/db/differs';
import { int } from '@/db/sql';
import { guideApplications } from '@/domains/people/guides/tables';
import type { CreatorStatus, GuideStatus, Role } from '@/shared/actor';
import { fold } from '@/shared/text';
import { ownDisplayName, ownDisplayNameSet } from './stage';
import { type ProfileLink, type UserRow, users } from './tables';
import { VERIFY_MS, VERIFY_REMINDER_MS } from './unverified';

interface NewUser {
  readonly id: string;
  readonly email: string;
  readonly username: string;
  readonly displayName: string;
  readonly role: Role;
}

/**
 * The new user is unverified, so the account expires. Violates `users.email_key` or `users.username` if they are taken.
 */
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
 * Records a sign-in, which also cancels a requested deletion. Returns the row as the batch leaves it. Changes nothing
 * if the account is not active or the condition fails; follow it with `requireChange`.
 */
export function recordLogin(ctx: Context, userId: string, condition: SQL = sql`TRUE`): Statement {
  return ctx.db
    .update(users)
    .set({ lastLoginAt: ctx.now(), deletesAt: null })
    .where(and(eq(users.id, userId), eq(users.status, 'active'), condition))
    .returning();
}

/** Keeps the first time. Changes nothing if the user is verified, is not active, or no longer has this address. */
export function markEmailVerified(ctx: Context, { id, emailKey }: Pick<UserRow, 'id' | 'emailKey'>): Statement {
  const now = ctx.now();
  return ctx.db
    .update(users)
    .set({ emailVerifiedAt: now, unverifiedUntil: null, verifyReminderAt: null, updatedAt: now })
    .where(
      and(eq(users.id, id), eq(users.emailKey, emailKey), eq(users.status, 'active'), isNull(users.emailVerifiedAt)),
    );
}

/** The new address is verified. Violates `users.email_key` if it is taken. */
export function changeEmail(
  ctx: Context,
  userId: string,
  { email, emailKey }: Pick<UserRow, 'email' | 'emailKey'>,
): Statement {
  const now = ctx.now();
  return ctx.db
    .update(users)
    .set({ email, emailKey, emailVerifiedAt: now, takenMailedAt: null, updatedAt: now })
    .where(eq(users.id, userId));
}

/** Changes nothing while two-factor authentication is on. @param sealed encrypted, bound to the user's id */
export function prepareTotp(ctx: Context, userId: string, sealed: string): Statement {
  return ctx.db
    .update(users)
    .set({ totpSecret: sealed, updatedAt: ctx.now() })
    .where(and(eq(users.id, userId), isNull(users.totpEnabledAt)));
}

/** Changes nothing if it is on, if another secret was prepared meanwhile, or if the step's code was used. */
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

/** Removes what someone may have set up who does not own the address: the second factor, and a planned deletion. */
export function undoSetup(ctx: Context, userId: string): Statement {
  return ctx.db
    .update(users)
    .set({ totpSecret: null, totpEnabledAt: null, deletesAt: null, updatedAt: ctx.now() })
    .where(eq(users.id, userId));
}

/** A code works once: changes nothing if this step's code, or a later one's, was already accepted. */
export function useTotpStep(ctx: Context, userId: string, sealed: string, step: number): Statement {
  return ctx.db
    .update(users)
    .set({ totpLastStep: step })
    .where(and(eq(users.id, userId), eq(users.totpSecret, sealed), lt(users.totpLastStep, step)));
}

/** Stores the same secret under another key. Changes nothing if another secret was prepared meanwhile. */
export function resealTotp(ctx: Context, userId: string, from: string, to: string): Statement {
  return ctx.db
    .update(users)
    .set({ totpSecret: to })
    .where(and(eq(users.id, userId), eq(users.totpSecret, from)));
}

/** A user's own profile fields. Absent fields keep their value. */
interface ProfileChanges {
  readonly displayName?: string;
  readonly bio?: string;
  readonly gender?: string | null;
  readonly birthDate?: string | null;
  readonly country?: string | null;
  readonly links?: readonly ProfileLink[];
}

/**
 * Changes nothing if the row already has these values. Violates COUNTRY_CORRECTED if it changes a country that staff
 * corrected. While a stage identity is on, the display name is the account's own, which others do not see.
 */
export function changeUserProfile(ctx: Context, userId: string, { displayName, ...others }: ProfileChanges): Statement {
  return ctx.db
    .update(users)
    .set({ ...others, ...(displayName === undefined ? {} : ownDisplayNameSet(displayName)), updatedAt: ctx.now() })
    .where(
      and(
        eq(users.id, userId),
        or(differs(users, others), displayName === undefined ? undefined : sql`${ownDisplayName} <> ${displayName}`),
      ),
    );
}

/** Changes nothing if the account is deleted. @param country null: the user may declare one again */
export function correctUserCountry(ctx: Context, userId: string, country: string | null): Statement {
  const now = ctx.now();
  // Always later than the last one, even within a millisecond: the country may only change if this column changes too.
  const correctedAt = sql`max(${int(now)}, coalesce(country_corrected_at, 0) + 1)`;
  return ctx.db
    .update(users)
    .set({ country, countryCorrectedAt: country === null ? null : correctedAt, updatedAt: now })
    .where(and(eq(users.id, userId), ne(users.status, 'deleted')));
}

/** Changes nothing if the user's avatar changed meanwhile or the account is deleted; follow it with `requireChange`. */
export function setAvatar(
  ctx: Context,
  userId: string,
  { from, to }: { from: string | null; to: string | null },
): Statement {
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

/** How long an account is banned, and by which decision. */
interface Ban {
  readonly bannedAt: number;
  /** Null: the ban does not lift by itself. */
  readonly bannedUntil: number | null;
  readonly banDecisionId: string;
}

/** @param ban null: the account is active again */
export function setBan(ctx: Context, userId: string, ban: Ban | null): Statement {
  const values = ban ?? { bannedAt: null, bannedUntil: null, banDecisionId: null };
  return ctx.db
    .update(users)
    .set({ status: ban ? 'banned' : 'active', ...values, updatedAt: ctx.now() })
    .where(and(eq(users.id, userId), ne(users.status, 'deleted')));
}

/** @param role only given on approval: until then a role is only requested */
export function setCreatorStatus(ctx: Context, userId: string, creatorStatus: CreatorStatus, role?: Role): Statement {
  return ctx.db
    .update(users)
    .set({ creatorStatus, updatedAt: ctx.now(), ...(role ? { role } : {}) })
    .where(eq(users.id, userId));
}

/** Gives the user the status of their newest guide application, as the statements before it in the batch left it. */
export function followGuideApplication(ctx: Context, userId: string): Statement {
  const newest = sql<GuideStatus>`coalesce((
    SELECT status FROM ${guideApplications} WHERE user_id = ${userId} ORDER BY id DESC LIMIT 1), 'NONE')`;
  return ctx.db.update(users).set({ guideStatus: newest, updatedAt: ctx.now() }).where(eq(users.id, userId));
}
