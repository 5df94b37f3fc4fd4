/** "This wasn't me": the owner of an address deletes an account that someone else registered with it. */
import { sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { commit, requireChange } from '@/db/commit';
import { users } from '@/domains/base/users/tables';
import { ownsNoMoney, releaseUnverified } from '@/domains/base/users/unverified';
import { findAccountByEmail } from './account';
import { authError } from './errors';
import { endCredentials } from './first-verification';
import { accountBanned } from './restricted-token';
import { sessionsEnded } from './sessions';
import { findAccountByLink, readVerifyToken } from './verify-link';

/** Idempotent. Throws TOKEN_INVALID, ACCOUNT_BANNED, ALREADY_VERIFIED, ACCOUNT_OWNS_MONEY. */
export async function rejectRegistration(ctx: Context, token: string): Promise<void> {
  const claims = await readVerifyToken(ctx, token);
  if (!claims) throw authError('TOKEN_INVALID');
  const account = await findAccountByLink(ctx, token);
  if (!account) {
    // Someone registered with the address again. This link cannot delete that account, and must not claim it did.
    if (await findAccountByEmail(ctx, claims.emailKey)) throw authError('TOKEN_INVALID');
    return; // already deleted
  }
  const { user } = account;
  if (user.status === 'banned') throw await accountBanned(ctx, user, false);
  if (user.emailVerifiedAt !== null) throw authError('ALREADY_VERIFIED');
  const hasMoney = await ctx.db
    .select({ id: users.id })
    .from(users)
    .where(sql`${users.id} = ${user.id} AND NOT (${ownsNoMoney})`)
    .get();
  await commit(ctx, [releaseUnverified(ctx, user), requireChange(ctx), ...endCredentials(ctx, user, 'rejected')], {
    events: [sessionsEnded(user.id)],
    refusals: { DEMAND_NOT_MET: () => authError(hasMoney ? 'ACCOUNT_OWNS_MONEY' : 'ALREADY_VERIFIED') },
  });
  ctx.log.event('registration.rejected', { userId: user.id });
}
