/** The log of what staff did: a row of the batch that did it, so nothing is done unlogged. */
import type { Context } from '@/context';
import type { Statement } from '@/db/commit';
import { newId } from '@/shared/ids';
import { staffLog } from './tables';

export interface StaffAction {
  staffId: string;
  /** `creator-application.approve`, `staff.rank` */
  action: string;
  targetType: string;
  targetId: string;
  /** The state that changed, without secrets: staff of other permissions read the log. */
  before?: unknown;
  after?: unknown;
  reason?: string;
}

export function logStaff(ctx: Context, action: StaffAction): Statement {
  return ctx.db.insert(staffLog).values({ id: newId(), createdAt: ctx.now(), ...action });
}
