/** The jobs of rooms: what a change outside means to who is in one. */
import type { Jobs } from '@/contracts/jobs';
import { applyRegions } from './apply-regions';
import { removeFromVideo } from './participants';

export const roomJobs = {
  outbox: {
    'remove-participant': removeFromVideo,
    'regions-changed': (ctx, { creatorId }, id) => applyRegions(ctx, id, creatorId),
  },
} satisfies Jobs;
