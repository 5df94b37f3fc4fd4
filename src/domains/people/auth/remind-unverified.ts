/** Reminds unverified accounts once, two days before they are deleted. */

import { and, asc, isNull, lte } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { commit } from '@/db/commit';
import { users } from '@/domains/base/users/tables';
import { finishReminder } from '@/domains/base/users/unverified';
import { isActive } from '@/domains/base/visibility/people';
import { verifyReminderMail } from './mails';

const MAILS_A_RUN = 20;

/** Returns true if there are more. Safe to run twice at once: the provider sends mails with the same key only once. */
export async function remindUnverified(ctx: Context): Promise<boolean> {
  const due = await ctx.db
    .select({ id: users.id, email: users.email, username: users.username, unverifiedUntil: users.unverifiedUntil })
    .from(users)
    .where(and(lte(users.verifyReminderAt, ctx.now()), isNull(users.emailVerifiedAt), isActive()))
    .orderBy(asc(users.verifyReminderAt))
    .limit(MAILS_A_RUN);
  for (const { unverifiedUntil, ...user } of due) {
    // Throws if the provider does not accept it now; the next minute tries again.
    if (unverifiedUntil !== null && unverifiedUntil > ctx.now())
      await ctx.mail.send(await verifyReminderMail(ctx, user, unverifiedUntil), `verify-reminder:${user.id}`);
    await commit(ctx, [finishReminder(ctx, user.id)]);
  }
  return due.length === MAILS_A_RUN;
}
