/**
 * Tells those who reported something what became of it: whether it broke a rule, but not what happened to its author.
 * Works through the reporters a page at a time, since there may be thousands.
 */

import { and, asc, eq, gt, lte } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { OutboxEvent, TaskMessage } from '@/contracts/messages';
import { noticeTo } from '@/contracts/notification-data';
import { commit } from '@/db/commit';
import { type ReportRow, reports, reportVoices } from './tables';

const REPORTERS_A_PAGE = 50;

type Telling = Extract<TaskMessage, { type: 'tell-reporters' }>;

/** Safe to repeat: the notification counts each report once. */
export async function tellReporters(ctx: Context, { reportId, after }: Telling): Promise<void> {
  const report = await ctx.db.select().from(reports).where(eq(reports.id, reportId)).get();
  if (!report?.action || report.resolvedAt === null) return;
  const rows = await ctx.db
    .select({ reporterId: reportVoices.reporterId })
    .from(reportVoices)
    .where(
      and(
        eq(reportVoices.reportId, reportId),
        lte(reportVoices.createdAt, report.resolvedAt),
        after === null ? undefined : gt(reportVoices.reporterId, after),
      ),
    )
    .orderBy(asc(reportVoices.reporterId))
    .limit(REPORTERS_A_PAGE);
  const last = rows.at(-1);
  if (!last) return;
  const events = rows.map(({ reporterId }) => noticeOf(report, reporterId));
  const next: TaskMessage = { type: 'tell-reporters', reportId, after: last.reporterId };
  const isLast = rows.length < REPORTERS_A_PAGE;
  await commit(ctx, [], { events: [...events, ...(isLast ? [] : [{ kind: 'task', task: next } as const])] });
}

/** One notification counts all reports with the same outcome. */
function noticeOf({ id, action }: ReportRow, userId: string): OutboxEvent {
  const outcome = action === 'dismiss' ? 'dismissed' : 'upheld';
  const gather = { group: `report-outcome:${outcome}`, actorId: id };
  return noticeTo(userId, 'report-outcome', { reportId: id, outcome }, { gather });
}
