/** Jobs of performers: what follows from new names and from newly blocked countries. */
import type { Jobs } from '@/contracts/jobs';
import { followName } from './follow-name';
import { endHiddenSubscriptions } from './hidden-members';

export const performerJobs = {
  tasks: { 'follow-name': followName, 'end-hidden-subscriptions': endHiddenSubscriptions },
} satisfies Jobs;
