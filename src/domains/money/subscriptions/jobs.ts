/** Jobs of subscriptions: renew those whose month is over, or end them. */
import type { Jobs } from '@/contracts/jobs';
import { renewSubscriptions } from './renew';

export const subscriptionJobs = { sweeps: { renewSubscriptions } } satisfies Jobs;
