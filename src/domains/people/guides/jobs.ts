/** The job of guides: suspensions end when their time is over. */
import type { Jobs } from '@/contracts/jobs';
import { endGuideSuspensions } from './reopen';

export const guideJobs = { sweeps: { endGuideSuspensions } } satisfies Jobs;
