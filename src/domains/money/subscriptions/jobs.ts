/** Jobs of subscriptions: renew those whose month is over, or end them. */
import type { Jobs } from '@/contracts/jobs';
import { followReturned } from './give-back';
import { renewSubscriptions } from './renew';
import { endWithdrawn } from './withdraw';

export const subscriptionJobs = {
  tasks: { 'follow-return': (ctx, { chargeId }) => followReturned(ctx, chargeId) },
  sweeps: { renewSubscriptions },
  outbox: { 'creator-withdrew': endWithdrawn },
} satisfies Jobs;
