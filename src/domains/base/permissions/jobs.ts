/** The jobs of the staff log. */
import type { Jobs } from '@/contracts/jobs';
import { blankStaffOrigins } from './forget';

export const permissionJobs = { sweeps: { blankStaffOrigins } } satisfies Jobs;
