/** The jobs of rooms: they apply outside changes to viewers who are in a room. */
import type { Jobs } from '@/contracts/jobs';
import { applyRegions } from './apply-regions';
import { removeFromVideo } from './participants';

export const roomJobs = {
  outbox: {
    'remove-participant': removeFromVideo,
    'regions-changed': (ctx, { creatorId }, id) => applyRegions(ctx, id, creatorId),
  },
} satisfies Jobs;
