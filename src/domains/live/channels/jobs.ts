/** The jobs of channels: aligning ingresses at LiveKit, and sealing stream keys again. */
import type { Jobs } from '@/contracts/jobs';
import { alignIngress } from './ingress';
import { resealStreamKeys } from './reseal-stream-keys';

export const channelJobs = {
  tasks: { 'align-ingress': (ctx, { channelId }) => alignIngress(ctx, channelId) },
  sweeps: { resealStreamKeys },
  outbox: { 'delete-ingress': (ctx, { ingressId }) => ctx.media.deleteIngress(ingressId) },
} satisfies Jobs;
