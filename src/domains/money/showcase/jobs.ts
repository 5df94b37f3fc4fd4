/** The jobs of what streams show. */
import type { Jobs } from '@/contracts/jobs';
import { tellStock } from './tell-stock';

export const showcaseJobs = {
  outbox: { 'stock-changed': tellStock },
} satisfies Jobs;
