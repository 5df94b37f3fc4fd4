/** Jobs of the platform's figures: the day's peak, the roll-up of days that are over, and what is no longer needed. */
import type { Jobs } from '@/contracts/jobs';
import { samplePeaks } from './peaks';
import { rollUpDay, sweepActiveDays } from './roll-up';

export const analyticsJobs = { sweeps: { samplePeaks, rollUpDay, sweepActiveDays } } satisfies Jobs;
