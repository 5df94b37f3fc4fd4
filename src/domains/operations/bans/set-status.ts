/** Staff ban, suspend or lift. Saying again what is so already changes nothing. */
import type { z } from '@hono/zod-openapi';
import { eq } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { commit, requireThat } from '@/db/commit';
import { hasRank } from '@/domains/base/permissions/rank';
import { cardColumns, presentCard } from '@/domains/base/users/present';
import { users } from '@/domains/base/users/tables';
import { staffError } from '@/domains/operations/staff/errors';
import { httpError } from '@/http/errors';
import type { Actor } from '@/shared/actor';
import { DAY_MS, toIsoOrNull } from '@/shared/time';
import type { StatusRequest, UserStatus } from './schemas';
import { getReach, planStatus, type Reach, requireReach, type StatusChange, statusOf } from './status-change';

/** A longer suspension is a ban. */
const SUSPENSION_MS_MAX = 366 * DAY_MS;

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
    const { banDecisionId: decisionId, bannedUntil, decision } = target;
    const reason = decision?.reason ?? null;
    return { user, status: statusOf(target), until: toIsoOrNull(bannedUntil), reason, decisionId };
  }
  requireGoodEnd(change, ctx.now());
  const planned = planStatus(ctx, actor.userId, target, change);
  await commit(ctx, [requireThat(ctx, hasRank(actor.userId, actor.staff)), ...planned.statements], planned);
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

function isAsAsked(target: Reach, { status, until, reason, rule = 'other' }: StatusChange): boolean {
  if (statusOf(target) !== status) return false;
  if (status === 'active') return true;
  return target.bannedUntil === until && target.decision?.reason === reason && target.decision.rule === rule;
}

function requireGoodEnd({ until }: StatusChange, now: number): void {
  if (until === null || (until > now && until <= now + SUSPENSION_MS_MAX)) return;
  throw httpError('VALIDATION_FAILED', {
    details: [{ path: 'until', message: 'must be in the future, and at most a year ahead' }],
  });
}
