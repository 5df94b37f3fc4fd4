/** Checks gifts and tips against the ledger: the sender's coins, and the recipient's diamonds. */
import { sql } from 'drizzle-orm';
import { COIN, checkRows, DIAMOND } from '@/ledger/check';
import { giftsSent } from './tables';

const isTip = sql`gift_id IS NULL`;

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
});
