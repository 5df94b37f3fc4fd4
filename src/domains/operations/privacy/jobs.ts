/** Jobs of privacy: building exports of users' data, and erasing deleted accounts. */
import type { Jobs } from '@/contracts/jobs';
import { buildExport } from './build-export';
import { eraseAccounts } from './erase';
import { sweepExports } from './export-rows';

export const privacyJobs = {
  tasks: { 'build-export': buildExport },
  sweeps: { sweepExports, eraseAccounts },
} satisfies Jobs;
