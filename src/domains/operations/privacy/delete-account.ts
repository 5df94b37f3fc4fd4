/** Plans the deletion of a user's account. Signing in during the grace period cancels it. */
import type { z } from '@hono/zod-openapi';
import type { Context } from '@/contracts/context';
import { commit, requireChange } from '@/db/commit';
import { planDeletion } from '@/domains/base/users/forget';
import { voidChallenges } from '@/domains/people/auth/challenges';
import { confirmPassword } from '@/domains/people/auth/confirm-password';
import { deletionPlannedMail, sendMail } from '@/domains/people/auth/mails';
import { voidOtps } from '@/domains/people/auth/otps';
import { endSessionsOf, sessionsEnded } from '@/domains/people/auth/sessions';
import type { Actor } from '@/shared/actor';
import { DAY_MS, toIso } from '@/shared/time';
import { privacyError } from './errors';
import { listOpenMatters, noOpenMatter } from './open-matters';
import type { Deletion } from './schemas';

export const GRACE_MS = 14 * DAY_MS;

/** Throws PASSWORD_NOT_SET, CONFIRMATION_WRONG, CHALLENGE_LIMIT, ACCOUNT_HAS_OPEN_MATTERS. */
export async function deleteAccount(ctx: Context, actor: Actor, password: string): Promise<z.input<typeof Deletion>> {
  const { userId } = actor;
  const { user } = await confirmPassword(ctx, actor, password);
  const matters = await listOpenMatters(ctx, userId);
  if (matters.length > 0) throw privacyError('ACCOUNT_HAS_OPEN_MATTERS', { details: { matters } });
  const deletesAt = ctx.now() + GRACE_MS;
  await commit(
    ctx,
    [
      planDeletion(ctx, userId, deletesAt, noOpenMatter(userId)),
      requireChange(ctx),
      endSessionsOf(ctx, userId, 'deletion'),
      // Otherwise a sign-in that began before the request could cancel the deletion.
      voidChallenges(ctx, userId),
      voidOtps(ctx, user.emailKey),
    ],
    {
      events: [sessionsEnded(userId)],
      refusals: { DEMAND_NOT_MET: () => privacyError('ACCOUNT_HAS_OPEN_MATTERS') },
    },
  );
  sendMail(ctx, async () => deletionPlannedMail(user, deletesAt));
  ctx.log.event('deletion.planned', { userId });
  return { deletesAt: toIso(deletesAt) };
}
