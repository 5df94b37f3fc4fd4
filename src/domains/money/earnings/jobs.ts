/** Jobs of earnings: rewards for reached targets, and reversals that reach further. */
import type { Jobs } from '@/contracts/jobs';
import { awardTargets, queueTargetAwards } from './award-targets';
import { followReversal } from './follow-reversal';

export const earningJobs = {
  tasks: {
    'award-targets': (ctx, { after }) => awardTargets(ctx, after),
    'follow-reversal': followReversal,
  },
  sweeps: { queueTargetAwards },
} satisfies Jobs;
