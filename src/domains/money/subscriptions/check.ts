/** Checks paid months against the ledger: the subscriber's coins, and the creator's diamonds. */
import { sql } from 'drizzle-orm';
import { COIN, checkRows, DIAMOND } from '@/ledger/check';
import { subscriptionCharges } from './tables';

export const subscriptionCheck = checkRows({
  name: 'subscription',
  refType: 'subscription',
  table: subscriptionCharges,
  legs: [
    { leg: 1, kind: 'subscription', holder: sql`subscriber_id`, unit: COIN, amount: sql`coins` },
    { leg: 2, kind: 'subscription_earning', holder: sql`creator_id`, unit: DIAMOND, amount: sql`diamonds` },
  ],
});
