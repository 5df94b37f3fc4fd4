/** The jobs of users' rooms: they tell rooms what changed. */
import type { Jobs } from '@/contracts/jobs';
import { applyDeparture } from './leave-stage';
import { applyRoomChange } from './setup';
import { applyVoice } from './voice';

export const userRoomJobs = {
  outbox: {
    'user-room-changed': applyRoomChange,
    'user-room-left': applyDeparture,
    'voice-changed': applyVoice,
  },
} satisfies Jobs;
