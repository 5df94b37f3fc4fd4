/**
 * Hides what reports call urgent, until staff decide. Evidence was taken when it was first reported. What belongs to
 * somebody with a rank stays: few may decide about them, and about the only owner nobody.
 */
import { and, eq, type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { commitIfMet, requireChange } from '@/db/commit';
import { literal } from '@/db/sql';
import { staff } from '@/domains/base/permissions/tables';
import { planHiding } from './content';
import { reports } from './tables';
import { HIDDEN_FROM_URGENCY } from './weigh';

/** Someone else may change the same stream at the same time. A sweep tries again after that. */
const ATTEMPTS_MAX = 3;
const HIDDEN_A_RUN = 20;

/** Idempotent. */
export async function hideReported(ctx: Context, reportId: string): Promise<void> {
  for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt += 1) {
    const row = await ctx.db
      .select()
      .from(reports)
      .where(and(eq(reports.id, reportId), isToHide()))
      .get();
    if (!row) return;
    const { targetType: type, targetId, streamId } = row;
    const { statements, events } = await planHiding(ctx, { type, id: targetId, streamId });
    const mark = ctx.db
      .update(reports)
      .set({ hiddenAt: ctx.now() })
      .where(and(eq(reports.id, reportId), isToHide()));
    if (await commitIfMet(ctx, [mark, requireChange(ctx), ...statements], { events })) {
      ctx.log.event('report.hidden', { reportId, targetType: type });
      return;
    }
  }
}

/** A sweep, in case a request ended between a report and the hiding. Returns whether there may be more. */
export async function hideUrgent(ctx: Context): Promise<boolean> {
  const rows = await ctx.db.select({ id: reports.id }).from(reports).where(isToHide()).limit(HIDDEN_A_RUN);
  for (const { id } of rows) await hideReported(ctx, id);
  return rows.length === HIDDEN_A_RUN;
}

/** NOTE: must match the text of the condition of the index `reports_urgent`. */
function isToHide(): SQL {
  return sql`status <> 'resolved' AND urgency >= ${literal(HIDDEN_FROM_URGENCY)} AND hidden_at IS NULL
    AND NOT EXISTS (SELECT 1 FROM ${staff} WHERE staff.user_id = reports.subject_id)`;
}
