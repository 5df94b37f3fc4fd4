/** The jobs of rooms: they apply outside changes to viewers who are in a room, and drop what was kept for long enough. */
import type { Jobs } from '@/contracts/jobs';
import { withholdInLastRooms } from './account-ban';
import { applyRegions } from './apply-regions';
import { applyViewerList } from './apply-viewer-list';
import { putOut, refreshLastRooms } from './last-rooms';
import { sweepListeners } from './listeners';
import { removeFromVideo } from './participants';

export const roomJobs = {
  sweeps: { sweepListeners },
  outbox: {
    'user-changed': (ctx, event, id) => refreshLastRooms(ctx, id, event),
    'room-outlived': (ctx, event, id) => putOut(ctx, id, event),
    'withhold-messages': withholdInLastRooms,
    'remove-participant': removeFromVideo,
    'regions-changed': (ctx, { creatorId }, id) => applyRegions(ctx, id, creatorId),
    'viewer-list-changed': applyViewerList,
  },
} satisfies Jobs;
