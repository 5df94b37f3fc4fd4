/** The jobs of support chats. */
import type { Jobs } from '@/contracts/jobs';
import { announceMessage } from './announce';

export const supportChatJobs = {
  outbox: { 'support-message': (ctx, event, id) => announceMessage(ctx, id, event) },
} satisfies Jobs;
