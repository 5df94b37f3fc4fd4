/**
 * Staff decide on guide applications and approvals: once, on the state that they saw. A rejection, a suspension and a
 * withdrawal are decisions, which the applicant can appeal.
 */

import type { z } from '@hono/zod-openapi';
import { and, eq, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import type { OutboxEvent } from '@/contracts/messages';
import { noticeTo } from '@/contracts/notification-data';
import { commit, requireChange, requireThat } from '@/db/commit';
import { decisionOf, recordDecision, tellDecision } from '@/domains/base/decisions/record';
import { withdrawWaiting } from '@/domains/base/notifications/notify-staff';
import { logStaff } from '@/domains/base/permissions/log';
import { canActOn } from '@/domains/base/permissions/permissions';
import { requireStaff } from '@/domains/base/permissions/rank';
import { requireGoodEnd, statusOf } from '@/domains/base/users/status';
import { followGuideApplication } from '@/domains/base/users/write';
import { isActiveUser } from '@/domains/base/visibility/people';
import { invalid } from '@/http/validation';
import type { Actor } from '@/shared/actor';
import { guideError } from './errors';
import { findReviewed, presentReviewed, type Reviewed } from './list';
import type { GuideApplicationInReview, GuideSuspension } from './schemas';
import { type GuideApplicationRow, guideApplications } from './tables';
import { followTerm } from './terms';

type Answer = Promise<z.input<typeof GuideApplicationInReview>>;
type Status = GuideApplicationRow['status'];

/**
 * Also ends a suspension. Throws GUIDE_APPLICATION_NOT_FOUND, OWN_GUIDE_APPLICATION, GUIDE_APPLICANT_OUT_OF_REACH,
 * GUIDE_APPLICANT_BANNED, GUIDE_APPLICATION_DECIDED.
 */
export async function approveGuide(ctx: Context, actor: Actor, id: string): Answer {
  const reviewed = await getDecidable(ctx, actor, id, ['PENDING', 'SUSPENDED']);
  const { userId, approvedAt, status } = reviewed.application;
  const change = { status: 'APPROVED', reason: null, suspendedUntil: null, decisionId: null } as const;
  return decide(ctx, actor, reviewed, {
    action: status === 'SUSPENDED' ? 'lift' : 'approve',
    change: { ...change, approvedAt: approvedAt ?? ctx.now() },
    event: approvalEvent(userId, id, status === 'SUSPENDED'),
  });
}

/** Throws what `approveGuide` throws. */
export async function rejectGuide(ctx: Context, actor: Actor, id: string, reason: string): Answer {
  const reviewed = await getDecidable(ctx, actor, id, ['PENDING']);
  const decision = decisionFor(ctx, actor, reviewed, { action: 'reject', reason });
  return decide(ctx, actor, reviewed, {
    action: 'reject',
    change: { status: 'REJECTED', reason, decisionId: decision.id },
    before: [recordDecision(ctx, decision)],
    event: tellDecision(decision),
  });
}

/**
 * Suspends an approval, changes its suspension, or withdraws it. The new decision replaces the one before, which is not
 * reversed. Throws VALIDATION_FAILED and what `approveGuide` throws.
 */
export async function suspendGuide(
  ctx: Context,
  actor: Actor,
  id: string,
  { reason, withdraw, until: untilIso }: z.output<typeof GuideSuspension>,
): Answer {
  const until = untilIso === undefined ? null : Date.parse(untilIso);
  if (until !== null && withdraw) throw invalid('until', 'is not possible with `withdraw`: a withdrawal does not end');
  requireGoodEnd(until, ctx.now());
  const reviewed = await getDecidable(ctx, actor, id, ['APPROVED', 'SUSPENDED']);
  const { application } = reviewed;
  if (!withdraw && application.reason === reason && application.suspendedUntil === until)
    return presentReviewed(reviewed); // repeated
  const decision = decisionFor(ctx, actor, reviewed, { action: 'withdraw', reason, until });
  const status = withdraw ? 'REJECTED' : 'SUSPENDED';
  return decide(ctx, actor, reviewed, {
    action: withdraw ? 'withdraw' : 'suspend',
    change: { status, reason, suspendedUntil: until, decisionId: decision.id },
    before: [recordDecision(ctx, decision)],
    event: withdraw ? tellDecision(decision) : suspensionEvent(application.userId, decision.id, reason),
  });
}

interface Change {
  /** As the staff log has it: `guide-application.approve`. */
  readonly action: string;
  readonly change: Partial<GuideApplicationRow> & { readonly status: Status };
  /** Rows that the change refers to. */
  readonly before?: readonly Statement[];
  readonly event: OutboxEvent;
}

async function decide(
  ctx: Context,
  actor: Actor,
  reviewed: Reviewed,
  { action, change, before = [], event }: Change,
): Answer {
  const { id, userId, status, suspendedUntil } = reviewed.application;
  const decided = { ...change, decidedAt: ctx.now(), decidedBy: actor.userId };
  const asRead = and(
    eq(guideApplications.id, id),
    eq(guideApplications.status, status),
    sql`${guideApplications.decisionId} IS ${reviewed.application.decisionId}`,
  );
  await commit(
    ctx,
    [
      requireThat(ctx, isActiveUser(userId)),
      ...before,
      requireStaff(ctx, actor),
      ctx.db.update(guideApplications).set(decided).where(asRead),
      requireChange(ctx),
      followGuideApplication(ctx, userId),
      ...followTerm(ctx, userId),
      ...withdrawWaiting(ctx, id),
      logStaff(ctx, {
        staffId: actor.userId,
        action: `guide-application.${action}`,
        targetType: 'guide-application',
        targetId: id,
        subjectId: userId,
        before: { userId, status, suspendedUntil },
        after: { userId, status: change.status, suspendedUntil: change.suspendedUntil ?? null },
        ...(change.reason ? { reason: change.reason } : {}),
      }),
    ],
    { events: [event], refusals: { DEMAND_NOT_MET: () => guideError('GUIDE_APPLICATION_DECIDED') } },
  );
  ctx.log.event(`guide-application.${action}`, { applicationId: id });
  return presentReviewed({ ...reviewed, application: { ...reviewed.application, ...decided } });
}

/**
 * Throws GUIDE_APPLICATION_NOT_FOUND, OWN_GUIDE_APPLICATION, GUIDE_APPLICANT_OUT_OF_REACH, GUIDE_APPLICANT_BANNED, and
 * GUIDE_APPLICATION_DECIDED unless it has one of these statuses.
 */
async function getDecidable(ctx: Context, actor: Actor, id: string, from: readonly Status[]): Promise<Reviewed> {
  const reviewed = await findReviewed(ctx, actor.userId, id);
  if (!reviewed) throw guideError('GUIDE_APPLICATION_NOT_FOUND');
  if (reviewed.application.userId === actor.userId) throw guideError('OWN_GUIDE_APPLICATION');
  if (!canActOn(actor, { ...reviewed, userId: reviewed.application.userId }))
    throw guideError('GUIDE_APPLICANT_OUT_OF_REACH');
  if (statusOf(reviewed.account) !== 'active') throw guideError('GUIDE_APPLICANT_BANNED');
  if (!from.includes(reviewed.application.status)) throw guideError('GUIDE_APPLICATION_DECIDED');
  return reviewed;
}

function decisionFor(
  ctx: Context,
  actor: Actor,
  { application: { id, userId } }: Reviewed,
  decision: { readonly action: 'reject' | 'withdraw'; readonly reason: string; readonly until?: number | null },
) {
  const target = { type: 'guide-application', id } as const;
  return decisionOf(ctx, { subjectId: userId, rule: 'other', target, staffId: actor.userId, ...decision });
}

export function approvalEvent(userId: string, applicationId: string, isBack: boolean): OutboxEvent {
  return noticeTo(userId, 'guide-approved', { applicationId, isBack });
}

function suspensionEvent(userId: string, decisionId: string, reason: string): OutboxEvent {
  return noticeTo(userId, 'decision', { decisionId, outcome: 'guide-suspended', reason });
}
