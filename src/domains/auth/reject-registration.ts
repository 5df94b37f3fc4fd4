/** "This wasn't me": whoever reads the mailbox ends an account that somebody else registered with its address. */
import { sql } from 'drizzle-orm';
import type { Context } from '@/context';
import { commit, demandChange } from '@/db/commit';
import { users } from '@/domains/users/tables';
import { ownsNoMoney, releaseUnverified } from '@/domains/users/unverified';
import { authError } from './errors';
import { endCredentials } from './first-verification';
import { sessionsEnded } from './sessions';
import { refuseBanned } from './sign-in';
import { findLinked, readVerifyToken } from './verify-link';

/** Repeating it changes nothing. Throws TOKEN_INVALID, ACCOUNT_BANNED, ALREADY_VERIFIED, ACCOUNT_OWNS_MONEY. */
export async function rejectRegistration(ctx: Context, token: string): Promise<void> {
  if (!(await readVerifyToken(ctx, token))) throw authError('TOKEN_INVALID');
  const account = await findLinked(ctx, token);
  if (!account) return; // it is gone already
  refuseBanned(ctx, account);
  const { user } = account;
  if (user.emailVerifiedAt !== null) throw authError('ALREADY_VERIFIED');
  const hasMoney = await ctx.db
    .select({ id: users.id })
    .from(users)
    .where(sql`${users.id} = ${user.id} AND NOT (${ownsNoMoney})`)
    .get();
  await commit(ctx, [releaseUnverified(ctx, user), demandChange(ctx), ...endCredentials(ctx, user, 'rejected')], {
    events: [sessionsEnded(user.id)],
    refusals: { DEMAND_NOT_MET: () => authError(hasMoney ? 'ACCOUNT_OWNS_MONEY' : 'ALREADY_VERIFIED') },
  });
  ctx.log.event('registration.rejected', { userId: user.id });
}
