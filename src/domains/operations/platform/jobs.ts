/** The jobs of the platform itself. */
import type { Jobs } from '@/contracts/jobs';
import { watchHealth } from './watch-health';

export const platformJobs = { sweeps: { watchHealth } } satisfies Jobs;
