/**
 * The log of staff actions. Each row is part of the batch of its action, so no action goes unlogged. A refused action
 * has no batch: its row is a statement of its own.
 */
import { type SQL, sql } from 'drizzle-orm';
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

/** What the log needs of a Context. `caller` is null in a room, so its rows have no address and agent. */
export type Logging = Pick<Context, 'db' | 'now' | 'caller'>;

/**
 * Also records where the request came from, and the country of the user whom the action is about.
 * @param onlyIf adds nothing unless this holds at that moment
 */
export function logStaff(ctx: Logging, action: StaffAction, onlyIf: SQL = sql`true`): Statement {
  const { id = newId(), staffId, targetType, targetId, before, after, reason = null, subjectId = null } = action;
  const { ip, userAgent } = origin(ctx);
  const aboutId = subjectId ?? (targetType === 'user' ? targetId : null);
  return ctx.db.run(sql`
    INSERT INTO ${staffLog} (id, staff_id, action, target_type, target_id, before, after, reason, subject_id, ip,
      user_agent, country, created_at)
    SELECT ${id}, ${staffId}, ${action.action}, ${targetType}, ${targetId}, ${asJson(before)}, ${asJson(after)},
      ${reason}, ${subjectId}, ${ip}, ${userAgent}, (SELECT country FROM ${users} WHERE id = ${aboutId}),
      ${int(ctx.now())}
    WHERE ${onlyIf}`);
}

function asJson(value: unknown): string | null {
  return value === undefined || value === null ? null : JSON.stringify(value);
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

function origin({ caller }: Logging): { ip: string | null; userAgent: string | null } {
  return { ip: caller?.address ?? null, userAgent: caller?.userAgent ?? null };
}
