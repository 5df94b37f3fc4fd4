/**
 * Checks gifts and tips against the ledger: the sender's coins, and the recipient's diamonds. The diamonds must be those
 * that the coins earn under the gift's version of the economy.
 */
import { sql } from 'drizzle-orm';
import { convertedBy } from '@/domains/base/economy/entitlement';
import { COIN, checkRows, DIAMOND } from '@/ledger/check';
import { giftsSent } from './tables';

const isTip = sql`gift_id IS NULL`;
const due = convertedBy('diamondsPerCoin', sql`page.coins`, sql`page.economy_version`);

export const giftCheck = checkRows({
  name: 'gift',
  refType: 'gift',
  table: giftsSent,
  legs: [
    { leg: 1, kind: sql`iif(${isTip}, 'tip', 'gift')`, holder: sql`sender_id`, unit: COIN, amount: sql`coins` },
    {
      leg: 2,
      kind: sql`iif(${isTip}, 'tip_earning', 'gift_earning')`,
      holder: sql`recipient_id`,
      unit: DIAMOND,
      amount: sql`diamonds`,
    },
  ],
  also: () => sql`
    SELECT id, 'earned ' || diamonds || ' diamonds, but ' || coins || ' coins earn ' || coalesce(${due}, 'nothing')
      || ' in version ' || economy_version || ' of the economy' AS problem
    FROM page WHERE diamonds IS NOT ${due} ORDER BY id`,
});
