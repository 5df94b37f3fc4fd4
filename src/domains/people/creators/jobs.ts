/** The jobs of creators: encrypting bank details again after the key changed. */
import type { Jobs } from '@/contracts/jobs';
import { reencryptFinancial } from './financial';

export const creatorJobs = { sweeps: { reencryptFinancial } } satisfies Jobs;
