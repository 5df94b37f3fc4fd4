/**
 * Carries out what staff delete where they see it, without a report: a decision that can be appealed like any other, the
 * staff log and the removal, in one batch. A task then resolves the case that reports made of it.
 */
import type { SQL } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import type { OutboxEvent } from '@/contracts/messages';
import { commitIfMet, requireThat } from '@/db/commit';
import { logStaff } from '@/domains/base/permissions/log';
import { cut } from '@/shared/text';
import { en } from '@/texts/en';
import { decisionOf, FACTS_UNITS_MAX, type NewDecision, recordDecision, tellDecision } from './record';

const REASON = en.reasons.removedByStaff;

interface DirectRemoval extends Pick<NewDecision, 'subjectId' | 'staffId' | 'target'> {
  readonly text: string;
  /** A condition: it is still there to be removed. */
  readonly isThere: SQL;
  /** Who, whom and when are added. */
  readonly log: Pick<Parameters<typeof logStaff>[1], 'action' | 'targetType' | 'before' | 'after'>;
  readonly statements?: readonly Statement[];
  readonly events?: readonly OutboxEvent[];
}

/** @returns false if it was gone already; then nothing was written */
export function removeAsStaff(
  ctx: Context,
  { text, isThere, log, statements = [], events = [], ...removal }: DirectRemoval,
): Promise<boolean> {
  const facts = text === '' ? null : cut(text, FACTS_UNITS_MAX);
  const decision = decisionOf(ctx, { ...removal, action: 'remove', rule: 'other', reason: REASON, facts });
  const { staffId, subjectId, target } = removal;
  return commitIfMet(
    ctx,
    [
      requireThat(ctx, isThere),
      recordDecision(ctx, decision),
      ...statements,
      logStaff(ctx, { ...log, staffId, subjectId, targetId: target.id }),
    ],
    {
      events: [
        ...events,
        tellDecision(decision),
        { kind: 'task', task: { type: 'resolve-removed', decisionId: decision.id } },
      ],
    },
  );
}
