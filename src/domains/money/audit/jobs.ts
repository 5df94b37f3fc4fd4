/** Jobs that prove the ledger. */
import type { Jobs } from '@/contracts/jobs';
import { proveNextPage, resumeProof } from './prove';

export const auditJobs = {
  tasks: { 'prove-ledger': (ctx, { proofId }) => proveNextPage(ctx, proofId) },
  sweeps: { resumeProof },
} satisfies Jobs;
