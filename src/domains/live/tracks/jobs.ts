/** The jobs of tracks. */
import type { Jobs } from '@/contracts/jobs';
import { processTrack } from './process';
import { clearKeptTracks } from './removal';
import { clearRejectedTracks, requeueTracks } from './sweep';

export const trackJobs = {
  tasks: { 'process-track': processTrack },
  sweeps: { requeueTracks, clearRejectedTracks, clearKeptTracks },
} satisfies Jobs;
