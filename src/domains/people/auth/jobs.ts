/** The jobs of accounts: deleting expired credentials, and reminding users to verify their address. */
import type { Jobs } from '@/contracts/jobs';
import { remindUnverified } from './remind-unverified';
import { sweepExpiredCredentials } from './sweep';

export const authJobs = { sweeps: { sweepExpiredCredentials, remindUnverified } } satisfies Jobs;
