/** The jobs of streams: ending and calling them off, and keeping LiveKit in step with D1. */
import type { Jobs } from '@/contracts/jobs';
import { applyRegions } from './apply-regions';
import { callOffMissed } from './call-off';
import { closeVideo } from './close-video';
import { endIfStillLost } from './end-stream';
import { removeFromVideo } from './participants';
import { reconcileStreams } from './reconcile';

export const streamJobs = {
  tasks: { 'end-if-still-lost': (ctx, { streamId, lostAt }) => endIfStillLost(ctx, streamId, lostAt) },
  sweeps: { reconcileStreams, callOffMissed },
  outbox: {
    'remove-participant': removeFromVideo,
    'close-video': closeVideo,
    'regions-changed': (ctx, { creatorId }, id) => applyRegions(ctx, id, creatorId),
  },
} satisfies Jobs;
