/** Staff ban, suspend or lift. Repeating a status changes nothing, except that it can add the deletion of messages. */
import type { z } from '@hono/zod-openapi';
import { eq } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { commit, requireThat } from '@/db/commit';
import { logStaff } from '@/domains/base/permissions/log';
import { requireStaff } from '@/domains/base/permissions/rank';
import { cardColumns, presentCard } from '@/domains/base/users/present';
import { requireGoodEnd, statusOf } from '@/domains/base/users/status';
import { users } from '@/domains/base/users/tables';
import { staffError } from '@/domains/operations/staff/errors';
import type { Actor } from '@/shared/actor';
import { toIsoOrNull } from '@/shared/time';
import { getReach, type Reach, requireReach } from './reach';
import type { StatusRequest, UserStatus } from './schemas';
import { isAsRead, planStatus, STATUS_RACES, type StatusChange, withholdMessages } from './status-change';

/** Throws STAFF_USER_NOT_FOUND, STAFF_OUT_OF_REACH, STATUS_CHANGED, VALIDATION_FAILED. */
export async function setStatus(
  ctx: Context,
  actor: Actor,
  userId: string,
  { until, ...request }: z.output<typeof StatusRequest>,
): Promise<z.input<typeof UserStatus>> {
  const [target, card] = await Promise.all([
    getReach(ctx, userId),
    ctx.db.select(cardColumns).from(users).where(eq(users.id, userId)).get(),
  ]);
  if (!card) throw staffError('STAFF_USER_NOT_FOUND');
  requireReach(actor, target);
  const change: StatusChange = { ...request, until: until === undefined ? null : Date.parse(until) };
  const user = presentCard(card);
  if (isAsAsked(target, change)) {
    if (change.deleteMessages) await addDeletion(ctx, actor, target, change);
    const { banDecisionId: decisionId, bannedUntil, decision } = target;
    const reason = decision?.reason ?? null;
    return { user, status: statusOf(target), until: toIsoOrNull(bannedUntil), reason, decisionId };
  }
  requireGoodEnd(change.until, ctx.now());
  const planned = planStatus(ctx, actor.userId, target, change);
  await commit(ctx, [requireStaff(ctx, actor), ...planned.statements], planned);
  ctx.log.event('user.status', { userId, status: change.status, decisionId: planned.decision.id });
  const isLift = change.status === 'active';
  return {
    user: { ...user, isLive: isLift && user.isLive },
    status: change.status,
    until: toIsoOrNull(change.until),
    reason: isLift ? null : change.reason,
    decisionId: isLift ? null : planned.decision.id,
  };
}

/** The decision stays as it is. If it is reversed, the messages come back too. Harmless to repeat. */
async function addDeletion(ctx: Context, actor: Actor, target: Reach, { reason }: StatusChange): Promise<void> {
  const { userId, banDecisionId: decisionId } = target;
  if (decisionId === null) return;
  const log = logStaff(ctx, {
    staffId: actor.userId,
    action: 'user.delete-messages',
    targetType: 'user',
    targetId: userId,
    subjectId: userId,
    after: { decisionId },
    reason,
  });
  await commit(ctx, [requireStaff(ctx, actor), requireThat(ctx, isAsRead(target)), log], {
    events: [withholdMessages(userId, decisionId)],
    refusals: STATUS_RACES,
  });
}

function isAsAsked(target: Reach, { status, until, reason, rule = 'other' }: StatusChange): boolean {
  if (statusOf(target) !== status) return false;
  if (status === 'active') return true;
  return target.bannedUntil === until && target.decision?.reason === reason && target.decision.rule === rule;
}
