/** Jobs of payouts: each approved payout goes to the `payouts` queue, which sends it. */
import type { Jobs } from '@/contracts/jobs';
import { requeuePayouts } from './sweep';

export const payoutJobs = {
  sweeps: { requeuePayouts },
  outbox: {
    async payout(ctx, { payoutId }) {
      await ctx.queues.payouts.send({ payoutId });
    },
  },
} satisfies Jobs;
