/**
 * Changes the account's own username. The former one leads to the user for 30 days. While a performer's stage identity
 * is on, everyone else sees the stage handle, so nothing that they see changes.
 */
import { asc } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { commit, requireChange } from '@/db/commit';
import { CHANGES_WITHIN_MS, changeUsername, recentChangesOf } from '@/domains/base/users/former-names';
import { presentUser } from '@/domains/base/users/present';
import { usernameChanges } from '@/domains/base/users/tables';
import { getAccount } from '@/domains/people/auth/account';
import { requireActive } from '@/domains/people/auth/active';
import { authError, BANNED_MEANWHILE } from '@/domains/people/auth/errors';
import { renamed } from '@/domains/people/performers/follow-name';
import type { Actor } from '@/shared/actor';
import { fold } from '@/shared/text';
import { SECOND_MS, toIso } from '@/shared/time';
import { usernameError } from './errors';

/** Idempotent. Throws USERNAME_TAKEN, USERNAME_CHANGED_LATELY, SESSION_ENDED, ACCOUNT_BANNED. */
export async function changeOwnUsername(ctx: Context, { userId }: Actor, asWritten: string) {
  const { user, staff } = await getAccount(ctx, userId);
  const change = { from: user.username, to: fold(asWritten), asWritten };
  if (change.to === change.from) return presentUser(user, staff);
  const [record, rename] = changeUsername(ctx, userId, change);
  const limit = usernameError('USERNAME_CHANGED_LATELY');
  const taken = () => authError('USERNAME_TAKEN');
  try {
    await commit(ctx, [requireActive(ctx, userId), record, requireChange(ctx), rename], {
      events: user.accountUsername === null ? renamed(userId, user.displayName) : [],
      refusals: {
        USERNAME_CHANGED_LATELY: () => limit,
        'users.username': taken,
        'users.account_username': taken,
        DEMAND_NOT_MET: taken,
        ...BANNED_MEANWHILE,
      },
    });
  } catch (error) {
    throw error === limit ? await untilNext(ctx, userId) : error;
  }
  ctx.log.event('username.changed', { userId });
  const now = await getAccount(ctx, userId);
  return presentUser(now.user, now.staff);
}

/** The refusal with the time of the next change. */
async function untilNext(ctx: Context, userId: string) {
  const first = await ctx.db
    .select({ changedAt: usernameChanges.changedAt })
    .from(usernameChanges)
    .where(recentChangesOf(ctx, userId))
    .orderBy(asc(usernameChanges.changedAt))
    .get();
  const nextAt = (first?.changedAt ?? ctx.now()) + CHANGES_WITHIN_MS;
  const seconds = Math.max(1, Math.ceil((nextAt - ctx.now()) / SECOND_MS));
  const headers = { 'Retry-After': String(seconds) };
  return usernameError('USERNAME_CHANGED_LATELY', { headers, details: { nextAt: toIso(nextAt) } });
}
