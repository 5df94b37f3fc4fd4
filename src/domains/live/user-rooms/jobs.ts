/** The jobs of users' rooms: they tell rooms what changed. */
import type { Jobs } from '@/contracts/jobs';
import { applyExit } from './leave-stage';
import { applyRoomChange } from './setup';
import { applyVoice } from './voice';

export const userRoomJobs = {
  outbox: {
    'user-room-changed': applyRoomChange,
    'out-of-user-room': applyExit,
    'voice-changed': applyVoice,
  },
} satisfies Jobs;
