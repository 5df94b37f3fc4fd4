/** Puts a rejected application back among those that wait, after the rejection was reversed. */
import { and, eq } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { NOTHING, type Plan, requireChange } from '@/db/commit';
import { staffEvent } from '@/domains/base/notifications/notify-staff';
import { setCreatorStatus } from '@/domains/base/users/write';
import { creatorApplications } from './tables';

/** Plans nothing if the application was amended, approved or deleted meanwhile. */
export async function planReopening(ctx: Context, id: string): Promise<Plan> {
  const isRejected = and(eq(creatorApplications.id, id), eq(creatorApplications.status, 'REJECTED'));
  const row = await ctx.db
    .select({ userId: creatorApplications.userId })
    .from(creatorApplications)
    .where(isRejected)
    .get();
  if (!row) return NOTHING;
  const { userId } = row;
  return {
    statements: [
      ctx.db
        .update(creatorApplications)
        .set({ status: 'PENDING', reason: null, submittedAt: ctx.now(), decidedAt: null, decidedBy: null })
        .where(isRejected),
      requireChange(ctx),
      setCreatorStatus(ctx, userId, 'PENDING'),
    ],
    events: [{ kind: 'user-changed', userId }, staffEvent('creator-application', { id, subjectId: userId })],
  };
}
