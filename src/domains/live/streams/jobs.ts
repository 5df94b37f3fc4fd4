/** The jobs of streams: ending and cancelling them, and keeping LiveKit in step with D1. */
import type { Jobs } from '@/contracts/jobs';
import { callOffMissed } from './call-off';
import { closeVideo } from './close-video';
import { endIfStillLost } from './end-stream';
import { reconcileStreams } from './reconcile';

export const streamJobs = {
  tasks: { 'end-if-still-lost': (ctx, { streamId, lostAt }) => endIfStillLost(ctx, streamId, lostAt) },
  sweeps: { reconcileStreams, callOffMissed },
  outbox: { 'close-video': closeVideo },
} satisfies Jobs;
