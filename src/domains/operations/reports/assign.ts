/** Assigns a report to somebody who may review it. If two staff assign it at once, one of them is refused. */
import type { z } from '@hono/zod-openapi';
import { and, eq, ne, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { commit, requireChange } from '@/db/commit';
import { isRankEffective } from '@/domains/base/permissions/dormant';
import { logStaff } from '@/domains/base/permissions/log';
import { canActOn, staffCan } from '@/domains/base/permissions/permissions';
import { requireStaff } from '@/domains/base/permissions/rank';
import { staff } from '@/domains/base/permissions/tables';
import { users } from '@/domains/base/users/tables';
import { isActive } from '@/domains/base/visibility/people';
import type { Actor } from '@/shared/actor';
import { type FoundCase, getCase, presentCase } from './desk';
import { reportError } from './errors';
import type { Report } from './schemas';
import { reports } from './tables';

/**
 * Assigning it to the same person again changes nothing. Throws as `getCase` does, REPORT_RESOLVED, REPORT_CHANGED,
 * ASSIGNEE_NOT_ABLE. @param assigneeId null: nobody
 */
export async function assignReport(
  ctx: Context,
  actor: Actor,
  id: string,
  assigneeId: string | null,
): Promise<z.input<typeof Report>> {
  const found = await getCase(ctx, actor, id);
  const { report } = found;
  if (report.status === 'resolved') throw reportError('REPORT_RESOLVED');
  if (report.assigneeId === assigneeId) return presentCase(ctx, found);
  if (assigneeId !== null) await requireAble(ctx, found, assigneeId);
  const assigned = { assigneeId, status: assigneeId === null ? ('open' as const) : ('assigned' as const) };
  const asRead = and(
    eq(reports.id, id),
    ne(reports.status, 'resolved'),
    sql`${reports.assigneeId} IS ${report.assigneeId}`,
  );
  await commit(
    ctx,
    [
      requireStaff(ctx, actor),
      ctx.db.update(reports).set(assigned).where(asRead),
      requireChange(ctx),
      logStaff(ctx, {
        staffId: actor.userId,
        action: 'report.assign',
        targetType: 'report',
        targetId: id,
        subjectId: report.subjectId,
        before: { assigneeId: report.assigneeId },
        after: { assigneeId },
      }),
    ],
    { refusals: { DEMAND_NOT_MET: () => reportError('REPORT_CHANGED') } },
  );
  return presentCase(ctx, { ...found, report: { ...report, ...assigned } });
}

/** The same rules as for reviewing it. Throws ASSIGNEE_NOT_ABLE. */
async function requireAble(ctx: Context, { report, rank, country }: FoundCase, assigneeId: string): Promise<void> {
  const row = await ctx.db
    .select({ rank: staff.rank, granted: staff.granted, denied: staff.denied, country: staff.country })
    .from(staff)
    .innerJoin(users, eq(users.id, staff.userId))
    .where(and(eq(staff.userId, assigneeId), isActive(), isRankEffective()))
    .get();
  const subject = { userId: report.subjectId, rank, country };
  const isAble = row && staffCan(row, 'canReviewReports') && canActOn({ userId: assigneeId, staff: row }, subject);
  if (!isAble) throw reportError('ASSIGNEE_NOT_ABLE');
}
