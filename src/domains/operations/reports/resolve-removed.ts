/** Resolves the reports on what staff deleted where they saw it: the decision is already made. */
import { and, eq, isNull, ne } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { commitIfMet, requireChange } from '@/db/commit';
import { KEPT_MS } from '@/domains/base/decisions/record';
import { decisions } from '@/domains/base/decisions/tables';
import { withdrawWaiting } from '@/domains/base/notifications/notify-staff';
import { logStaff } from '@/domains/base/permissions/log';
import { reports } from './tables';

/** Idempotent. Does nothing if the decision was reversed meanwhile. */
export async function resolveRemoved(ctx: Context, decisionId: string): Promise<void> {
  const isOpen = ne(reports.status, 'resolved');
  const found = await ctx.db
    .select({ report: reports, decision: decisions })
    .from(decisions)
    .innerJoin(
      reports,
      and(eq(reports.targetType, decisions.targetType), eq(reports.targetId, decisions.targetId), isOpen),
    )
    .where(and(eq(decisions.id, decisionId), isNull(decisions.reversedAt)))
    .get();
  if (!found || found.report.streamId !== found.decision.streamId) return;
  const { report, decision } = found;
  const now = ctx.now();
  const resolved = {
    ...({ status: 'resolved', action: 'remove', decisionId, hiddenAt: null } as const),
    ...{ resolvedBy: decision.staffId, resolvedAt: now, evidenceUntil: report.evidenceUntil ?? now + KEPT_MS },
  };
  await commitIfMet(
    ctx,
    [
      ctx.db
        .update(reports)
        .set(resolved)
        .where(and(eq(reports.id, report.id), isOpen)),
      requireChange(ctx),
      logStaff(ctx, {
        staffId: decision.staffId,
        action: 'report.remove',
        targetType: 'report',
        targetId: report.id,
        subjectId: report.subjectId,
        before: { status: report.status, targetType: report.targetType, targetId: report.targetId },
        after: { status: 'resolved', action: 'remove', decisionId },
        reason: decision.reason,
      }),
      ...withdrawWaiting(ctx, report.id),
    ],
    { events: [{ kind: 'task', task: { type: 'tell-reporters', reportId: report.id, after: null } }] },
  );
}
