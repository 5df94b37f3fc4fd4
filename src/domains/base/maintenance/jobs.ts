/** The jobs of maintenance windows. */
import type { Jobs } from '@/contracts/jobs';
import { announceMaintenance } from './announce';

export const maintenanceJobs = {
  tasks: { 'announce-maintenance': announceMaintenance },
} satisfies Jobs;
