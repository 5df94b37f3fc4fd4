/** The jobs of channels: keeping their ingress at LiveKit as the channel says, and their stream keys sealed. */
import type { Jobs } from '@/contracts/jobs';
import { alignIngress } from './ingress';
import { resealStreamKeys } from './reseal-stream-keys';

export const channelJobs = {
  tasks: { 'align-ingress': (ctx, { channelId }) => alignIngress(ctx, channelId) },
  sweeps: { resealStreamKeys },
  outbox: { 'delete-ingress': (ctx, { ingressId }) => ctx.media.deleteIngress(ingressId) },
} satisfies Jobs;
