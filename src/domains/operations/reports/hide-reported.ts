/**
 * Hides what reports call urgent, and mutes a track while somebody claims its copyright, until staff decide. Evidence was
 * taken when it was first reported. What belongs to somebody with a rank stays: few may decide about them, and about the
 * only owner nobody.
 */
import { and, eq, type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { commitIfMet, requireChange } from '@/db/commit';
import { literal } from '@/db/sql';
import { staff } from '@/domains/base/permissions/tables';
import { planHiding } from './content';
import { reports, reportVoices } from './tables';
import { CLAIM, HIDDEN_FROM_URGENCY } from './weigh';

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
  const idsOf = (condition: SQL) =>
    ctx.db.select({ id: reports.id }).from(reports).where(condition).limit(HIDDEN_A_RUN);
  const [urgent, claimed] = await ctx.db.batch([
    idsOf(sql`${isUrgent} AND ${isNotOfStaff()}`),
    idsOf(sql`${isClaimed()} AND ${isNotOfStaff()}`),
  ]);
  for (const { id } of [...urgent, ...claimed]) await hideReported(ctx, id);
  return urgent.length === HIDDEN_A_RUN || claimed.length === HIDDEN_A_RUN;
}

function isToHide(): SQL {
  return sql`((${isUrgent}) OR (${isClaimed()})) AND ${isNotOfStaff()}`;
}

/** NOTE: must match the text of the condition of the index `reports_urgent`. */
const isUrgent = sql`status <> 'resolved' AND urgency >= ${literal(HIDDEN_FROM_URGENCY)} AND hidden_at IS NULL`;

/** NOTE: must match the text of the condition of the index `reports_on_tracks`. */
function isClaimed(): SQL {
  return sql`status <> 'resolved' AND target_type = ${literal(CLAIM.targetType)} AND hidden_at IS NULL
    AND EXISTS (SELECT 1 FROM ${reportVoices} claim
      WHERE claim.report_id = reports.id AND claim.category = ${CLAIM.category} AND claim.weight > 0)`;
}

function isNotOfStaff(): SQL {
  return sql`NOT EXISTS (SELECT 1 FROM ${staff} WHERE staff.user_id = reports.subject_id)`;
}
