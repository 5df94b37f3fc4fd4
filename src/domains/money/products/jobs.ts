/** The jobs of products. */
import type { Jobs } from '@/contracts/jobs';
import { endOffers, tellOffered } from './waiting-list';

export const productJobs = {
  tasks: { 'tell-offered': tellOffered },
  sweeps: { endOffers },
} satisfies Jobs;
