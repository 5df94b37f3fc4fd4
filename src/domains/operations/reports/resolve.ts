/**
 * Resolves a report. One batch carries it out: the decision, what it does to the content and the account, the staff log
 * and the notifications. It is resolved once: a second attempt is refused.
 */
import type { z } from '@hono/zod-openapi';
import { eq, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { commit, NOTHING, type Plan, requireThat } from '@/db/commit';
import { decisionOf, FACTS_UNITS_MAX, KEPT_MS, recordDecision, tellDecision } from '@/domains/base/decisions/record';
import type { DecisionAction } from '@/domains/base/decisions/tables';
import { withdrawWaiting } from '@/domains/base/notifications/notify-staff';
import { logStaff } from '@/domains/base/permissions/log';
import { staffCan } from '@/domains/base/permissions/permissions';
import { requireStaff } from '@/domains/base/permissions/rank';
import { requireGoodEnd, statusOf } from '@/domains/base/users/status';
import { RACES_TO_READ_AGAIN, untilUnchanged } from '@/domains/live/streams/change-stream';
import { getReach, type Reach } from '@/domains/operations/bans/reach';
import { planStatus } from '@/domains/operations/bans/status-change';
import { authError } from '@/domains/people/auth/errors';
import type { Actor, Permission } from '@/shared/actor';
import { cut } from '@/shared/text';
import { DAY_MS, toIsoOrNull } from '@/shared/time';
import { planRemoval, planUnhiding } from './content';
import { type FoundCase, getCase, presentCase } from './desk';
import { reportError } from './errors';
import type { Report, Resolution } from './schemas';
import { type ReportAction, type ReportRow, reports } from './tables';

/** A dismissed report cannot be appealed. Its evidence is kept for questions. */
const DISMISSED_KEPT_MS = 30 * DAY_MS;

const NEEDED: Readonly<Partial<Record<ReportAction, Permission>>> = {
  remove: 'canDeleteMessages',
  timeout: 'canBanUsers',
  ban: 'canBanUsers',
};

type Input = z.output<typeof Resolution>;

/**
 * Throws as `getCase` does, PERMISSION_REQUIRED, REPORT_RESOLVED, REPORT_SUBJECT_GONE, SANCTION_LONGER,
 * VALIDATION_FAILED, CHANGED_MEANWHILE.
 */
export async function resolveReport(
  ctx: Context,
  actor: Actor,
  id: string,
  input: Input,
): Promise<z.input<typeof Report>> {
  const until = input.until === undefined ? null : Date.parse(input.until);
  requireGoodEnd(until, ctx.now());
  const needed = NEEDED[input.action];
  if (needed && !staffCan(actor.staff, needed))
    throw authError('PERMISSION_REQUIRED', { details: { permission: needed } });
  return untilUnchanged(async () => {
    const found = await getCase(ctx, actor, id);
    if (found.report.status === 'resolved') throw reportError('REPORT_RESOLVED');
    const report = await carryOut(ctx, actor, found, { ...input, until });
    return presentCase(ctx, { ...found, report });
  });
}

interface Outcome extends Plan {
  /** Null: it was dismissed. */
  readonly decisionId: string | null;
}

type Verdict = Omit<Input, 'until'> & { readonly until: number | null };

async function carryOut(ctx: Context, actor: Actor, found: FoundCase, verdict: Verdict): Promise<ReportRow> {
  const { report } = found;
  const { action, reason, note, until } = verdict;
  const outcome = await planOutcome(ctx, actor, found, verdict);
  const now = ctx.now();
  const resolved = {
    status: 'resolved' as const,
    action,
    decisionId: outcome.decisionId,
    note: note || null,
    hiddenAt: null,
    resolvedBy: actor.userId,
    resolvedAt: now,
    // Already set if the account that it is about has ended.
    evidenceUntil: report.evidenceUntil ?? now + (action === 'dismiss' ? DISMISSED_KEPT_MS : KEPT_MS),
  };
  const log = logStaff(ctx, {
    staffId: actor.userId,
    action: `report.${action}`,
    targetType: 'report',
    targetId: report.id,
    subjectId: report.subjectId,
    before: { status: report.status, targetType: report.targetType, targetId: report.targetId },
    after: { status: 'resolved', action, until: toIsoOrNull(until), decisionId: outcome.decisionId },
    reason,
  });
  const isWaiting = sql`EXISTS (SELECT 1 FROM ${reports} WHERE id = ${report.id} AND status <> 'resolved'
    AND hidden_at IS ${report.hiddenAt})`;
  await commit(
    ctx,
    [
      requireStaff(ctx, actor),
      requireThat(ctx, isWaiting),
      // First, since the case refers to the decision.
      ...outcome.statements,
      ctx.db.update(reports).set(resolved).where(eq(reports.id, report.id)),
      log,
      ...withdrawWaiting(ctx, report.id),
    ],
    {
      events: [...outcome.events, { kind: 'task', task: { type: 'tell-reporters', reportId: report.id, after: null } }],
      evenIfUnchanged: true, // the requirement says that this resolves it
      refusals: RACES_TO_READ_AGAIN,
    },
  );
  ctx.log.event('report.resolved', { reportId: report.id, action });
  return { ...report, ...resolved };
}

/**
 * A warning leaves the content and lifts its hiding, as a dismissal does. A timeout and a ban also remove the content,
 * by a decision of its own, so that it does not come back with the account.
 */
async function planOutcome(ctx: Context, actor: Actor, found: FoundCase, verdict: Verdict): Promise<Outcome> {
  const { report } = found;
  const { action } = verdict;
  const target = { type: report.targetType, id: report.targetId, streamId: report.streamId };
  const lifting = report.hiddenAt === null ? NOTHING : await planUnhiding(ctx, target);
  switch (action) {
    case 'dismiss':
      return { decisionId: null, ...lifting };
    case 'warn': {
      if (found.subjectStatus === 'deleted') throw reportError('REPORT_SUBJECT_GONE');
      const warning = planDecision(ctx, actor, report, verdict, 'warn');
      return joined(warning.decisionId, warning, lifting);
    }
    case 'remove': {
      const removal = planDecision(ctx, actor, report, verdict, 'remove');
      return joined(removal.decisionId, removal, await planRemoval(ctx, target, removal.decisionId));
    }
    case 'timeout':
    case 'ban': {
      if (found.subjectStatus === 'deleted') throw reportError('REPORT_SUBJECT_GONE');
      const status = await planSanction(ctx, actor, report, verdict);
      if (target.type === 'user') return joined(status.decisionId, status, lifting);
      const removal = planDecision(ctx, actor, report, verdict, 'remove');
      return joined(status.decisionId, status, removal, await planRemoval(ctx, target, removal.decisionId));
    }
  }
}

function joined(decisionId: string | null, ...plans: readonly Plan[]): Outcome {
  return {
    decisionId,
    statements: plans.flatMap(({ statements }) => statements),
    events: plans.flatMap(({ events }) => events),
  };
}

function planDecision(
  ctx: Context,
  actor: Actor,
  report: ReportRow,
  { reason }: Verdict,
  action: DecisionAction,
): Outcome & { readonly decisionId: string } {
  const decision = decisionOf(ctx, {
    ...basisOf(report),
    subjectId: report.subjectId,
    action,
    reason,
    staffId: actor.userId,
  });
  return { decisionId: decision.id, statements: [recordDecision(ctx, decision)], events: [tellDecision(decision)] };
}

async function planSanction(
  ctx: Context,
  actor: Actor,
  report: ReportRow,
  { action, reason, until }: Verdict,
): Promise<Outcome> {
  const reach = await getReach(ctx, report.subjectId);
  if (until !== null && outlasts(reach, until))
    throw reportError('SANCTION_LONGER', {
      details: { status: statusOf(reach), until: toIsoOrNull(reach.bannedUntil) },
    });
  const { decision, statements, events } = planStatus(ctx, actor.userId, reach, {
    ...basisOf(report),
    status: action === 'ban' ? 'banned' : 'suspended',
    until,
    reason,
  });
  return { decisionId: decision.id, statements, events };
}

/** Whether the user's ban or suspension lasts longer than this. */
function outlasts({ status, bannedUntil }: Reach, until: number): boolean {
  return status === 'banned' && (bannedUntil === null || bannedUntil > until);
}

/** The rule, the facts and the target, as every decision names them. */
function basisOf({ id, category, evidence, targetType, targetId, streamId }: ReportRow) {
  return {
    rule: category,
    facts: evidence ? cut(evidence.text, FACTS_UNITS_MAX) : null,
    target: { type: targetType, id: targetId, streamId },
    reportId: id,
  };
}
