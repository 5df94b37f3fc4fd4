/** Conditions for queries: what decisions of staff still say about a thing. Takes no Context. */
import { type SQL, sql } from 'drizzle-orm';
import { appeals } from '@/domains/operations/appeals/tables';
import { decisions, type TargetType } from './tables';

interface Target {
  readonly type: TargetType;
  readonly id: string;
  /** The room of a message or gift. A message's id is only unique in its room. */
  readonly streamId?: string | null;
}

/** A decision keeps it removed. @param except this decision does not count */
export function isRemovedByDecision({ type, id, streamId = null }: Target, except = ''): SQL {
  return sql`EXISTS (SELECT 1 FROM ${decisions} WHERE target_type = ${type} AND target_id = ${id}
    AND stream_id IS ${streamId} AND action = 'remove' AND reversed_at IS NULL AND id <> ${except})`;
}

/** Its author appealed against its removal and waits for the answer. @param id a column */
export function isRemovalAppealed(type: TargetType, id: SQL): SQL {
  return sql`EXISTS (SELECT 1 FROM ${decisions} removal
    JOIN ${appeals} appealed ON appealed.decision_id = removal.id AND appealed.status = 'open'
    WHERE removal.target_type = ${type} AND removal.target_id = ${id} AND removal.action = 'remove')`;
}

/** The user waits for the answer to an appeal against it. @param decisionId a column */
export function isAppealed(decisionId: SQL): SQL {
  return sql`EXISTS (SELECT 1 FROM ${appeals} appealed
    WHERE appealed.decision_id = ${decisionId} AND appealed.status = 'open')`;
}
