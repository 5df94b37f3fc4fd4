/**
 * Staff answer an appeal, once. Accepting it reverses the decision in the same batch. The member of staff who made the
 * decision only answers if nobody else could.
 */

import type { z } from '@hono/zod-openapi';
import { and, eq } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { OutboxEvent } from '@/contracts/messages';
import { noticeTo } from '@/contracts/notification-data';
import { commit, NOTHING, type Plan, requireChange } from '@/db/commit';
import { markReversed } from '@/domains/base/decisions/record';
import type { DecisionRow } from '@/domains/base/decisions/tables';
import { withdrawWaiting } from '@/domains/base/notifications/notify-staff';
import { listActiveStaff } from '@/domains/base/permissions/active-staff';
import { logStaff } from '@/domains/base/permissions/log';
import { requireStaff } from '@/domains/base/permissions/rank';
import { getReach, type Reach, requireReach } from '@/domains/operations/bans/reach';
import { planStatus } from '@/domains/operations/bans/status-change';
import { planReturn } from '@/domains/operations/reports/content';
import { planReopening } from '@/domains/people/creators/reopen';
import { planGuideReopen } from '@/domains/people/guides/reopen';
import type { Actor } from '@/shared/actor';
import { appealError } from './errors';
import { canAnother } from './other-reviewer';
import { presentReview, type Reviewed } from './present';
import { findReviewed } from './review';
import type { AppealAnswer } from './schemas';
import { type AppealRow, appeals } from './tables';

type Answer = z.output<typeof AppealAnswer>;

/** Throws APPEAL_NOT_FOUND, STAFF_USER_NOT_FOUND, STAFF_OUT_OF_REACH, OWN_DECISION, APPEAL_DECIDED, APPEAL_CHANGED. */
export async function resolveAppeal(ctx: Context, actor: Actor, id: string, { accept, answer }: Answer) {
  const reviewed = await findReviewed(ctx, actor.userId, id);
  if (!reviewed) throw appealError('APPEAL_NOT_FOUND');
  const { appeal, decision } = reviewed;
  const [subject, colleagues] = await Promise.all([getReach(ctx, appeal.subjectId), listActiveStaff(ctx)]);
  requireReach(actor, subject);
  if (appeal.status !== 'open') throw appealError('APPEAL_DECIDED');
  const isOwn = decision.staffId === actor.userId;
  if (isOwn && canAnother(colleagues, actor.userId, subject)) throw appealError('OWN_DECISION');
  const reversal = accept ? await planReversal(ctx, actor.userId, decision, subject, answer) : NOTHING;
  const changes = {
    status: accept ? 'accepted' : 'refused',
    answer,
    decidedAt: ctx.now(),
    decidedBy: actor.userId,
  } as const;
  await commit(
    ctx,
    [
      requireStaff(ctx, actor),
      ctx.db
        .update(appeals)
        .set(changes)
        .where(and(eq(appeals.id, id), eq(appeals.status, 'open'))),
      requireChange(ctx),
      ...withdrawWaiting(ctx, id),
      logStaff(ctx, {
        staffId: actor.userId,
        action: accept ? 'appeal.accept' : 'appeal.refuse',
        targetType: 'appeal',
        targetId: id,
        subjectId: appeal.subjectId,
        before: { status: 'open', decisionId: decision.id, action: decision.action, decidedBy: decision.staffId },
        after: { status: changes.status, ...(isOwn ? { nobodyElseCouldAnswer: true } : {}) },
        reason: answer,
      }),
      ...reversal.statements,
    ],
    {
      events: [tellAnswer(reviewed, changes), ...reversal.events],
      refusals: { DEMAND_NOT_MET: () => appealError('APPEAL_CHANGED') },
    },
  );
  ctx.log.event(`appeal.${changes.status}`, { appealId: id, decisionId: decision.id });
  const reversed = accept && decision.reversedAt === null;
  return presentReview(ctx, {
    ...reviewed,
    appeal: { ...appeal, ...changes },
    decision: reversed ? { ...decision, reversedAt: changes.decidedAt, reversedBy: actor.userId } : decision,
  });
}

/** Undoes what the decision still does. A decision that was reversed meanwhile has nothing left to undo. */
async function planReversal(
  ctx: Context,
  staffId: string,
  decision: DecisionRow,
  subject: Reach,
  answer: string,
): Promise<Plan> {
  if (decision.reversedAt !== null) return NOTHING;
  const { statements, events } = await planEffects(ctx, staffId, decision, subject, answer);
  return { statements: [markReversed(ctx, decision.id, staffId), requireChange(ctx), ...statements], events };
}

async function planEffects(
  ctx: Context,
  staffId: string,
  decision: DecisionRow,
  subject: Reach,
  reason: string,
): Promise<Plan> {
  const { id, action, targetType, targetId, streamId } = decision;
  switch (action) {
    case 'ban':
    case 'timeout': {
      const messages = { kind: 'withhold-messages', userId: subject.userId, decisionId: id, withheld: false } as const;
      // A ban that was lifted, or replaced by another decision, is not this one's to lift.
      if (subject.banDecisionId !== id) return { statements: [], events: [messages] };
      const { statements, events } = planStatus(ctx, staffId, subject, { status: 'active', until: null, reason });
      // The answer to the appeal says so already.
      return { statements, events: [...events.filter(({ kind }) => kind !== 'notify'), messages] };
    }
    case 'remove':
      return planReturn(ctx, { type: targetType, id: targetId, streamId }, id);
    case 'reject':
    case 'withdraw':
      return targetType === 'creator-application' ? planReopening(ctx, targetId) : planGuideReopen(ctx, decision);
    default:
      return NOTHING; // a warning only counts
  }
}

function tellAnswer(
  { appeal, decision }: Reviewed,
  { status, answer }: Pick<AppealRow, 'status' | 'answer'>,
): OutboxEvent {
  const outcome = status === 'accepted' ? 'appeal-accepted' : 'appeal-rejected';
  const data = { appealId: appeal.id, decisionId: decision.id, outcome, reason: answer ?? '' } as const;
  return noticeTo(appeal.subjectId, 'decision', data);
}
