/** Jobs of bans: carrying out a new status, and ending suspensions whose time is over. */
import type { Jobs } from '@/contracts/jobs';
import { carryOutStatus } from './carry-out';
import { endSuspensions } from './end-suspensions';

export const banJobs = {
  sweeps: { endSuspensions },
  outbox: { 'status-changed': (ctx, event, id) => carryOutStatus(ctx, id, event) },
} satisfies Jobs;
