/** Jobs of earnings: rewards for reached targets. */
import type { Jobs } from '@/contracts/jobs';
import { awardTargets, queueTargetAwards } from './award-targets';

export const earningJobs = {
  tasks: { 'award-targets': (ctx, { after }) => awardTargets(ctx, after) },
  sweeps: { queueTargetAwards },
} satisfies Jobs;
