/** The jobs of appeals: writing the public figures of a month that has ended. */
import type { Jobs } from '@/contracts/jobs';
import { writeTransparency } from './transparency';

export const appealJobs = { sweeps: { writeTransparency } } satisfies Jobs;
