/** The jobs of products. */
import type { Jobs } from '@/contracts/jobs';
import { clearKeptProducts } from './removal';
import { endOffers, tellOffered } from './waiting-list';

export const productJobs = {
  tasks: { 'tell-offered': tellOffered },
  sweeps: { endOffers, clearKeptProducts },
} satisfies Jobs;
