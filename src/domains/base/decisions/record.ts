/**
 * Statements that record what staff decided about a user, for the batch that carries it out. A decision is never
 * edited, only marked as reversed.
 */
import { and, eq, isNull, type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import type { OutboxEvent } from '@/contracts/messages';
import { noticeTo } from '@/contracts/notification-data';
import { newId } from '@/shared/ids';
import { DAY_MS } from '@/shared/time';
import { type DecisionAction, type DecisionRow, decisions, type Rule, type TargetType } from './tables';

const APPEAL_MS = 180 * DAY_MS;
/** How long removed content and evidence are kept: an appeal of the last day is decided later. */
export const KEPT_MS = APPEAL_MS + 30 * DAY_MS;

/** Enough to see what was looked at. */
export const FACTS_UNITS_MAX = 2_000;

export interface NewDecision {
  readonly subjectId: string;
  readonly action: DecisionAction;
  readonly rule: Rule;
  /** For the user. */
  readonly reason: string;
  readonly facts?: string | null;
  readonly target: { readonly type: TargetType; readonly id: string; readonly streamId?: string | null };
  readonly reportId?: string | null;
  readonly staffId: string;
  /** Milliseconds. */
  readonly until?: number | null;
}

/** The row of a new decision. Insert it with `recordDecision`. */
export function decisionOf(ctx: Context, { target, ...decision }: NewDecision): DecisionRow {
  const now = ctx.now();
  return {
    id: newId(),
    facts: null,
    reportId: null,
    until: null,
    ...decision,
    targetType: target.type,
    targetId: target.id,
    streamId: target.streamId ?? null,
    createdAt: now,
    appealUntil: decision.action === 'lift' ? null : now + APPEAL_MS,
    reversedAt: null,
    reversedBy: null,
  };
}

export function recordDecision(ctx: Context, decision: DecisionRow): Statement {
  return ctx.db.insert(decisions).values(decision);
}

/** Changes nothing if it was reversed already; follow it with `requireChange`. */
export function markReversed(ctx: Context, id: string, staffId: string): Statement {
  return ctx.db
    .update(decisions)
    .set({ reversedAt: ctx.now(), reversedBy: staffId })
    .where(and(eq(decisions.id, id), isNull(decisions.reversedAt)));
}

/** The decision stands and can be appealed at `now` (ms). For a query of `decisions`. */
export function isAppealable(now: number): SQL {
  return sql`(${decisions.reversedAt} IS NULL AND ${decisions.appealUntil} > ${now})`;
}

/** Tells the user about the decision. */
export function tellDecision({ id, subjectId, action, reason }: DecisionRow): OutboxEvent {
  return noticeTo(subjectId, 'decision', { decisionId: id, outcome: action, reason });
}

/** For the end of an account: what others decided about it has nobody left to read it. Repeat until it changes nothing. */
export function blankDecisions(ctx: Context, userId: string, limit: SQL): Statement {
  return ctx.db.run(sql`UPDATE decisions SET reason = '', facts = NULL
    WHERE id IN (SELECT id FROM decisions WHERE subject_id = ${userId} AND (reason <> '' OR facts IS NOT NULL) ${limit})`);
}
