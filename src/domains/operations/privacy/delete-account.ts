/** Plans the deletion of a user's account. Signing in during the grace period cancels it. */
import type { z } from '@hono/zod-openapi';
import { sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { commitIfMet, requireChange } from '@/db/commit';
import { planDeletion } from '@/domains/base/users/forget';
import { creatorWithdrew } from '@/domains/money/subscriptions/withdraw';
import { voidChallenges } from '@/domains/people/auth/challenges';
import { confirmPassword } from '@/domains/people/auth/confirm-password';
import { deletionPlannedMail, sendMail } from '@/domains/people/auth/mails';
import { voidOtps } from '@/domains/people/auth/otps';
import { endSessionsOf, sessionsEnded } from '@/domains/people/auth/sessions';
import type { Actor } from '@/shared/actor';
import { DAY_MS, toIso } from '@/shared/time';
import { privacyError } from './errors';
import { type Balance, balancesAre, balancesQuery, isConfirmed, lossesOf } from './losses';
import { noOpenMatter, openMattersOf, openMattersQuery } from './open-matters';
import type { Deletion, DeletionRequest } from './schemas';

export const GRACE_MS = 14 * DAY_MS;

type Input = z.output<typeof DeletionRequest>;

/**
 * A creator's subscribers get their unused days back at once, and keep them if the deletion is cancelled. Throws
 * PASSWORD_NOT_SET, CONFIRMATION_WRONG, CHALLENGE_LIMIT, ACCOUNT_HAS_OPEN_MATTERS, CONFIRM_LOSS.
 */
export async function deleteAccount(ctx: Context, actor: Actor, input: Input): Promise<z.input<typeof Deletion>> {
  const { userId } = actor;
  const { user } = await confirmPassword(ctx, actor, input.password);
  const held = await requireDeletable(ctx, userId, input);
  const deletesAt = ctx.now() + GRACE_MS;
  const isPlanned = await commitIfMet(
    ctx,
    [
      planDeletion(ctx, userId, deletesAt, sql`${noOpenMatter(userId)} AND ${balancesAre(userId, held)}`),
      requireChange(ctx),
      endSessionsOf(ctx, userId, 'deletion'),
      // Otherwise a sign-in that began before the request could cancel the deletion.
      voidChallenges(ctx, userId),
      voidOtps(ctx, user.emailKey),
    ],
    { events: [sessionsEnded(userId), creatorWithdrew(userId)] },
  );
  if (!isPlanned) {
    // Something changed since it was read: says what it is now.
    await requireDeletable(ctx, userId, input);
    throw privacyError('ACCOUNT_HAS_OPEN_MATTERS');
  }
  sendMail(ctx, () => deletionPlannedMail(ctx, user, deletesAt));
  ctx.log.event('deletion.planned', { userId });
  return { deletesAt: toIso(deletesAt) };
}

const ONLY_OWNER =
  'You are the only owner of this platform, so your account cannot be deleted. Let someone else verify the address in OWNER_EMAIL first.';

/** Returns the balances that were confirmed. Throws ACCOUNT_HAS_OPEN_MATTERS, CONFIRM_LOSS. */
async function requireDeletable(ctx: Context, userId: string, { losing }: Input): Promise<readonly Balance[]> {
  const [open, held] = await ctx.db.batch([openMattersQuery(ctx, userId), balancesQuery(ctx, userId)]);
  const matters = openMattersOf(open);
  if (matters.length > 0) {
    const message = matters.includes('only-owner') ? { message: ONLY_OWNER } : {};
    throw privacyError('ACCOUNT_HAS_OPEN_MATTERS', { ...message, details: { matters } });
  }
  const losses = lossesOf(held);
  if (!isConfirmed(losses, losing)) throw privacyError('CONFIRM_LOSS', { details: losses });
  return held;
}
