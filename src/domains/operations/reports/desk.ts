/** Staff read reports: the queue, and one case with its evidence. */

import type { z } from '@hono/zod-openapi';
import { and, asc, desc, eq, type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { literal } from '@/db/sql';
import { presentDecision } from '@/domains/base/decisions/present';
import { decisions } from '@/domains/base/decisions/tables';
import { canActOn } from '@/domains/base/permissions/permissions';
import { isWithinReach } from '@/domains/base/permissions/reach';
import { staff } from '@/domains/base/permissions/tables';
import { type Card, findCards } from '@/domains/base/users/find-cards';
import { type CardRow, cardColumns, presentCard } from '@/domains/base/users/present';
import { users } from '@/domains/base/users/tables';
import { decodeCursor, encodeCursor, presentCursorPage } from '@/http/envelope';
import type { Actor, Rank } from '@/shared/actor';
import { toIso, toIsoOrNull } from '@/shared/time';
import { reportError } from './errors';
import { presentEvidence } from './present-evidence';
import { IdPosition, type Report, type ReportSummary, type ReportsQuery, WaitingPosition } from './schemas';
import { type History, presetOf, suggestPreset } from './suggest';
import { type ReportRow, reports, reportVoices } from './tables';

const REPORTERS_SHOWN_MAX = 100;
/** The user's newest decisions, by which a preset is suggested. */
const HISTORY_MAX = 100;

const priority = sql<number>`reports.priority`;
const caseColumns = { report: reports, priority: priority.as('priority'), subject: cardColumns };

interface CaseRow {
  readonly report: ReportRow;
  readonly priority: number;
  readonly subject: CardRow;
}

/** The most urgent first, then the oldest; resolved ones newest first. Only reports that the reader may decide on. */
export async function listReports(ctx: Context, actor: Actor, query: z.output<typeof ReportsQuery>) {
  const { perPage, status, category, targetType, assigneeId } = query;
  const isResolved = status === 'resolved';
  const list = `reports.${isResolved ? 'resolved' : 'waiting'}`;
  const rows = await ctx.db
    .select(caseColumns)
    .from(reports)
    .innerJoin(users, eq(users.id, reports.subjectId))
    .where(
      and(
        isResolved ? sql`reports.status = 'resolved'` : sql`reports.status <> 'resolved'`,
        status && !isResolved ? eq(reports.status, status) : undefined,
        category && eq(reports.category, category),
        targetType && eq(reports.targetType, targetType),
        assigneeId === undefined ? undefined : eq(reports.assigneeId, assigneeId),
        query.priority === undefined ? undefined : eq(priority, query.priority),
        isWithinReach(actor, sql`reports.subject_id`),
        after(list, isResolved, query.cursor),
      ),
    )
    .orderBy(...(isResolved ? [desc(reports.id)] : [priority, asc(reports.id)]))
    .limit(perPage + 1);
  const assignees = await findCards(
    ctx,
    rows.map(({ report }) => report.assigneeId),
  );
  return presentCursorPage(
    rows,
    perPage,
    (row) => presentSummary(row, assignees),
    (row) => encodeCursor(list, isResolved ? [row.report.id] : [row.priority, row.report.id]),
  );
}

/** Throws CURSOR_INVALID. */
function after(list: string, isResolved: boolean, cursor: string | undefined): SQL | undefined {
  if (cursor === undefined) return undefined;
  if (isResolved) return sql`reports.id < ${decodeCursor(list, IdPosition, cursor)[0]}`;
  const [urgency, id] = decodeCursor(list, WaitingPosition, cursor);
  return sql`(reports.priority, reports.id) > (${urgency}, ${id})`;
}

/** A case that this member of staff may review. */
export interface FoundCase extends CaseRow {
  readonly subjectStatus: 'active' | 'banned' | 'deleted';
  readonly rank: Rank | null;
  readonly country: string | null;
}

/** Throws REPORT_NOT_FOUND, REPORT_OUT_OF_REACH. */
export async function getCase(ctx: Context, actor: Actor, id: string): Promise<FoundCase> {
  const row = await ctx.db
    .select({ ...caseColumns, subjectStatus: users.status, country: users.country, rank: staff.rank })
    .from(reports)
    .innerJoin(users, eq(users.id, reports.subjectId))
    .leftJoin(staff, eq(staff.userId, users.id))
    .where(eq(reports.id, id))
    .get();
  if (!row) throw reportError('REPORT_NOT_FOUND');
  if (!canActOn(actor, { ...row, userId: row.report.subjectId })) throw reportError('REPORT_OUT_OF_REACH');
  return row;
}

/** Throws as `getCase` does. */
export async function readReport(ctx: Context, actor: Actor, id: string): Promise<z.input<typeof Report>> {
  return presentCase(ctx, await getCase(ctx, actor, id));
}

export async function presentCase(ctx: Context, row: CaseRow): Promise<z.input<typeof Report>> {
  const { report } = row;
  const [voices, history, decision, assignees] = await Promise.all([
    ctx.db
      .select({ card: cardColumns, voice: reportVoices })
      .from(reportVoices)
      .innerJoin(users, eq(users.id, reportVoices.reporterId))
      .where(eq(reportVoices.reportId, report.id))
      .limit(REPORTERS_SHOWN_MAX),
    ctx.db.get<History>(historyOf(report.subjectId)),
    report.decisionId === null
      ? undefined
      : ctx.db.select().from(decisions).where(eq(decisions.id, report.decisionId)).get(),
    findCards(ctx, [report.assigneeId]),
  ]);
  const preset = suggestPreset(report.category, history);
  const { action, until } = presetOf(preset, ctx.now());
  return {
    ...presentSummary(row, assignees),
    evidence: report.evidence && (await presentEvidence(ctx, report.evidence)),
    reporters: voices
      .toSorted((one, other) => one.voice.createdAt - other.voice.createdAt)
      .map(({ card, voice: { category, text, createdAt } }) => ({
        card: presentCard(card),
        ...{ category, text, at: toIso(createdAt) },
      })),
    suggested: { preset, action, until: toIsoOrNull(until) },
    decision: decision ? presentDecision(decision, ctx.now()) : null,
    note: report.note,
  };
}

function historyOf(subjectId: string): SQL {
  return sql`SELECT coalesce(sum(action = 'warn'), 0) AS warnings, coalesce(sum(action = 'remove'), 0) AS removals,
    coalesce(sum(action = 'timeout'), 0) AS timeouts, coalesce(sum(action = 'ban'), 0) AS bans
    FROM (SELECT action, reversed_at FROM ${decisions} WHERE subject_id = ${subjectId}
      ORDER BY id DESC LIMIT ${literal(HISTORY_MAX)}) WHERE reversed_at IS NULL`;
}

function presentSummary(
  { report, priority, subject }: CaseRow,
  assignees: ReadonlyMap<string, Card>,
): z.input<typeof ReportSummary> {
  const { id, targetType, targetId, streamId, category, count, status, action } = report;
  const assignee = report.assigneeId === null ? undefined : assignees.get(report.assigneeId);
  return {
    ...{ id, targetType, targetId, streamId, category, count, priority, status, action },
    subject: presentCard(subject),
    hidden: report.hiddenAt !== null,
    assignee: assignee ?? null,
    createdAt: toIso(report.createdAt),
    resolvedAt: toIsoOrNull(report.resolvedAt),
  };
}
