/**
 * Bans, suspends or lifts, as a part of one batch: the user's row, their sessions, the decision and the staff log. What
 * must follow outside the batch (rooms, a live stream, payouts, subscriptions) are its events, whose receivers look at
 * the status that is true then.
 */
import { sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { OutboxEvent } from '@/contracts/messages';
import { type Plan, type Refusals, requireThat } from '@/db/commit';
import { decisionOf, type NewDecision, recordDecision, tellDecision } from '@/domains/base/decisions/record';
import type { DecisionRow, Rule } from '@/domains/base/decisions/tables';
import { logStaff } from '@/domains/base/permissions/log';
import { hasRank } from '@/domains/base/permissions/rank';
import { statusOf, type UserStatus } from '@/domains/base/users/status';
import { users } from '@/domains/base/users/tables';
import { setBan } from '@/domains/base/users/write';
import { leaveWork } from '@/domains/operations/staff/leave-work';
import { endSessionsOf, sessionsEnded } from '@/domains/people/auth/sessions';
import { toIsoOrNull } from '@/shared/time';
import { banError } from './errors';
import type { Reach } from './reach';

export interface StatusChange {
  readonly status: UserStatus;
  /** When (ms) a suspension lifts by itself; null otherwise. */
  readonly until: number | null;
  /** For the user. */
  readonly reason: string;
  /** `other` if absent. */
  readonly rule?: Rule | undefined;
  readonly facts?: string | null | undefined;
  /** What the decision is about; the user if absent. */
  readonly target?: NewDecision['target'] | undefined;
  readonly reportId?: string | null | undefined;
  /** Also hides what the user wrote in the rooms that they entered last. */
  readonly deleteMessages?: boolean | undefined;
}

interface PlannedStatus extends Plan {
  readonly decision: DecisionRow;
  /** STATUS_CHANGED, if the status or the rank is no longer as it was read. */
  readonly refusals: Refusals;
}

export const STATUS_RACES: Refusals = { DEMAND_NOT_MET: () => banError('STATUS_CHANGED') };

const ACTIONS = { active: 'lift', suspended: 'timeout', banned: 'ban' } as const;

/** Check the reach first (`requireReach`). @param target as `getReach` read it */
export function planStatus(ctx: Context, staffId: string, target: Reach, change: StatusChange): PlannedStatus {
  const { userId } = target;
  const { status, until, reason, rule = 'other', facts = null, reportId = null } = change;
  const decision = decisionOf(ctx, {
    subjectId: userId,
    action: ACTIONS[status],
    ...{ rule, reason, facts, reportId, staffId, until },
    target: change.target ?? { type: 'user', id: userId },
  });
  const isLift = status === 'active';
  const ban = { bannedAt: target.bannedAt ?? decision.createdAt, bannedUntil: until, banDecisionId: decision.id };
  return {
    decision,
    statements: [
      requireThat(ctx, isAsRead(target)),
      requireThat(ctx, hasRank(userId, target.staff)),
      // First, since the user's row refers to it.
      recordDecision(ctx, decision),
      setBan(ctx, userId, isLift ? null : ban),
      ...(isLift ? [] : [endSessionsOf(ctx, userId, 'ban')]),
      ...(isLift || !target.staff ? [] : leaveWork(ctx, userId, null)),
      logStaff(ctx, {
        staffId,
        action: 'user.status',
        targetType: 'user',
        targetId: userId,
        subjectId: userId,
        before: { status: statusOf(target), until: toIsoOrNull(target.bannedUntil) },
        after: { status, until: toIsoOrNull(until), decisionId: decision.id },
        reason,
      }),
    ],
    events: [
      ...statusEvents(userId, status),
      ...(change.deleteMessages ? [withholdMessages(userId, decision.id)] : []),
      tellDecision(decision),
    ],
    refusals: STATUS_RACES,
  };
}

/** What carries the new status to sockets, streams, payouts and subscriptions. */
export function statusEvents(userId: string, status: StatusChange['status']): OutboxEvent[] {
  return [
    status === 'active' ? { kind: 'user-changed', userId } : sessionsEnded(userId),
    { kind: 'status-changed', userId },
  ];
}

/** Hides what the user wrote in the rooms that they entered last, as a part of the decision. */
export function withholdMessages(userId: string, decisionId: string): OutboxEvent {
  return { kind: 'withhold-messages', userId, decisionId, withheld: true };
}

export function isAsRead({ userId, status, banDecisionId }: Reach) {
  return sql`EXISTS (SELECT 1 FROM ${users} WHERE id = ${userId} AND status = ${status}
    AND ban_decision_id IS ${banDecisionId})`;
}
