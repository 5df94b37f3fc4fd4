/** The jobs of support tickets. */
import type { Jobs } from '@/contracts/jobs';
import { scanAttachment } from './scan';
import { clearTicketViews, closeResolvedTickets } from './sweep';

export const ticketJobs = {
  tasks: { 'scan-attachment': scanAttachment },
  sweeps: { closeResolvedTickets, clearTicketViews },
} satisfies Jobs;
