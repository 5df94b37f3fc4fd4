/** The log of what staff did: a row of the batch that did it, so nothing is done unlogged. */
import type { Context } from '@/context';
import type { Statement } from '@/db/commit';
import { newId } from '@/shared/ids';
import { staffLog } from './tables';

export interface StaffAction {
  /** Of what may happen again and again and is one row: the later ones are ignored. */
  id?: string;
  staffId: string;
  /** `creator-application.approve`, `staff.rank` */
  action: string;
  targetType: string;
  targetId: string;
  /** The state that changed, without secrets: staff of other permissions read the log. */
  before?: unknown;
  after?: unknown;
  reason?: string;
  /** The user whom `before`, `after` or `reason` tell of: these are blanked when that account ends. */
  subjectId?: string;
}

export function logStaff(ctx: Context, action: StaffAction): Statement {
  return ctx.db.insert(staffLog).values({ id: newId(), createdAt: ctx.now(), ...action });
}
