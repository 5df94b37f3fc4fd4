/** Hides what reports call urgent, until staff decide. Evidence was taken when it was first reported. */
import { and, eq, isNull, ne, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { commitIfMet, requireChange } from '@/db/commit';
import { literal } from '@/db/sql';
import { planHiding } from './content';
import { reports } from './tables';
import { HIDDEN_FROM_URGENCY } from './weigh';

/** Someone else may change the same stream at the same time. A sweep tries again after that. */
const ATTEMPTS_MAX = 3;
const HIDDEN_A_RUN = 20;

/** Idempotent. */
export async function hideReported(ctx: Context, reportId: string): Promise<void> {
  for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt += 1) {
    const row = await ctx.db.select().from(reports).where(eq(reports.id, reportId)).get();
    if (!row || row.status === 'resolved' || row.hiddenAt !== null || row.urgency < HIDDEN_FROM_URGENCY) return;
    const { targetType: type, targetId, streamId } = row;
    const { statements, events } = await planHiding(ctx, { type, id: targetId, streamId });
    const isToHide = and(eq(reports.id, reportId), isNull(reports.hiddenAt), ne(reports.status, 'resolved'));
    const mark = ctx.db.update(reports).set({ hiddenAt: ctx.now() }).where(isToHide);
    if (await commitIfMet(ctx, [mark, requireChange(ctx), ...statements], { events })) {
      ctx.log.event('report.hidden', { reportId, targetType: type });
      return;
    }
  }
}

/** A sweep, in case a request ended between a report and the hiding. Returns whether there may be more. */
export async function hideUrgent(ctx: Context): Promise<boolean> {
  const rows = await ctx.db
    .select({ id: reports.id })
    .from(reports)
    .where(sql`status <> 'resolved' AND urgency >= ${literal(HIDDEN_FROM_URGENCY)} AND hidden_at IS NULL`)
    .limit(HIDDEN_A_RUN);
  for (const { id } of rows) await hideReported(ctx, id);
  return rows.length === HIDDEN_A_RUN;
}
