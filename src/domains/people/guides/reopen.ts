/** Ends what staff decided about a guide: a suspension whose time is over, or a decision that an appeal reversed. */
import { and, asc, eq, lte, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { commit, type Plan } from '@/db/commit';
import type { DecisionRow } from '@/domains/base/decisions/tables';
import { staffEvent } from '@/domains/base/notifications/notify-staff';
import { followGuideApplication } from '@/domains/base/users/write';
import { approvalEvent } from './review';
import { type GuideApplicationRow, guideApplications } from './tables';
import { followTerm } from './terms';

const SUSPENSIONS_A_RUN = 20;

/**
 * For the batch that accepts an appeal. A rejected application is pending again, a suspended or withdrawn approval
 * stands again. Changes nothing if staff decided again since, or if the user has applied again.
 */
export function planGuideReopen(
  ctx: Context,
  decision: Pick<DecisionRow, 'id' | 'action' | 'subjectId' | 'targetId'>,
): Plan {
  const { id, action, subjectId, targetId } = decision;
  const isNewest = sql`${guideApplications.id} = (
    SELECT max(id) FROM guide_applications newest WHERE newest.user_id = ${subjectId})`;
  const statements = [
    ctx.db
      .update(guideApplications)
      .set(action === 'reject' ? PENDING : { ...APPROVED, decidedAt: ctx.now() })
      .where(and(eq(guideApplications.id, targetId), eq(guideApplications.decisionId, id), isNewest)),
    followGuideApplication(ctx, subjectId),
    ...followTerm(ctx, subjectId),
  ];
  const waits = staffEvent('guide-application', { id: targetId, subjectId });
  return { statements, events: action === 'reject' ? [waits] : [] };
}

const CLEARED = { reason: null, suspendedUntil: null, decisionId: null } as const;
const APPROVED = { ...CLEARED, status: 'APPROVED' } as const satisfies Partial<GuideApplicationRow>;
const PENDING = { ...CLEARED, status: 'PENDING', decidedAt: null, decidedBy: null } as const;

/** Safe to run twice at once. @returns whether there is more to do */
export async function endGuideSuspensions(ctx: Context): Promise<boolean> {
  const now = ctx.now();
  const isOver = and(eq(guideApplications.status, 'SUSPENDED'), lte(guideApplications.suspendedUntil, now));
  const due = await ctx.db
    .select({ id: guideApplications.id, userId: guideApplications.userId })
    .from(guideApplications)
    .where(isOver)
    .orderBy(asc(guideApplications.suspendedUntil))
    .limit(SUSPENSIONS_A_RUN);
  for (const { id, userId } of due)
    await commit(
      ctx,
      [
        ctx.db
          .update(guideApplications)
          .set(APPROVED)
          .where(and(eq(guideApplications.id, id), isOver)),
        followGuideApplication(ctx, userId),
        ...followTerm(ctx, userId),
      ],
      { events: [approvalEvent(userId, id, true)] },
    );
  return due.length === SUSPENSIONS_A_RUN;
}
