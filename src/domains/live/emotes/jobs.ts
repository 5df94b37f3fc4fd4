/** The jobs of emotes. */
import type { Jobs } from '@/contracts/jobs';
import { clearRemovedEmotes } from './forget';

export const emoteJobs = { sweeps: { clearRemovedEmotes } } satisfies Jobs;
