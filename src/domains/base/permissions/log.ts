/** The log of staff actions. Each row is part of the batch of its action, so no action goes unlogged. */
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { newId } from '@/shared/ids';
import { staffLog } from './tables';

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

export function logStaff(ctx: Context, action: StaffAction): Statement {
  return ctx.db.insert(staffLog).values({ id: newId(), createdAt: ctx.now(), ...action });
}
