/** The jobs of orders. */
import type { Jobs } from '@/contracts/jobs';
import { eraseAddresses, resealAddresses } from './addresses';
import { matureOrders } from './mature';
import { remindSellers, returnUnshipped } from './overdue';
import { askStaffAboutProblems } from './problems';
import { sendRefund, sendRefunds } from './send-refund';

export const orderJobs = {
  tasks: { 'refund-order': sendRefund },
  sweeps: {
    sendRefunds,
    matureOrders,
    remindSellers,
    returnUnshipped,
    askStaffAboutProblems,
    eraseAddresses,
    resealAddresses,
  },
} satisfies Jobs;
