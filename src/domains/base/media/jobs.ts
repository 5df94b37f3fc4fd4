/** The jobs of uploads and stored files. */
import type { Jobs } from '@/contracts/jobs';
import { deleteObjects } from './store';
import { sweepOrphans, sweepUploads } from './sweep';
import { deleteCleared } from './variants';

export const mediaJobs = {
  tasks: { 'clear-variants': (ctx, { userId }) => deleteCleared(ctx, userId) },
  sweeps: { sweepUploads, sweepOrphans },
  outbox: { 'delete-media': (ctx, { key, uploadId }) => deleteObjects(ctx, key, uploadId) },
} satisfies Jobs;
