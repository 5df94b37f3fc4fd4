/** The decision behind content that staff delete where they see it, without a report. It can be appealed like any other. */
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import type { OutboxEvent } from '@/contracts/messages';
import { cut } from '@/shared/text';
import { decisionOf, FACTS_UNITS_MAX, type NewDecision, recordDecision, tellDecision } from './record';

const REASON = 'Staff removed it because it breaks the rules of the house.';

interface DirectRemoval extends Pick<NewDecision, 'subjectId' | 'staffId' | 'target'> {
  readonly text: string;
}

export function decideRemoval(
  ctx: Context,
  { text, ...removal }: DirectRemoval,
): { statement: Statement; event: OutboxEvent } {
  const facts = text === '' ? null : cut(text, FACTS_UNITS_MAX);
  const decision = decisionOf(ctx, { ...removal, action: 'remove', rule: 'other', reason: REASON, facts });
  return { statement: recordDecision(ctx, decision), event: tellDecision(decision) };
}
