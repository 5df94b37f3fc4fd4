/** The jobs of uploads and stored files. */
import type { Jobs } from '@/contracts/jobs';
import { deleteReleased } from './hold';
import { deleteObjects } from './store';
import { sweepOrphans, sweepUploads } from './sweep';
import { deleteCleared } from './variants';

export const mediaJobs = {
  tasks: { 'clear-variants': (ctx, { userId }) => deleteCleared(ctx, userId) },
  sweeps: { sweepUploads, sweepOrphans, deleteReleased },
  outbox: { 'delete-media': (ctx, { key, uploadId }) => deleteObjects(ctx, key, uploadId) },
} satisfies Jobs;
