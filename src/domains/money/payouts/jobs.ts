/** Jobs of payouts: each approved payout goes to the `payouts` queue, which sends it. Bank details follow new keys. */
import type { Jobs } from '@/contracts/jobs';
import { reencryptDetails } from './details';
import { requeuePayouts } from './sweep';

export const payoutJobs = {
  sweeps: { requeuePayouts, reencryptDetails },
  outbox: {
    async payout(ctx, { payoutId }) {
      await ctx.queues.payouts.send({ payoutId });
    },
  },
} satisfies Jobs;
