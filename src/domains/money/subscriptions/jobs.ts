/** The jobs of subscriptions: renewing those whose month is over, or ending them. */
import type { Jobs } from '@/contracts/jobs';
import { renewSubscriptions } from './renew';

export const subscriptionJobs = { sweeps: { renewSubscriptions } } satisfies Jobs;
