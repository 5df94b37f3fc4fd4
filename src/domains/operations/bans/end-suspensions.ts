/**
 * Ends suspensions whose time is over, as a staff member would. Nobody decides anything: the decision that suspended the
 * user also said until when.
 */

import { and, asc, eq, isNotNull, lte, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { noticeTo } from '@/contracts/notification-data';
import { commitIfMet, requireThat } from '@/db/commit';
import { users } from '@/domains/base/users/tables';
import { setBan } from '@/domains/base/users/write';
import { statusEvents } from './status-change';

const ENDED_AT_ONCE = 20;

/** Safe to run twice at once. @returns whether there may be more */
export async function endSuspensions(ctx: Context): Promise<boolean> {
  const due = await ctx.db
    .select({ id: users.id, banDecisionId: users.banDecisionId })
    .from(users)
    .where(and(isNotNull(users.bannedUntil), lte(users.bannedUntil, ctx.now()), eq(users.status, 'banned')))
    .orderBy(asc(users.bannedUntil))
    .limit(ENDED_AT_ONCE);
  await Promise.all(due.map(({ id, banDecisionId }) => endSuspension(ctx, id, banDecisionId)));
  return due.length === ENDED_AT_ONCE;
}

/** Does nothing if it was changed meanwhile. */
async function endSuspension(ctx: Context, userId: string, decisionId: string | null): Promise<void> {
  const isOver = sql`EXISTS (SELECT 1 FROM ${users} WHERE id = ${userId} AND status = 'banned'
    AND banned_until <= ${ctx.now()})`;
  const notice = noticeTo(userId, 'decision', { decisionId, outcome: 'suspension-over', reason: '' });
  const isEnded = await commitIfMet(ctx, [requireThat(ctx, isOver), setBan(ctx, userId, null)], {
    events: [...statusEvents(userId, 'active'), notice],
  });
  if (isEnded) ctx.log.event('user.suspension-ended', { userId });
}
