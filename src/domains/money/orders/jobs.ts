/** The jobs of orders. */
import type { Jobs } from '@/contracts/jobs';
import { sendRefund } from './send-refund';

export const orderJobs = {
  tasks: { 'refund-order': sendRefund },
} satisfies Jobs;
