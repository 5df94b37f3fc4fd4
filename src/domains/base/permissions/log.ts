/**
 * The log of staff actions. Each row is part of the batch of its action, so no action goes unlogged. A refused action
 * has no batch: its row is a statement of its own.
 */
import { sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { int, literal } from '@/db/sql';
import { users } from '@/domains/base/users/tables';
import { firstIdAt, newId } from '@/shared/ids';
import { MINUTE_MS } from '@/shared/time';
import { staffLog } from './tables';

/** A member of staff whose client repeats a refused request cannot fill the log. */
const REFUSALS_PER_MINUTE_MAX = 20;

export interface StaffAction {
  /** For an action that may repeat but is logged once: later rows with this id are ignored. */
  id?: string;
  staffId: string;
  /** `creator-application.approve`, `staff.rank` */
  action: string;
  targetType: string;
  targetId: string;
  /** The state that changed, without secrets, since staff with other permissions read the log. */
  before?: unknown;
  after?: unknown;
  reason?: string;
  /** The user described by `before`, `after` or `reason`, which are blanked when that account ends. */
  subjectId?: string;
}

/** Also records where the request came from, and the country of the user whom the action is about. */
export function logStaff(ctx: Context, action: StaffAction): Statement {
  const { subjectId, targetType, targetId } = action;
  const aboutId = subjectId ?? (targetType === 'user' ? targetId : null);
  const country = sql<string | null>`(SELECT country FROM ${users} WHERE id = ${aboutId})`;
  return ctx.db.insert(staffLog).values({ id: newId(), createdAt: ctx.now(), ...origin(ctx), ...action, country });
}

interface RefusedAction {
  readonly staffId: string;
  /** As the endpoint's `logs` says, or its operation id. */
  readonly action: string;
  readonly targetType: string;
  readonly targetId: string;
  readonly code: string;
}

/** Adds nothing past the limit per minute. The target is only a claim of the request: it may not exist. */
export function logRefusal(ctx: Context, { staffId, action, targetType, targetId, code }: RefusedAction): Statement {
  const now = ctx.now();
  const { ip, userAgent } = origin(ctx);
  const aboutId = targetType === 'user' ? targetId : null;
  return ctx.db.run(sql`
    INSERT INTO staff_log (id, staff_id, action, target_type, target_id, outcome, code, ip, user_agent,
      subject_id, country, created_at)
    SELECT ${newId()}, ${staffId}, ${action}, ${targetType}, ${targetId}, 'refused', ${code}, ${ip}, ${userAgent},
      (SELECT id FROM ${users} WHERE id = ${aboutId}), (SELECT country FROM ${users} WHERE id = ${aboutId}), ${int(now)}
    WHERE (SELECT count(*) FROM (SELECT 1 FROM staff_log WHERE staff_id = ${staffId}
      AND id >= ${firstIdAt(now - MINUTE_MS)} AND +outcome = 'refused'
      LIMIT ${literal(REFUSALS_PER_MINUTE_MAX)})) < ${int(REFUSALS_PER_MINUTE_MAX)}`);
}

function origin({ caller }: Context): { ip: string | null; userAgent: string | null } {
  return { ip: caller?.address ?? null, userAgent: caller?.userAgent ?? null };
}
