/**
 * The first verification of an address decides who owns the account. The person who registered may not own the address,
 * so the account's setup is kept only if the same request carries its session or password. If two run at once, the
 * first to commit decides, and the other batch is refused.
 */

import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { requireChange } from '@/db/commit';
import { forgetBrowsers } from '@/domains/base/notifications/forget';
import type { UserRow } from '@/domains/base/users/tables';

import { markEmailVerified, undoSetup } from '@/domains/base/users/write';
import { voidBackupCodes } from './backup-codes';
import { voidChallenges } from './challenges';
import { voidOtps } from './otps';
import { endSessionsOf } from './sessions';
import { accounts } from './tables';

/** Aborts its batch if the address is already verified. @param keeps whether the account's setup is kept */
export function firstVerification(ctx: Context, user: UserRow, keeps: boolean): Statement[] {
  const mark = [markEmailVerified(ctx, user), requireChange(ctx)];
  return keeps ? mark : [...mark, ...endCredentials(ctx, user, 'verification')];
}

/** For a reset by email, which sets a new password and ends the sessions itself. Empty for a verified account. */
export function verificationByReset(ctx: Context, user: UserRow): Statement[] {
  if (user.emailVerifiedAt !== null) return [];
  return [markEmailVerified(ctx, user), requireChange(ctx), ...endFactors(ctx, user.id)];
}

/** Ends every way into the account except the mailbox, and its push subscriptions. */
export function endCredentials(
  ctx: Context,
  { id, emailKey }: Pick<UserRow, 'id' | 'emailKey'>,
  because: string,
): Statement[] {
  return [
    voidPassword(ctx, id),
    endSessionsOf(ctx, id, because),
    voidChallenges(ctx, id),
    voidOtps(ctx, emailKey),
    ...endFactors(ctx, id),
  ];
}

function endFactors(ctx: Context, userId: string): Statement[] {
  return [undoSetup(ctx, userId), voidBackupCodes(ctx, userId), forgetBrowsers(ctx, userId)];
}

/** Keeps or creates the row, because a reset writes the new password into it. */
function voidPassword(ctx: Context, userId: string): Statement {
  const now = ctx.now();
  const none = { secretHash: null, updatedAt: now };
  return ctx.db
    .insert(accounts)
    .values({ userId, provider: 'password', subject: userId, createdAt: now, ...none })
    .onConflictDoUpdate({ target: [accounts.provider, accounts.subject], set: none });
}
